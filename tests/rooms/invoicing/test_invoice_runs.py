"""What a run puts on an invoice, and what stays away from one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import BillingProfile
from app.domain import invoice_maths
from app.domain.actor import FinanceActor
from app.domain.refusals import InvalidValues, NotFound
from app.invoicing import issuers, proof, queries, running
from app.invoicing.issuers import DEVELOPMENT_ISSUER, Issuer, IssuerAddress
from app.invoicing.refusals import IssuerProfileMissing
from app.invoicing.running import InvoiceRunFacts
from app.kit.ids import new_id
from app.ledger.tables import LedgerAccount, LedgerEntry, PostingGroup
from tests.factories import approved, people
from tests.factories.approved import Deal

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
REAL = Issuer(
    legal_name="Erfundene Aussteller GmbH",
    address=IssuerAddress("Musterweg 3", "Graz", "8010", "AT"),
    email="rechnung@aussteller.example",
    iban="DE02120300000000202051",
    vat_id="ATU00000000",
)


async def finance(session: AsyncSession) -> FinanceActor:
    return FinanceActor((await people.user(session, now=NOON, door="finance")).id)


async def run(session: AsyncSession, actor: FinanceActor, **over: Any) -> InvoiceRunFacts:
    said: dict[str, Any] = {
        "through_on": NOON.date(),
        "company_id": None,
        "sample_issuer": True,
        "now": NOON,
        **over,
    }
    return await running.run_invoices(session, actor, **said)


async def assert_proven(session: AsyncSession) -> None:
    for identity in await proof.prove(session):
        assert identity.holds, identity


async def test_one_invoice_per_company_pins_its_lines(session: AsyncSession) -> None:
    actor = await finance(session)
    german = await approved.deal(
        session, now=NOON, country="DE", currency="EUR", legal_name="Beispiel Labs GmbH",
        trainer={"full_name": "Dr. Erika Beispiel"}, position={"purchase_order": "PO-7"},
    )  # fmt: skip
    foreign = await approved.deal(session, now=NOON)
    await approved.approved(session, german, now=NOON, minutes=2250, bill_rate_minor=12_000)
    await approved.approved(
        session, german, now=NOON, minutes=255, bill_rate_minor=20_000, weeks_back=2
    )
    await approved.approved(session, foreign, now=NOON, minutes=10)

    facts = await run(session, actor)

    assert [each.number for each in facts.invoices] == ["RE-2026-00001", "RE-2026-00002"]
    by_company = {each.company_id: each for each in facts.invoices}
    ours = by_company[german.company.id]
    assert (ours.net_minor, ours.tax_minor, ours.gross_minor) == (535_000, 101_650, 636_650)
    assert ours.currency == "EUR"
    assert (ours.issued_on, ours.due_on) == (date(2026, 11, 30), date(2026, 12, 14))
    assert (ours.service_from_on, ours.service_to_on) == (date(2026, 11, 16), date(2026, 11, 29))
    whole = await queries.get_invoice(session, ours.id)
    assert [
        (line.place, line.minutes, line.bill_rate_minor, line.net_minor) for line in whole.lines
    ] == [(1, 255, 20_000, 85_000), (2, 2250, 12_000, 450_000)]
    assert {line.trainer_label for line in whole.lines} == {"Erika B."}
    assert {line.purchase_order for line in whole.lines} == {"PO-7"}
    assert whole.language == "de"
    assert whole.buyer["legal_name"] == "Beispiel Labs GmbH"
    theirs = by_company[foreign.company.id]
    assert (theirs.net_minor, theirs.tax_minor, theirs.currency) == (2_500, 0, "USD")
    (group,) = (await queries.get_invoice(session, theirs.id)).tax_groups
    assert (group.category, group.rate_bps) == ("O", 0)
    await assert_proven(session)


async def test_the_books_say_receivable_instead_of_unbilled(session: AsyncSession) -> None:
    actor = await finance(session)
    deal = await approved.deal(session, now=NOON, country="DE", currency="EUR")
    await approved.approved(session, deal, now=NOON, minutes=60, bill_rate_minor=10_000)
    (invoice,) = (await run(session, actor)).invoices
    rows = await session.execute(
        select(LedgerAccount.key, LedgerEntry.amount_minor)
        .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
        .join(PostingGroup, PostingGroup.id == LedgerEntry.group_id)
        .where(PostingGroup.source == "invoice", PostingGroup.key == str(invoice.id))
    )
    assert {(row.key, row.amount_minor) for row in rows} == {
        (f"asset:receivable:client:{deal.company.id}", 11_900),
        (f"asset:unbilled:client:{deal.company.id}", -10_000),
        ("liability:tax:vat:DE", -1_900),
    }


async def test_the_day_counts_inclusively_and_in_utc(session: AsyncSession) -> None:
    actor = await finance(session)
    deal = await approved.deal(session, now=NOON)
    midnight = datetime(2026, 11, 30, tzinfo=UTC)
    await approved.approved(session, deal, now=midnight - timedelta(seconds=1))
    await approved.approved(session, deal, now=midnight, weeks_back=3)
    facts = await run(session, actor, through_on=date(2026, 11, 29))
    assert [each.net_minor for each in facts.invoices] == [30_000]
    rest = await run(session, actor)
    assert [each.net_minor for each in rest.invoices] == [30_000]
    assert (await run(session, actor)).invoices == []
    await assert_proven(session)


async def test_late_approvals_go_on_the_next_invoice(session: AsyncSession) -> None:
    actor = await finance(session)
    deal = await approved.deal(session, now=NOON)
    await approved.approved(session, deal, now=NOON)
    first = await run(session, actor)
    await approved.approved(session, deal, now=NOON, weeks_back=5, minutes=60)
    second = await run(session, actor)
    assert [each.number for each in (*first.invoices, *second.invoices)] == [
        "RE-2026-00001",
        "RE-2026-00002",
    ]
    assert second.invoices[0].net_minor == 15_000


async def test_one_company_only(session: AsyncSession) -> None:
    actor = await finance(session)
    one = await approved.deal(session, now=NOON)
    other = await approved.deal(session, now=NOON)
    for deal in (one, other):
        await approved.approved(session, deal, now=NOON)
    facts = await run(session, actor, company_id=other.company.id)
    assert [each.company_id for each in facts.invoices] == [other.company.id]
    with pytest.raises(NotFound):
        await run(session, actor, company_id=new_id())


async def test_seconds_that_come_to_nothing_wait_for_more(session: AsyncSession) -> None:
    actor = await finance(session)
    deal = await approved.deal(session, now=NOON)
    await approved.approved(session, deal, now=NOON, minutes=0)
    assert (await run(session, actor)).invoices == []
    await approved.approved(session, deal, now=NOON, weeks_back=2, minutes=1)
    (invoice,) = (await run(session, actor)).invoices
    assert len((await queries.get_invoice(session, invoice.id)).lines) == 2
    await assert_proven(session)


async def test_a_company_without_billing_profile_does_not_stop_the_others(
    session: AsyncSession,
) -> None:
    actor = await finance(session)
    without = await approved.deal(session, now=NOON, billing=False)
    with_one = await approved.deal(session, now=NOON)
    for deal in (without, with_one):
        await approved.approved(session, deal, now=NOON)
    facts = await run(session, actor)
    assert [each.company_id for each in facts.invoices] == [with_one.company.id]
    assert [(each.company_id, each.code) for each in facts.skipped] == [
        (without.company.id, "billing_profile_missing")
    ]


async def test_a_vat_id_from_another_member_state_reverses_the_charge(
    session: AsyncSession,
) -> None:
    actor = await finance(session)
    deal = await approved.deal(session, now=NOON, country="FR", currency="EUR")
    profile = await session.get_one(BillingProfile, deal.company.id)
    profile.vat_id = "FR00000000000"
    await approved.approved(session, deal, now=NOON)
    (invoice,) = (await run(session, actor)).invoices
    assert (invoice.tax_minor, invoice.gross_minor) == (0, 30_000)
    (group,) = (await queries.get_invoice(session, invoice.id)).tax_groups
    assert group.category == "AE"


async def test_outside_development_the_issuer_must_be_set(session: AsyncSession) -> None:
    actor = await finance(session)
    deal = await approved.deal(session, now=NOON, country="DE", currency="EUR")
    await approved.approved(session, deal, now=NOON)
    with pytest.raises(IssuerProfileMissing):
        await run(session, actor, sample_issuer=False)
    assert await issuers.set_issuer_profile(session, actor, REAL, now=NOON) == REAL
    (invoice,) = (await run(session, actor, sample_issuer=False)).invoices
    facts = await queries.get_invoice(session, invoice.id)
    assert issuers.read(facts.issuer) == REAL
    # An Austrian issuer and a German buyer without a VAT id: the issuer's own standard rate.
    assert (facts.tax_groups[0].rate_bps, invoice.tax_minor) == (2000, 6_000)


async def test_a_new_issuer_leaves_issued_invoices_alone(session: AsyncSession) -> None:
    actor = await finance(session)
    deal = await approved.deal(session, now=NOON)
    await approved.approved(session, deal, now=NOON)
    (invoice,) = (await run(session, actor)).invoices
    await issuers.set_issuer_profile(session, actor, REAL, now=NOON)
    assert issuers.read((await queries.get_invoice(session, invoice.id)).issuer).sample
    assert await issuers.current(session, at=NOON, sample_allowed=True) == REAL


async def test_an_issuer_that_cannot_stand_on_an_invoice_is_refused(session: AsyncSession) -> None:
    actor = await finance(session)
    with pytest.raises(InvalidValues) as refused:
        await issuers.set_issuer_profile(session, actor, DEVELOPMENT_ISSUER, now=NOON)
    assert [each.code for each in refused.value.errors] == ["iban_invalid"]
    broken = Issuer("X", IssuerAddress("1", "2", "3", "US"), "a@b.example", "US00")
    with pytest.raises(InvalidValues) as refused:
        await issuers.set_issuer_profile(session, actor, broken, now=NOON)
    assert {each.pointer for each in refused.value.errors} == {
        "#/address/country",
        "#/iban",
        "#/vat_id",
    }


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices SET gross_minor = gross_minor + 1, tax_minor = tax_minor + 1",
        "UPDATE invoices SET number = 'RE-2026-99999'",
        "DELETE FROM invoices",
        "UPDATE invoice_lines SET net_minor = 1",
        "DELETE FROM invoice_lines",
        "UPDATE invoice_tax_groups SET tax_minor = 1",
        "DELETE FROM invoice_tax_groups",
    ],
)
async def test_an_issued_invoice_is_never_edited(session: AsyncSession, statement: str) -> None:
    actor = await finance(session)
    deal = await approved.deal(session, now=NOON)
    await approved.approved(session, deal, now=NOON)
    await run(session, actor)
    with pytest.raises(DBAPIError, match="never"):
        await session.execute(text(statement))


async def _lines(session: AsyncSession, deals: list[Deal], said: list[tuple[int, int]]) -> None:
    for weeks_back, (minutes, rate) in enumerate(said, 1):
        for deal in deals:
            await approved.approved(
                session, deal, now=NOON, minutes=minutes, bill_rate_minor=rate,
                weeks_back=weeks_back,
            )  # fmt: skip


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 10_080), st.integers(1, 25_000)), min_size=1, max_size=6))
async def test_whatever_was_approved_adds_up(
    session: AsyncSession, said: list[tuple[int, int]]
) -> None:
    """Net is the sum of lines each rounded once; tax is rounded once; books and rows agree."""
    async with session.begin_nested() as example:
        actor = await finance(session)
        deal = await approved.deal(session, now=NOON, country="DE", currency="EUR")
        await _lines(session, [deal], said)
        facts = await run(session, actor)
        nets = [invoice_maths.line_net_minor(minutes, rate) for minutes, rate in said]
        assert [each.net_minor for each in facts.invoices] == ([sum(nets)] if any(nets) else [])
        for invoice in facts.invoices:
            assert invoice.tax_minor == invoice_maths.tax_minor(sum(nets), 1900)
            assert invoice.gross_minor == invoice.net_minor + invoice.tax_minor
        await assert_proven(session)
        await example.rollback()
