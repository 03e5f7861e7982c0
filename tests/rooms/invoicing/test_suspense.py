"""Money of which nobody knows whose it is: kept apart until a person says, each cent once."""

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.domain.actor import FinanceActor
from app.domain.invoicing import InvoiceState
from app.domain.money import Money
from app.domain.suspense import SuspenseState
from app.invoicing import queries, suspense, topping_up
from app.invoicing.recording import Receipt
from app.invoicing.refusals import PaymentAlreadyRecorded, SuspenseEnded
from app.invoicing.suspense import Owner
from app.kit.paging import Cut
from app.reconciling import queries as reconciling
from tests.factories.hours import NOW
from tests.rooms.invoicing.test_write_offs import GROSS, assert_proven, balances, issued, staff


def receipt(minor: int = GROSS, reference: str = "Statement 7") -> Receipt:
    return Receipt(Money(minor, "USD"), NOW.date(), reference)


async def kept(session: AsyncSession, actor: FinanceActor, said: Receipt) -> UUID:
    return await suspense.record(session, actor, said, payer="A. Nobody", now=NOW)


async def test_it_is_watched_and_settles_the_invoice_that_it_is_for(session: AsyncSession) -> None:
    at, invoice_id = await issued(session)
    actor = await staff(session)
    id_ = await kept(session, actor, receipt())
    assert await kept(session, actor, receipt()) == id_
    await assert_proven(session)
    (standing,) = await reconciling.standings(session)
    assert (standing.account_key, standing.balance_minor) == (chart.SUSPENSE, -GROSS)
    owner = Owner(None, invoice_id)
    assert await suspense.assign_once(session, actor, id_, owner, closed=None, now=NOW) is None
    (summary,) = await queries.summaries(session, [invoice_id])
    assert summary.state is InvoiceState.COLLECTED
    found = await suspense.list_items(session, actor, Cut(), state=SuspenseState.ASSIGNED)
    assert [(each.company_id, each.invoice_id) for each in found.items] == [
        (at.company.id, invoice_id)
    ]
    assert (await balances(session))["asset:bank"] == GROSS
    assert await reconciling.standings(session) == []
    await assert_proven(session)
    with pytest.raises(SuspenseEnded):
        await suspense.assign_once(session, actor, id_, owner, closed=None, now=NOW)
    with pytest.raises(SuspenseEnded):
        await suspense.send_back(session, actor, id_, reference="Statement 8", now=NOW)


async def test_it_goes_into_a_wallet_or_back_and_nowhere_twice(session: AsyncSession) -> None:
    at, _ = await issued(session)
    actor = await staff(session)
    twice, back = (
        await kept(session, actor, receipt(GROSS + 50)),
        await kept(session, actor, receipt(70, "Statement 9")),
    )
    await suspense.send_back(session, actor, back, reference="Statement 10", now=NOW)
    await topping_up.record(session, actor, at.company.id, receipt=receipt(GROSS + 50), now=NOW)
    owner = Owner(at.company.id, None)
    with pytest.raises(PaymentAlreadyRecorded):
        await suspense.assign_once(session, actor, twice, owner, closed=None, now=NOW)
    assert (await suspense.get_item(session, actor, twice)).state is SuspenseState.OPEN
    other = await kept(session, actor, receipt(900, "Statement 11"))
    await suspense.assign_once(session, actor, other, owner, closed=None, now=NOW)
    found = await balances(session)
    assert found[chart.SUSPENSE] == -GROSS - 50
    assert found[chart.prepaid(at.company.id)] == -950
    assert found["asset:bank"] == 2 * (GROSS + 50) + 900
    await assert_proven(session)
