"""A project brief as a file: who wants what from whom, and how the week goes."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

HOME = Path(__file__).parent / "briefs"
DEFAULT = "emergency-physician"


class BriefRefused(ValueError):
    """The file is not a brief; the message names each fault and its place."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnerBrief(_Part):
    full_name: str
    email: str


class CompanyBrief(_Part):
    """Who pays. `billing_profile` goes to the door as it stands."""

    legal_name: str
    country: str
    currency: str
    billing_email: str
    owner: OwnerBrief
    billing_profile: dict[str, Any]


class ProjectBrief(_Part):
    title: str
    brief: str
    budget_minor: int | None = None


class PositionBrief(_Part):
    title: str
    domain: str
    seats: int
    requirements: dict[str, Any]
    bill_rate_cap_minor: int
    weekly_minutes: int


class CredentialBrief(_Part):
    type: str
    issuer: str
    jurisdiction: str
    number: str
    specialty: str | None = None


class TrainerBrief(_Part):
    full_name: str
    email: str
    country: str
    timezone: str
    headline: str
    asking_pay_minor: int
    weekly_minutes: int
    skills: list[str]
    languages: list[dict[str, str]]
    credential: CredentialBrief


class OfferBrief(_Part):
    bill_rate_minor: int


class WorkBrief(_Part):
    """The first working day by timer, the following ones by hand; minutes."""

    timer_minutes: int = Field(ge=1, le=600)
    daily_minutes: list[int] = Field(min_length=1, max_length=4)


class Brief(_Part):
    about: str
    company: CompanyBrief
    project: ProjectBrief
    position: PositionBrief
    trainer: TrainerBrief
    others: list[TrainerBrief] = []
    offer: OfferBrief
    work: WorkBrief
    over_cap: Literal["approve", "decline"] = "approve"


def shipped() -> list[str]:
    """Names of the briefs that come along."""
    return sorted(file.stem for file in HOME.glob("*.json"))


def load(where: Path | None) -> Brief:
    """A brief from a file, or the default one. Raises BriefRefused."""
    file = where or HOME / f"{DEFAULT}.json"
    if where is not None and not where.exists() and (HOME / f"{where}.json").exists():
        file = HOME / f"{where}.json"
    try:
        return Brief.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise BriefRefused(
            f"{file} cannot be read ({error.strerror}). Shipped ones: {', '.join(shipped())}"
        ) from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise BriefRefused(f"{file.name}: {faults}") from error
    except ValueError as error:
        raise BriefRefused(f"{file.name} is not JSON: {error}") from error
