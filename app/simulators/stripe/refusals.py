"""Stripe's error answers as exceptions."""

from typing import Any

DOCUMENTATION = "https://docs.stripe.com/error-codes/"


class Refused(Exception):
    """A 4xx or 5xx in Stripe's own shape; `code` and `param` are absent where Stripe sends none."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.status = status
        self.kind = kind

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = DOCUMENTATION + self.code.replace("_", "-")
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


class Declined(Exception):
    """The payer's bank said no: 402, and the failed intent stays. `error` is Stripe's shape."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class Invalid(Refused):
    """The request never reached the endpoint, so its answer is not kept under the key."""


def no_such(noun: str, identifier: str, *, param: str, in_url: bool = False) -> Refused:
    """404 for an object named in the URL, 400 for one named in the body."""
    return Refused(
        f"No such {noun}: '{identifier}'",
        code="resource_missing",
        param=param,
        status=404 if in_url else 400,
    )


def unrecognized_url(method: str, path: str) -> Refused:
    return Invalid(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/.",
        status=404,
    )
