"""What can be said about sessions, addresses and passwords."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from app.api.words import Email, Line, Password, Said, one_line

Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
# Not the type of a new password: whether an old one is long enough is nobody's business here.
AnyPassword = Annotated[
    str, StringConstraints(min_length=1, max_length=256), AfterValidator(one_line)
]


class SignIn(Said):
    """Wrong addresses, passwords and codes are answered alike."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"email": "erika.beispiel@example.org", "password": "a-long-made-up-sentence"}
            ]
        }
    )

    email: Email
    password: AnyPassword
    otp: Code | None = Field(default=None, description="Only for accounts with a second factor.")


class ConfirmSecondFactor(Said):
    """The code that was mailed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"otp": "123456"}]})

    otp: Code


class RefreshSession(Said):
    """The newest refresh token of the session."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": "lwr_9sKq…"}]})

    refresh_token: Line


class VerifyEmail(Said):
    """The token from the mail, or from behind the `#token=` of its link."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": "Zk2v…"}]})

    token: Line


class RequestPasswordReset(Said):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "erika.beispiel@example.org"}]}
    )

    email: Email


class ResetPassword(Said):
    """The token from the mail and the new password, at least 12 characters."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "Zk2v…", "password": "another-long-sentence"}]}
    )

    token: Line
    password: Password
