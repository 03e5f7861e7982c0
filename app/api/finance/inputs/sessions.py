"""What can be said about sessions."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from app.api.words import Email, Line, Said, one_line

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
                {
                    "email": "kim.invented@lehrwerk.example",
                    "password": "a-long-made-up-sentence",
                    "otp": "123456",
                }
            ]
        }
    )

    email: Email
    password: AnyPassword
    otp: Code = Field(description="The six digits of your authenticator. Each is good once.")


class ConfirmSecondFactor(Said):
    """A code of the authenticator, shown again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"otp": "123456"}]})

    otp: Code


class RefreshSession(Said):
    """The newest refresh token of the session."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": "lwr_9sKq…"}]})

    refresh_token: Line
