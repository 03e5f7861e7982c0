"""What a trainer reads of engagements: her own, with the pay side only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import rates
from app.domain.actor import TrainerActor
from app.domain.limits import DatedLimits
from app.domain.money import Money
from app.domain.rates import DatedRate
from app.domain.refusals import NotFound
from app.engagements import pay_terms, queries, terms_changes
from app.engagements.queries import EngagementFacts, Limits
from app.engagements.terms_changes import ChangeFacts
from app.kit.paging import Cut, Page


@dataclass(frozen=True, slots=True)
class TrainerEngagement:
    """An engagement with the minutes and the pay rate an hour that hold now or first.

    `coming`: minutes that are agreed to hold later.
    """

    facts: EngagementFacts
    limits: Limits
    coming: DatedLimits | None
    pay: DatedRate


async def list_engagements(
    session: AsyncSession, actor: TrainerActor, page: Cut, *, now: datetime
) -> Page[TrainerEngagement]:
    """The trainer's engagements, newest first."""
    found = await queries.list_of_trainer(session, actor.trainer_id, page)
    return Page(await _with_terms(session, found.items, now), found.last)


async def get_engagement(
    session: AsyncSession, actor: TrainerActor, engagement_id: UUID, *, now: datetime
) -> TrainerEngagement:
    """One of the trainer's engagements. Raises NotFound."""
    facts = await queries.of_trainer(session, actor.trainer_id, engagement_id)
    return (await _with_terms(session, [facts], now))[0]


@dataclass(frozen=True, slots=True)
class TrainerTerms:
    """A change of terms with its pay rate an hour."""

    facts: ChangeFacts
    pay: Money


async def list_terms_changes(
    session: AsyncSession, actor: TrainerActor, engagement_id: UUID, page: Cut
) -> Page[TrainerTerms]:
    """Changes of her pay in one of her engagements, newest first. Raises NotFound.

    One that leaves her pay as it is does not concern her, and would tell of the other side.
    """
    await queries.of_trainer(session, actor.trainer_id, engagement_id)
    found = await terms_changes.list_of(session, engagement_id, page, pay_terms.is_changed())
    pays = await pay_terms.changed(session, [each.id for each in found.items])
    return Page([TrainerTerms(each, pays[each.id]) for each in found.items], found.last)


async def get_terms_change(
    session: AsyncSession, actor: TrainerActor, change_id: UUID
) -> TrainerTerms:
    """One change of her pay. Raises NotFound."""
    facts = await terms_changes.of_trainer(session, actor.trainer_id, change_id)
    pays = await pay_terms.changed(session, [change_id])
    if change_id not in pays:
        raise NotFound
    return TrainerTerms(facts, pays[change_id])


async def _with_terms(
    session: AsyncSession, found: Sequence[EngagementFacts], now: datetime
) -> list[TrainerEngagement]:
    ids = [facts.id for facts in found]
    limits = await queries.limits_of_many(session, ids, now)
    coming = await queries.coming_limits_of_many(session, ids, now)
    pays = await pay_terms.rates_of_many(session, ids)
    return [
        TrainerEngagement(
            facts,
            limits[facts.id],
            coming.get(facts.id),
            rates.rate_at_or_first(pays[facts.id], now),
        )
        for facts in found
    ]
