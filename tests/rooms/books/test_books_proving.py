"""Between the rooms: the books hold for whole deals, and name what was broken on purpose."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.books import crossing, proving
from app.domain import chart
from app.kit.db import Database
from app.ledger import posting
from app.ledger.posting import Entry
from tests.factories import deals, people, work

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


async def deal(session: AsyncSession) -> None:
    """Five weeks: settled, sent, collected at Stripe but not cleared, invoiced, and approved."""
    staff = await people.user(session, now=NOW, door="finance")
    company = await people.company(session, now=NOW)
    trainer = await people.trainer(session, now=NOW)
    project = await work.project(session, company, now=NOW)
    position = await work.position(session, project, now=NOW)
    engagement = await work.engagement(session, position, trainer.id, now=NOW)
    weeks = [
        await deals.approved_week(
            session, engagement, now=NOW, minutes=600 + day,
            week_starts_at=datetime(2026, 11, day, tzinfo=UTC),
        )
        for day in (2, 9, 16, 23, 30)
    ]  # fmt: skip
    for sequence, week in enumerate(weeks[:4], 1):
        issued = await deals.invoice(
            session,
            [week],
            now=NOW,
            by_user_id=staff.id,
            sequence=sequence,
            tax_minor=19 * sequence,
        )
        if sequence < 4:
            await deals.collected(session, issued, [week], now=NOW, cleared=sequence < 3)
    await deals.payout(session, weeks[:1], now=NOW, by_user_id=staff.id)
    await deals.payout(session, weeks[1:2], now=NOW, by_user_id=staff.id, settled=False)


async def test_a_deal_in_all_its_stages_holds(session: AsyncSession) -> None:
    await deal(session)
    found = await crossing.prove(session)
    assert {identity.name: identity.breaches for identity in found} == {
        identity.name: () for identity in found
    }
    assert all(identity.checked for identity in found)


BREAKS = {
    "books: approved on the bill side = invoiced + unbilled": (
        "UPDATE bill_lines SET bill_minor = bill_minor + 1 WHERE minutes = 602",
        "in USD: approved 770001, invoiced 612500, unbilled 157500",
    ),
    "books: approved on the pay side = settled + in flight + payable - owed": (
        "UPDATE payouts SET pay_minor = pay_minor - 1 WHERE state = 'settled'",
        "in USD: approved 616000, settled 120399, in flight 121800, payable 373800",
    ),
    "books: what was approved is what was earned and spent": (
        "UPDATE pay_lines SET pay_minor = pay_minor + 5 WHERE minutes = 630",
        "expense:trainers in USD: approved lines say 616005, books say 616000",
    ),
    "books: what trainers owe = taken back and not set off yet": (
        "UPDATE pay_lines SET type = 'clawback', adjustment_id = gen_random_uuid(), minutes = 0,"
        " worked_seconds = 0, pay_rate_minor = 0, pay_minor = -5, owed = true WHERE minutes = 630",
        "in USD: lines say 5, books say 0",
    ),
    "books: VAT owed = tax on invoices": (
        "UPDATE invoices SET tax_minor = tax_minor + 1, gross_minor = gross_minor + 1,"
        " settled_minor = settled_minor + 1"
        " WHERE sequence = 1",
        "USD: invoices 191, owed 190",
    ),
    "books: money at Stripe = collected there - fees - transferred": (
        "UPDATE collections SET cleared_at = now() WHERE cleared_at IS NULL",
        "asset:stripe:pending in USD: collections and transfers say 0, books say 151057",
    ),
    "books: connected balances = transferred - arrived": (
        "UPDATE payouts SET state = 'settled' WHERE state = 'sent'",
        "asset:stripe:connected:acct_beispiel in USD: payouts say 0, books say 121800",
    ),
    "books: only funded pay lines of the payee are paid out, at their amount": (
        "UPDATE payout_lines SET pay_minor = pay_minor - 1 WHERE pay_minor = 120400",
        "funded t, 120399 USD of 120400 USD",
    ),
}


@pytest.mark.parametrize("name", list(BREAKS))
async def test_a_breach_is_named_with_its_rows(session: AsyncSession, name: str) -> None:
    await deal(session)
    statement, words = BREAKS[name]
    await session.execute(text("SET session_replication_role = replica"))
    await session.execute(text(statement))
    broken = {i.name: i.breaches for i in await crossing.prove(session) if not i.holds}
    assert name in broken
    assert any(words in breach for breach in broken[name]), broken[name]


async def test_every_identity_was_broken_once(session: AsyncSession) -> None:
    assert {identity.name for identity in await crossing.prove(session)} == set(BREAKS)


async def test_the_rooms_own_identities_are_asked_too(session: AsyncSession) -> None:
    await deal(session)
    await session.execute(text("SET session_replication_role = replica"))
    await session.execute(
        text(
            "UPDATE invoices SET state = 'issued', collected_at = NULL, settled_minor = 0"
            " WHERE sequence = 3"
        )
    )
    broken = {i.name: i.breaches for i in await proving.prove_all(session) if not i.holds}
    (breach,) = broken["receivable = what is open of invoices"]
    assert "books 155826, rows 309883 USD" in breach


async def test_empty_books_hold_and_every_name_is_its_own(session: AsyncSession) -> None:
    found = await proving.prove_all(session)
    assert all(identity.holds for identity in found)
    names = [identity.name for identity in found]
    assert len(names) == len(set(names))


async def test_work_in_progress_is_no_breach(database: Database) -> None:
    """A fact that is committed between two statements of the proof is not seen by half."""
    async with database.sessions() as reader:
        await reader.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        before = await proving.prove_all(reader)
        async with database.begin() as writer:
            await posting.post(
                writer, source="test", key="1", description="d", effective_at=NOW, now=NOW,
                entries=[Entry(chart.BANK, "USD", 5), Entry(chart.INCOME_SERVICES, "USD", -5)],
            )  # fmt: skip
        assert await proving.prove_all(reader) == before
    found = await proving.prove_at_one_moment(database)
    (broken,) = [identity for identity in found if not identity.holds]
    assert broken.breaches == ("income:services in USD: approved lines say 0, books say -5",)
    async with database.begin() as session:
        level = await session.scalar(text("SHOW transaction_isolation"))
    assert level == "read committed"
