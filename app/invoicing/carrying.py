"""How much time a wallet carries, and what of it is set aside per engagement and pay week."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.companies import queries as companies
from app.companies.credit_terms import GrantedTerms
from app.domain import chart, invoice_maths, wallets
from app.invoicing import issuers
from app.invoicing.money_tables import WalletHold
from app.kit.ids import new_id
from app.ledger import posting
from app.ledger import queries as ledger
from app.ledger.posting import Entry
from app.timesheets import lending

Key = tuple[UUID, datetime]


async def begin(
    session: AsyncSession, company_id: UUID, granted: GrantedTerms, *, now: datetime
) -> GrantedTerms:
    """The terms just granted, with what the wallet carries as their limit if they are prepaid."""
    if granted.kind != credit_terms.PREPAID or (granted.effective_at or now) > now:
        return granted
    await lending.hold(session, company_id)
    await follow(session, company_id, now=now)
    return await credit_terms.current(session, company_id, now)


async def follow(session: AsyncSession, company_id: UUID, *, now: datetime) -> None:
    """After a wallet has moved: a prepaid company's time may use what it carries now."""
    terms = await credit_terms.current(session, company_id, now)
    if terms.kind != credit_terms.PREPAID:
        return
    free = await ledger.available(session, chart.prepaid(company_id), terms.currency)
    aside = await ledger.available(session, chart.held(company_id), terms.currency)
    bps = await _tax_rate_bps(session, company_id, now=now)
    carried = wallets.carried_minor(free + aside, bps)
    await credit_terms.follow_wallet(session, company_id, carried, now=now)


async def set_aside(session: AsyncSession, company_id: UUID, *, now: datetime) -> int:
    """Bring the holds to what is logged and not paid for, in one posting; how many have moved.

    A company that is not prepaid holds nothing.
    """
    await lending.hold(session, company_id)
    terms = await credit_terms.current(session, company_id, now)
    wanted: dict[Key, int] = {}
    if terms.kind == credit_terms.PREPAID:
        bps = await _tax_rate_bps(session, company_id, now=now)
        for used in await lending.used_by_week(session, company_id):
            key = (used.engagement_id, used.week_starts_at)
            wanted[key] = wallets.held_minor(used.units, bps)
    return await _move(session, company_id, wanted, currency=terms.currency, now=now)


async def free(session: AsyncSession, company_id: UUID, keys: set[Key], *, now: datetime) -> None:
    """Free what is set aside for these weeks: their invoice takes it now."""
    rows = await _holds(session, company_id)
    for currency in sorted({row.currency for row in rows.values()}):
        wanted = {
            key: row.held_minor
            for key, row in rows.items()
            if key not in keys and row.currency == currency
        }
        await _move(session, company_id, wanted, currency=currency, now=now)


async def _holds(session: AsyncSession, company_id: UUID) -> dict[Key, WalletHold]:
    rows = await session.scalars(
        select(WalletHold)
        .where(WalletHold.company_id == company_id, WalletHold.held_minor > 0)
        .order_by(WalletHold.engagement_id, WalletHold.week_starts_at)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(row.engagement_id, row.week_starts_at): row for row in rows}


async def _move(
    session: AsyncSession,
    company_id: UUID,
    wanted: dict[Key, int],
    *,
    currency: str,
    now: datetime,
) -> int:
    rows = await _holds(session, company_id)
    held = {key: row.held_minor for key, row in rows.items() if row.currency == currency}
    free_minor = await ledger.available(session, chart.prepaid(company_id), currency)
    moves = wallets.hold_moves(wanted, held, free_minor)
    for key, by in moves.items():
        if key in rows:
            rows[key].held_minor += by
            rows[key].changed_at = now
            continue
        added = insert(WalletHold).values(
            engagement_id=key[0],
            week_starts_at=key[1],
            company_id=company_id,
            held_minor=by,
            currency=currency,
            changed_at=now,
        )
        await session.execute(
            added.on_conflict_do_update(
                index_elements=["engagement_id", "week_starts_at"],
                set_={"held_minor": WalletHold.held_minor + by, "changed_at": now},
            )
        )
    await session.flush()
    total = sum(moves.values())
    if total:
        await posting.post(
            session,
            source="wallet",
            key=f"set_aside:{new_id()}",
            description="Set aside for logged work" if total > 0 else "No longer set aside",
            effective_at=now,
            now=now,
            entries=[
                Entry(chart.prepaid(company_id), currency, total),
                Entry(chart.held(company_id), currency, -total),
            ],
        )
    return len(moves)


async def _tax_rate_bps(session: AsyncSession, company_id: UUID, *, now: datetime) -> int:
    """What its next invoice will add as tax; without a profile the issuer's standard rate."""
    # What a wallet carries is no invoice: the invented issuer may stand in for the estimate.
    issuer = await issuers.current(session, at=now, sample_allowed=True)
    billing = await companies.get_billing(session, company_id)
    country = issuer.address.country
    terms = invoice_maths.tax_terms(
        issuer_country=country,
        company_country=billing.address.country if billing else country,
        company_vat_id=billing.vat_id if billing else None,
    )
    return terms.tax_rate_bps
