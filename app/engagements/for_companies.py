"""What a company reads of engagements: its own, with the bill side only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import permissions, rates
from app.domain.actor import ClientActor
from app.domain.limits import DatedLimits
from app.domain.money import Money
from app.domain.permissions import Permission
from app.domain.rates import DatedRate
from app.engagements import bill_terms, queries, terms_changes
from app.engagements.queries import EngagementFacts, Limits
from app.engagements.terms_changes import ChangeFacts
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


@dataclass(frozen=True, slots=True)
class CompanyTerms:
    """A change of terms with its bill rate an hour."""

    facts: ChangeFacts
    bill: Money


async def list_terms_changes(
    session: AsyncSession, actor: ClientActor, engagement_id: UUID, page: Cut
) -> Page[CompanyTerms]:
    """The changes of one of the company's engagements, newest first.

    Raises NotAllowed, NotFound.
    """
    permissions.require(actor, Permission.READ_HIRING)
    await queries.of_company(session, actor.company_id, engagement_id)
    found = await terms_changes.list_of(session, engagement_id, page)
    bills = await bill_terms.changed(session, [each.id for each in found.items])
    return Page([CompanyTerms(each, bills[each.id]) for each in found.items], found.last)


async def get_terms_change(
    session: AsyncSession, actor: ClientActor, change_id: UUID
) -> CompanyTerms:
    """One change. Raises NotAllowed, NotFound."""
    permissions.require(actor, Permission.READ_HIRING)
    facts = await terms_changes.of_company(session, actor.company_id, change_id)
    return CompanyTerms(facts, (await bill_terms.changed(session, [change_id]))[change_id])


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
