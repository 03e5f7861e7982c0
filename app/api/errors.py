"""Problems (RFC 9457): how refusals, bad shapes and faults leave a door."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.domain.refusals import Kind, Refusal

_log = structlog.get_logger("lehrwerk.api")
MEDIA_TYPE = "application/problem+json"
STATUS = {
    Kind.MALFORMED: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.STATE: 409,
    Kind.PRECONDITION: 412,
    Kind.TOO_LARGE: 413,
    Kind.INVALID: 422,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}
_TITLES = {
    400: "Bad request", 401: "Not signed in", 403: "Not allowed", 404: "Not found",
    405: "Method not allowed", 409: "Conflict", 412: "Precondition failed", 413: "Too large",
    415: "Unsupported media type", 422: "Invalid values", 429: "Too many requests",
    500: "Fault on our side", 503: "Not available right now",
}  # fmt: skip


class ProblemItem(BaseModel):
    """One thing that is wrong, at a JSON pointer."""

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """An error answer. Branch on `code`; show `detail`; `facts` hold its figures."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:lehrwerk:problem:not_found",
                    "title": "Not found",
                    "status": 404,
                    "code": "not_found",
                    "detail": "There is nothing here under this id that you may see.",
                    "errors": [],
                    "facts": {},
                    "request_id": "0b51…",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[ProblemItem] = Field(default_factory=list)
    facts: dict[str, Any] = Field(default_factory=dict)
    request_id: str | None = None


# Our own sentences for pydantic's error types: its messages would be English only and may echo.
_SHAPES: dict[str, tuple[str, str]] = {
    "missing": ("This field is required.", "Dieses Feld fehlt."),
    "extra_forbidden": ("There is no such field here.", "Dieses Feld gibt es hier nicht."),
    "json_invalid": ("The body is not valid JSON.", "Der Inhalt ist kein gültiges JSON."),
    "string_type": ("Send text.", "Hier wird Text erwartet."),
    "string_too_short": ("The text is too short.", "Der Text ist zu kurz."),
    "string_too_long": ("The text is too long.", "Der Text ist zu lang."),
    "string_pattern_mismatch": (
        "The text does not have the required form.",
        "Der Text hat nicht die verlangte Form.",
    ),
    "unprintable_text": (
        "The text has characters that cannot be stored.",
        "Der Text enthält Zeichen, die nicht gespeichert werden können.",
    ),
    "not_an_email": ("This is not an e-mail address.", "Das ist keine E-Mail-Adresse."),
    "unknown_time_zone": (
        "This is not an IANA time zone such as Europe/Berlin.",
        "Das ist keine IANA-Zeitzone wie Europe/Berlin.",
    ),
    "not_an_instant": (
        "Send ISO 8601 with an offset, such as 2026-11-02T09:00:00+01:00.",
        "Senden Sie ISO 8601 mit Abstand zu UTC, etwa 2026-11-02T09:00:00+01:00.",
    ),
    "not_a_local_time": (
        "Send ISO 8601 without an offset, such as 2026-11-02T09:00.",
        "Senden Sie ISO 8601 ohne Abstand zu UTC, etwa 2026-11-02T09:00.",
    ),
    "not_a_date": (
        "Send a date as YYYY-MM-DD.",
        "Senden Sie ein Datum als JJJJ-MM-TT.",
    ),
    "year_out_of_range": ("The year is out of range.", "Das Jahr liegt außerhalb des Bereichs."),
    "not_an_integer": ("Send a whole number.", "Hier wird eine ganze Zahl erwartet."),
    "int_parsing": ("Send a whole number.", "Hier wird eine ganze Zahl erwartet."),
    "greater_than": ("The number is too small.", "Die Zahl ist zu klein."),
    "greater_than_equal": ("The number is too small.", "Die Zahl ist zu klein."),
    "less_than": ("The number is too large.", "Die Zahl ist zu groß."),
    "less_than_equal": ("The number is too large.", "Die Zahl ist zu groß."),
    "too_short": ("The list is too short.", "Die Liste ist zu kurz."),
    "too_long": ("The list is too long.", "Die Liste ist zu lang."),
    "uuid_parsing": ("This is not a UUID.", "Das ist keine UUID."),
    "uuid_type": ("This is not a UUID.", "Das ist keine UUID."),
    "enum": ("This is not one of the allowed values.", "Das ist keiner der erlaubten Werte."),
    "literal_error": (
        "This is not one of the allowed values.",
        "Das ist keiner der erlaubten Werte.",
    ),
}
WRONG_SHAPE = (
    "Some fields do not have the required shape; see errors.",
    "Einige Felder haben nicht die verlangte Form; siehe errors.",
)
_FALLBACK = ("This value is not acceptable.", "Dieser Wert ist nicht zulässig.")
_SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def language_of(request: Request) -> str:
    """`de` when the caller prefers German over English, else `en`."""
    best, best_weight = "en", 0.0
    for part in request.headers.get("accept-language", "")[:200].split(","):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.split("-")[0].lower()
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            weight = 0.0
        if primary in ("en", "de") and weight > best_weight:
            best, best_weight = primary, weight
    return best


def _pointer(location: Sequence[Any]) -> str:
    """A JSON pointer; names that could echo the caller's bytes are blanked."""
    parts = [str(p) for p in location]
    return "#/" + "/".join(p if _SAFE.fullmatch(p) else "?" for p in parts)


def problem(
    request: Request,
    *,
    status: int,
    code: str,
    detail: str,
    errors: Sequence[ProblemItem] = (),
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The one way in which an error leaves."""
    body = Problem(
        type=f"urn:lehrwerk:problem:{code}",
        title=_TITLES.get(status, "Error"),
        status=status,
        code=code,
        detail=detail,
        errors=list(errors),
        facts=dict(facts or {}),
        request_id=request.scope.get("request_id"),
    )
    return JSONResponse(
        body.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def items_of(refusal: Refusal, language: str) -> list[ProblemItem]:
    """What is wrong, each at a JSON pointer into the body (a URI fragment, as in RFC 9457)."""
    return [
        ProblemItem(
            pointer=f"#{each.pointer.removeprefix('#')}",
            code=each.code,
            detail=each.de if language == "de" else each.en,
        )
        for each in refusal.errors
    ]


def shape_items(faults: Sequence[Any], language: str) -> list[ProblemItem]:
    """What pydantic found, in our own words: its own are English only and may echo."""
    german = language == "de"
    items = []
    for fault in faults[:50]:
        kind, location = fault["type"], list(fault["loc"])
        if kind == "extra_forbidden":
            location = [*location[:-1], "?"]
        items.append(
            ProblemItem(
                pointer=_pointer(location[1:] if location[:1] == ["body"] else location),
                code=kind,
                detail=_SHAPES.get(kind, _FALLBACK)[german],
            )
        )
    return items


def refusal_answer(request: Request, refusal: Refusal) -> JSONResponse:
    """A refusal in the caller's language."""
    language = language_of(request)
    headers = {}
    if refusal.retry_after_s is not None:
        headers["Retry-After"] = str(refusal.retry_after_s)
    if refusal.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(
        request,
        status=STATUS[refusal.kind],
        code=refusal.code,
        detail=refusal.sentence(language),
        errors=items_of(refusal, language),
        facts=refusal.facts,
        headers=headers,
    )


async def _on_refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return refusal_answer(request, error)


async def _on_shape(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    language = language_of(request)
    german = language == "de"
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return problem(
            request,
            status=400,
            code="malformed_body",
            detail=_SHAPES["json_invalid"][german],
        )
    detail = WRONG_SHAPE[german]
    items = shape_items(faults, language)
    return problem(request, status=422, code="invalid_shape", detail=detail, errors=items)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    german = language_of(request) == "de"
    known = {
        400: ("malformed_body", "The body cannot be read.", "Der Inhalt ist nicht lesbar."),
        404: ("no_such_path", "There is no such path.", "Diesen Pfad gibt es nicht."),
        405: ("method_not_allowed", "This method is not offered here.",
              "Diese Methode gibt es hier nicht."),
        413: ("body_too_large", "The body is too large.", "Der Inhalt ist zu groß."),
    }  # fmt: skip
    code, english, deutsch = known.get(
        error.status_code,
        ("request_refused", "The request was refused.", "Die Anfrage wurde abgelehnt."),
    )
    return problem(
        request,
        status=error.status_code,
        code=code,
        detail=deutsch if german else english,
        headers=error.headers,
    )


async def _on_conflict(request: Request, error: Exception) -> JSONResponse:
    """A constraint spoke that no verb had foreseen: somebody else was faster, or a defect."""
    constraint = getattr(getattr(error, "orig", None), "__cause__", None)
    name = getattr(constraint, "constraint_name", None)
    _log.warning("constraint_refused", constraint=name)
    german = language_of(request) == "de"
    return problem(
        request,
        status=409,
        code="conflicting_change",
        detail="Inzwischen hat sich etwas geändert. Laden Sie neu und versuchen Sie es erneut."
        if german
        else "Something changed in the meantime. Fetch it again and retry.",
    )


async def _on_database(request: Request, error: Exception) -> JSONResponse:
    _log.error("database_fault", kind=type(error).__name__, exc_info=error)
    german = language_of(request) == "de"
    return problem(
        request,
        status=503,
        code="database_unavailable",
        detail="Gerade nicht möglich. Bitte mit derselben Id noch einmal senden."
        if german
        else "Not possible right now. Send it again with the same id.",
        headers={"Retry-After": "2"},
    )


async def _on_fault(request: Request, error: Exception) -> JSONResponse:
    fault_id = uuid4().hex
    _log.error("fault", fault_id=fault_id, exc_info=error)
    german = language_of(request) == "de"
    return problem(
        request,
        status=500,
        code="fault",
        detail=f"Ein Fehler auf unserer Seite. Nennen Sie uns {fault_id}."
        if german
        else f"A fault on our side. Tell us {fault_id}.",
    )


def install(app: FastAPI) -> None:
    """Give a door its error answers."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_shape)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(IntegrityError, _on_conflict)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(PoolTimeout, _on_database)
    app.add_exception_handler(OSError, _on_database)
    app.add_exception_handler(Exception, _on_fault)
