"""What a trainer says about herself. Each verb replaces what it names and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import vocabulary, wording
from app.domain.actor import TrainerActor
from app.domain.money import Money
from app.domain.refusals import NotFound
from app.trainers import pay_terms
from app.trainers.refusals import CountryUnknown, CurrencyNotOffered, LanguageRepeated
from app.trainers.tables import Trainer, TrainerLanguage, TrainerSkill


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """None leaves a field as it is. `changes_asking` with `asking_pay` None takes the rate back."""

    headline: str | None = None
    country: str | None = None
    timezone: str | None = None
    changes_asking: bool = False
    asking_pay: Money | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language subtag and its level, 1 (A1) to 6 (C2) and 7 (native)."""

    code: str
    level: int


async def update_profile(
    session: AsyncSession, actor: TrainerActor, change: ProfileChange, *, now: datetime
) -> None:
    """Raises CountryUnknown, CurrencyNotOffered."""
    if change.country is not None and change.country not in vocabulary.COUNTRIES:
        raise CountryUnknown
    asking = change.asking_pay
    if asking is not None and asking.currency not in vocabulary.CURRENCIES:
        raise CurrencyNotOffered(offered=", ".join(vocabulary.CURRENCIES))
    row = await _locked(session, actor, now)
    row.headline = change.headline or row.headline
    row.country = change.country or row.country
    row.timezone = change.timezone or row.timezone
    await session.flush()
    if change.changes_asking:
        await pay_terms.set_asking_pay(session, actor.trainer_id, asking)


async def set_skills(
    session: AsyncSession, actor: TrainerActor, labels: Sequence[str], *, now: datetime
) -> None:
    """Replace all skills. The first spelling of a repeated one is kept."""
    await _locked(session, actor, now)
    by_key: dict[str, str] = {}
    for label in labels:
        if key := wording.normalise(label):
            by_key.setdefault(key, label)
    await session.execute(delete(TrainerSkill).where(TrainerSkill.trainer_id == actor.trainer_id))
    session.add_all(
        TrainerSkill(trainer_id=actor.trainer_id, skill=key, label=label)
        for key, label in by_key.items()
    )
    await session.flush()


async def set_languages(
    session: AsyncSession, actor: TrainerActor, spoken: Sequence[Spoken], *, now: datetime
) -> None:
    """Replace all languages. Raises LanguageRepeated."""
    if len({each.code for each in spoken}) < len(spoken):
        raise LanguageRepeated
    await _locked(session, actor, now)
    await session.execute(
        delete(TrainerLanguage).where(TrainerLanguage.trainer_id == actor.trainer_id)
    )
    session.add_all(
        TrainerLanguage(trainer_id=actor.trainer_id, code=each.code, level=each.level)
        for each in spoken
    )
    await session.flush()


async def set_availability(
    session: AsyncSession,
    actor: TrainerActor,
    *,
    weekly_minutes: int,
    available_from_on: date | None,
    now: datetime,
) -> None:
    """How many minutes a week she offers (0: none for now), and from which day on."""
    row = await _locked(session, actor, now)
    row.weekly_minutes = weekly_minutes
    row.available_from_on = available_from_on
    await session.flush()


async def _locked(session: AsyncSession, actor: TrainerActor, now: datetime) -> Trainer:
    """Her row, locked: two replacements at once must not end as a mixture of both."""
    row = await session.scalar(
        select(Trainer)
        .where(Trainer.id == actor.trainer_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    row.last_active_at = max(row.last_active_at, now)
    return row
