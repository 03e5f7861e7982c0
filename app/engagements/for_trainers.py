"""What a trainer reads of engagements: her own, with the pay side only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import rates
from app.domain.actor import TrainerActor
from app.domain.limits import DatedLimits
from app.domain.rates import DatedRate
from app.engagements import pay_terms, queries
from app.engagements.queries import EngagementFacts, Limits
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
