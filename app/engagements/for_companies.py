"""What a company reads of engagements: its own, with the bill side only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import permissions, rates
from app.domain.actor import ClientActor
from app.domain.limits import DatedLimits
from app.domain.permissions import Permission
from app.domain.rates import DatedRate
from app.engagements import bill_terms, queries
from app.engagements.queries import EngagementFacts, Limits
from app.kit.paging import Cut, Page


@dataclass(frozen=True, slots=True)
class CompanyEngagement:
    """An engagement with the minutes and the bill rate an hour that hold now or first.

    `coming`: minutes that are agreed to hold later.
    """

    facts: EngagementFacts
    limits: Limits
    coming: DatedLimits | None
    bill: DatedRate


async def list_engagements(
    session: AsyncSession, actor: ClientActor, page: Cut, *, now: datetime
) -> Page[CompanyEngagement]:
    """The company's engagements, newest first. Raises NotAllowed."""
    permissions.require(actor, Permission.READ_HIRING)
    found = await queries.list_of_company(session, actor.company_id, page)
    return Page(await _with_terms(session, found.items, now), found.last)


async def get_engagement(
    session: AsyncSession, actor: ClientActor, engagement_id: UUID, *, now: datetime
) -> CompanyEngagement:
    """One of the company's engagements. Raises NotAllowed, NotFound."""
    permissions.require(actor, Permission.READ_HIRING)
    facts = await queries.of_company(session, actor.company_id, engagement_id)
    return (await _with_terms(session, [facts], now))[0]


async def _with_terms(
    session: AsyncSession, found: Sequence[EngagementFacts], now: datetime
) -> list[CompanyEngagement]:
    ids = [facts.id for facts in found]
    limits = await queries.limits_of_many(session, ids, now)
    coming = await queries.coming_limits_of_many(session, ids, now)
    bills = await bill_terms.rates_of_many(session, ids)
    return [
        CompanyEngagement(
            facts,
            limits[facts.id],
            coming.get(facts.id),
            rates.rate_at_or_first(bills[facts.id], now),
        )
        for facts in found
    ]
