"""Payment terms: a company asks for them, finance grants them, dated."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.refusals import TermsCurrencyDiffers, TermsInThePast
from app.companies.tables import Company, CreditTerms
from app.domain import dated_terms
from app.domain.actor import FinanceActor
from app.domain.money import Money
from app.domain.refusals import NotFound
from app.kit.ids import new_id

DEFAULT_KIND = "invoice"
PREPAID = "prepaid"
DEFAULT_NET_DAYS = 14
DEFAULT_CREDIT_LIMIT_MINOR = 1_000_000
DEFAULT_FUNDING_RULE = "on_collection"


@dataclass(frozen=True, slots=True)
class GrantedTerms:
    """`effective_at` is None for the terms that hold when none were ever granted."""

    kind: str
    net_days: int
    credit_limit_minor: int
    currency: str
    funding_rule: str
    effective_at: datetime | None = None


async def current(session: AsyncSession, company_id: UUID, at: datetime) -> GrantedTerms:
    """The terms in force at an instant. Raises NotFound."""
    found = await terms_at(session, [company_id], at)
    if company_id not in found:
        raise NotFound
    return found[company_id]


async def terms_at(
    session: AsyncSession, company_ids: list[UUID], at: datetime
) -> dict[UUID, GrantedTerms]:
    """The terms in force at an instant for each of the companies that exist."""
    granted = (
        select(CreditTerms)
        .where(CreditTerms.company_id.in_(company_ids), CreditTerms.effective_at <= at)
        .order_by(CreditTerms.company_id, CreditTerms.effective_at.desc())
        .ext(distinct_on(CreditTerms.company_id))
    )
    found = {row.company_id: _facts(row) for row in await session.scalars(granted)}
    companies = select(Company.id, Company.currency).where(Company.id.in_(company_ids))
    return {
        id_: found.get(id_, _by_default(currency))
        for id_, currency in await session.execute(companies)
    }


async def set_credit_terms(
    session: AsyncSession,
    actor: FinanceActor,
    company_id: UUID,
    *,
    net_days: int,
    credit_limit: Money,
    funding_rule: str,
    effective_at: datetime | None,
    now: datetime,
    kind: str = DEFAULT_KIND,
) -> GrantedTerms:
    """Grant terms from `effective_at` (None: now) on; the same terms again change nothing.

    Of a prepaid company the limit is what its wallet carries: it starts at nothing, and
    `follow_wallet` moves it. Raises NotFound, TermsCurrencyDiffers, TermsInThePast.
    """
    at = dated_terms.takes_effect_at(effective_at, now)
    if at is None:
        raise TermsInThePast
    # One at a time per company, so that "the same again" is judged on what is committed.
    currency = await session.scalar(
        select(Company.currency).where(Company.id == company_id).with_for_update()
    )
    if currency is None:
        raise NotFound
    if credit_limit.currency != currency:
        raise TermsCurrencyDiffers(currency=currency)
    held = await current(session, company_id, at)
    limit_minor = credit_limit.minor
    if kind == PREPAID:
        limit_minor = held.credit_limit_minor if held.kind == PREPAID else 0
    wanted = (kind, net_days, limit_minor, currency, funding_rule)
    if held.effective_at is not None and wanted == (
        held.kind, held.net_days, held.credit_limit_minor, held.currency, held.funding_rule
    ):  # fmt: skip
        return held
    row = CreditTerms(
        id=new_id(),
        company_id=company_id,
        kind=kind,
        net_days=net_days,
        credit_limit_minor=limit_minor,
        currency=currency,
        funding_rule=funding_rule,
        effective_at=at,
        granted_by_user_id=actor.user_id,
    )
    session.add(row)
    await session.flush()
    return _facts(row)


async def follow_wallet(
    session: AsyncSession, company_id: UUID, carried_minor: int, *, now: datetime
) -> None:
    """Let the limit of a prepaid company be what its wallet carries from now on; of others nothing
    changes. The caller holds what the company's time may use."""
    held = await current(session, company_id, now)
    if held.kind == PREPAID:
        await move_limit(session, company_id, carried_minor, now=now)


async def move_limit(
    session: AsyncSession, company_id: UUID, limit_minor: int, *, now: datetime
) -> None:
    """The same terms with another limit from now on; nobody granted it, a rule did. The caller
    holds what the company's time may use."""
    held = await current(session, company_id, now)
    if held.credit_limit_minor == limit_minor:
        return
    moved = await session.execute(
        update(CreditTerms)
        .where(CreditTerms.company_id == company_id, CreditTerms.effective_at == now)
        .values(credit_limit_minor=limit_minor)
        .returning(CreditTerms.id)
    )
    if moved.first() is None:
        session.add(
            CreditTerms(
                id=new_id(),
                company_id=company_id,
                kind=held.kind,
                net_days=held.net_days,
                credit_limit_minor=limit_minor,
                currency=held.currency,
                funding_rule=held.funding_rule,
                effective_at=now,
            )
        )
        await session.flush()


async def prepaid_companies(session: AsyncSession, at: datetime) -> list[UUID]:
    """The companies whose terms in force are prepaid."""
    asked = select(CreditTerms.company_id).where(CreditTerms.kind == PREPAID).distinct()
    ids = list(await session.scalars(asked))
    found = await terms_at(session, ids, at)
    return [company_id for company_id in ids if found[company_id].kind == PREPAID]


def _facts(row: CreditTerms) -> GrantedTerms:
    return GrantedTerms(
        row.kind,
        row.net_days,
        row.credit_limit_minor,
        row.currency,
        row.funding_rule,
        row.effective_at,
    )


def _by_default(currency: str) -> GrantedTerms:
    return GrantedTerms(
        DEFAULT_KIND, DEFAULT_NET_DAYS, DEFAULT_CREDIT_LIMIT_MINOR, currency, DEFAULT_FUNDING_RULE
    )
