"""Types that all doors speak: text that PostgreSQL can hold, strict numbers, instants, money."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from app.domain import local_times, time_zones

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,63}")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_ZONES = time_zones.all_zones()


def _no_control(value: str) -> str:
    if _CONTROL.search(value):
        raise PydanticCustomError("unprintable_text", "Text has characters that cannot be stored")
    return value


def one_line(value: str) -> str:
    """For types of a door's own: refuse control characters and line breaks."""
    if _CONTROL_OR_BREAK.search(value):
        raise PydanticCustomError("unprintable_text", "Text has characters that cannot be stored")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise PydanticCustomError("not_an_email", "This is not an e-mail address")
    return value


def _zone(value: str) -> str:
    if value not in _ZONES:
        raise PydanticCustomError("unknown_time_zone", "This is not an IANA time zone")
    return value


def _instant_text(value: Any) -> Any:
    """Only ISO 8601 text with an offset: lax parsing would take numbers as seconds."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise PydanticCustomError("not_an_instant", "Send ISO 8601 with an offset")
    return value


def _local_text(value: Any) -> Any:
    """The same without an offset, which could contradict the zone."""
    if not isinstance(value, str) or not _LOCAL.fullmatch(value):
        raise PydanticCustomError("not_a_local_time", "Send ISO 8601 without an offset")
    try:
        return datetime.fromisoformat(value).replace(microsecond=0)
    except ValueError:
        raise PydanticCustomError("not_a_local_time", "Send ISO 8601 without an offset") from None


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC).replace(microsecond=0)
    except (OverflowError, ValueError):
        raise PydanticCustomError("not_an_instant", "Send ISO 8601 with an offset") from None


def _sane_year(value: datetime) -> datetime:
    if not 2000 <= value.year <= 2200:
        raise PydanticCustomError("year_out_of_range", "The year must lie in 2000 to 2200")
    return value


def _day_text(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("not_a_date", "Send a date as YYYY-MM-DD")
    return value


def _sane_day(value: date) -> date:
    if not 1900 <= value.year <= 2200:
        raise PydanticCustomError("year_out_of_range", "The year must lie in 1900 to 2200")
    return value


def _not_zero(value: int) -> int:
    if value == 0:
        raise PydanticCustomError("zero", "Send a number other than zero")
    return value


def _no_bool(value: Any) -> Any:
    """`true` is not one minute, and 60.0 is not sixty."""
    if type(value) is not int:
        raise PydanticCustomError("not_an_integer", "Send a whole number")
    return value


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(one_line),
]
Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(_no_control),
]
Password = Annotated[
    str, StringConstraints(min_length=12, max_length=256), AfterValidator(one_line)
]
Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(one_line),
                  AfterValidator(_email)]  # fmt: skip
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(one_line),
                 AfterValidator(_zone)]  # fmt: skip
Whole = Annotated[int, Field(ge=-(2**53), le=2**53), BeforeValidator(_no_bool)]
Count = Annotated[int, Field(ge=0, le=2**31), BeforeValidator(_no_bool)]
Version = Annotated[int, Field(ge=1, le=10**9), BeforeValidator(_no_bool)]
Minutes = Annotated[int, Field(ge=1, le=10_080), BeforeValidator(_no_bool)]
ChangedMinutes = Annotated[int, Field(ge=-10_080, le=10_080), BeforeValidator(_no_bool),
                           AfterValidator(_not_zero)]  # fmt: skip
WeeklyMinutes = Annotated[int, Field(ge=0, le=10_080), BeforeValidator(_no_bool)]
NetDays = Annotated[int, Field(ge=0, le=120), BeforeValidator(_no_bool)]
TotalMinutes = Annotated[int, Field(ge=1, le=100_000_000), BeforeValidator(_no_bool)]
Instant = Annotated[
    datetime, BeforeValidator(_instant_text), AfterValidator(_utc), AfterValidator(_sane_year)
]
Day = Annotated[date, BeforeValidator(_day_text), AfterValidator(_sane_day)]


class Said(BaseModel):
    """Base of every input: unknown fields are refused, infinities too."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class LocalTime(Said):
    """What the clock on the wall showed. `offset` is needed only where clocks showed it twice."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"local": "2026-11-23T09:00", "timezone": "Europe/Berlin"}]}
    )

    local: Annotated[
        datetime,
        BeforeValidator(_local_text),
        AfterValidator(_sane_year),
        WithJsonSchema({"type": "string", "pattern": "^" + _LOCAL.pattern + "$"}),
    ] = Field(description="ISO 8601 without an offset.")
    timezone: Zone = Field(description="IANA name of the zone, such as Europe/Berlin.")
    offset: Annotated[str, StringConstraints(pattern=r"^[+-][01]\d:[0-5]\d$")] | None = Field(
        default=None, description="Which of the two is meant when clocks were put back: +02:00."
    )

    def instant(self, pointer: str) -> datetime:
        """In UTC. Raises the refusals of `local_times`, with `pointer` as the field."""
        return local_times.resolve(
            self.local, self.timezone, offset=_length(self.offset), pointer=pointer
        )


def _length(offset: str | None) -> timedelta | None:
    if offset is None:
        return None
    hours, minutes = offset[1:].split(":")
    length = timedelta(hours=int(hours), minutes=int(minutes))
    return -length if offset[0] == "-" else length


_INSTANTS: TypeAdapter[datetime] = TypeAdapter(Instant)


def _either(value: Any, _: Any) -> datetime | LocalTime:
    """By its shape, so that what is wrong is said about the one that was meant."""
    if isinstance(value, LocalTime | dict):
        return LocalTime.model_validate(value)
    return _INSTANTS.validate_python(value)


Moment = Annotated[Instant | LocalTime, WrapValidator(_either)]


def instant_of(said: datetime | LocalTime, pointer: str) -> datetime:
    """A moment in UTC. Raises the refusals of `local_times`, with `pointer` as the field."""
    return said.instant(pointer) if isinstance(said, LocalTime) else said


class Seen(BaseModel):
    """Base of every view: flat, frozen, built by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MoneySaid(Said):
    """Minor units (cents for USD) and an ISO 4217 currency."""

    minor: Annotated[int, Field(gt=0, le=10**13), BeforeValidator(_no_bool)]
    currency: Currency


class MoneySeen(Seen):
    """Minor units (cents for USD) and an ISO 4217 currency."""

    minor: int
    currency: str
