"""The identities of companies and trainers: they hold, and each breach is named."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import credit_terms
from app.companies import proof as companies
from app.domain.actor import FinanceActor
from app.domain.money import Money
from app.trainers import proof as trainers
from tests.factories import people


async def test_owners_and_currencies(session: AsyncSession, now: datetime) -> None:
    company = await people.company(session, now=now)
    officer = FinanceActor((await people.user(session, now=now, door="finance")).id)
    await credit_terms.set_credit_terms(
        session, officer, company.id, net_days=14, credit_limit=Money(1, "USD"),
        funding_rule="on_approval", effective_at=None, now=now,
    )  # fmt: skip
    owners, currencies, members = await companies.prove(session)
    for identity in (owners, currencies, members):
        assert identity.holds
        assert identity.checked >= 1
    await people.demote_owners(session, role="viewer")
    await session.execute(text("UPDATE credit_terms SET currency = 'EUR'"))
    owners, currencies, members = await companies.prove(session)
    assert f"company {company.id}: 0 owners" in owners.breaches
    assert len(currencies.breaches) == 1
    owner_id = await people.owner_of(session, company.id)
    assert members.breaches == (
        f"company {company.id}: user {owner_id} is owner, may act as viewer",
    )
    await session.execute(text("DELETE FROM company_members"))
    _, _, members = await companies.prove(session)
    assert members.breaches == (
        f"company {company.id}: user {owner_id} is None, may act as viewer",
    )


async def test_receipts_and_evidence(session: AsyncSession, now: datetime) -> None:
    erika = await people.trainer(session, now=now)
    credential = await people.credential(session, erika.id, now=now)
    await people.credential(session, erika.id, now=now, type="degree", state="claimed")
    assert all(identity.holds for identity in await trainers.prove(session))
    await session.execute(text("UPDATE verifications SET outcome = 'mismatch'"))
    decided, _ = await trainers.prove(session)
    assert decided.breaches == (f"credential {credential.id}: verified, receipt mismatch",)
    await session.execute(text("DELETE FROM verifications"))
    decided, _ = await trainers.prove(session)
    assert decided.breaches == (f"credential {credential.id}: verified, receipt missing",)
    await session.execute(text("UPDATE credentials SET state = 'checking'"))
    _, checked = await trainers.prove(session)
    assert len(checked.breaches) == 2
