"""An issued invoice and everybody around it: finance, the company, the simulator, the worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from pydantic import SecretStr
from sqlalchemy import select

from app.api.door import Runtime
from app.companies.tables import BillingProfile
from app.domain.actor import ClientActor, CompanyRole, FinanceActor
from app.gateways.stripe.payments import StripePayments
from app.invoicing import collecting, paying, proof, queries, running
from app.invoicing.paying import PaymentPage
from app.invoicing.queries import InvoiceSummary
from app.invoicing.tables import Collection
from app.ledger import proof as ledger_proof
from app.ledger.tables import LedgerAccount, LedgerEntry
from app.main import build_app, make_runtime, reach_outside
from app.settings import Settings
from app.timesheets.tables import CapCounter
from tests.factories import approved, people
from tests.factories.approved import Deal
from tests.factories.working import run_waiting
from tests.gateways.simulator.running import PLATFORM_SECRET, Running


@asynccontextmanager
async def runtime_on(sim: Running, *, folder: Path, url: str) -> AsyncIterator[Runtime]:
    """The application's runtime with its payments at the simulator."""
    settings = Settings(
        data_dir=folder,
        allow_async_commit=True,
        stripe_webhook_secrets=(SecretStr(PLATFORM_SECRET),),
    )
    outside = replace(
        reach_outside(settings), payments=StripePayments(sim.client(retries=0, timeout=10.0))
    )
    runtime = make_runtime(settings, url=url, outside=outside)
    yield runtime
    await runtime.database.close()


@dataclass
class Stage:
    """One invoice of a German company over 100.00 EUR net, 119.00 gross, unless told otherwise."""

    runtime: Runtime
    sim: Running
    deal: Deal
    invoice_id: UUID
    finance: FinanceActor
    client: ClientActor
    posted: int = field(default=0)

    @property
    def now(self) -> datetime:
        return self.runtime.clock.now()

    def advance(self, seconds: int) -> None:
        """Our clock only; the simulator has its own."""
        clock = self.runtime.clock
        clock.set_offset(clock.offset_seconds + seconds)

    def lose_patience(self) -> None:
        """Wait half a second for the provider from now on."""
        payments = StripePayments(self.sim.client(retries=0, timeout=0.5))
        self.runtime = replace(
            self.runtime, outside=replace(self.runtime.outside, payments=payments)
        )

    async def pay_page(self) -> PaymentPage:
        return await paying.pay_invoice(
            self.runtime.database,
            self.runtime.outside.payments,
            self.client,
            self.invoice_id,
            return_url="https://company.example/paid",
            now=self.now,
        )

    async def page_id(self) -> str:
        """The provider's id of the invoice's live page."""
        (session_id,) = [c.provider_session_id for c in await self.collections("open", "paid")]
        assert session_id is not None
        return session_id

    async def somebody_pays(self) -> None:
        """The person at the hosted page."""
        await self.sim.order(f"checkout/{await self.page_id()}/pay")

    async def post_webhooks(self, *, again: bool = False) -> None:
        """Bring what the simulator sent to our letterbox: what is new, or all of it again."""
        start = 0 if again else self.posted
        waiting = self.sim.letters.deliveries[start:]
        self.posted = len(self.sim.letters.deliveries)
        transport = httpx.ASGITransport(app=build_app(self.runtime), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x.test") as http:
            for delivery in waiting:
                answer = await http.post(
                    "/webhooks/stripe",
                    content=delivery.body,
                    headers={"stripe-signature": delivery.signature},
                )
                assert answer.status_code == 200, answer.text

    async def work(self) -> int:
        return await run_waiting(self.runtime)

    async def settle(self) -> str:
        """Ask the provider about the page, as a sweep would."""
        return await collecting.ask_and_settle(
            self.runtime.database,
            self.runtime.outside.payments,
            await self.page_id(),
            now=self.now,
        )

    async def summary(self) -> InvoiceSummary:
        async with self.runtime.database.begin() as session:
            (found,) = await queries.summaries(session, [self.invoice_id])
        return found

    async def collections(self, *states: str) -> list[Collection]:
        async with self.runtime.database.begin() as session:
            rows = await session.scalars(
                select(Collection)
                .where(Collection.invoice_id == self.invoice_id)
                .order_by(Collection.intended_at, Collection.id)
            )
            return [row for row in rows if not states or row.state in states]

    async def balances(self) -> dict[str, int]:
        """The books: what stands on each account that is not zero."""
        async with self.runtime.database.begin() as session:
            rows = await session.execute(
                select(LedgerAccount.key, LedgerEntry.amount_minor).join(
                    LedgerEntry, LedgerEntry.account_id == LedgerAccount.id
                )
            )
            sums: dict[str, int] = {}
            for key, minor in rows:
                sums[key] = sums.get(key, 0) + minor
        return {key: minor for key, minor in sums.items() if minor}

    async def credit_used(self) -> int:
        async with self.runtime.database.begin() as session:
            used = await session.scalar(
                select(CapCounter.used).where(CapCounter.scope_id == self.deal.company.id)
            )
        assert used is not None
        return used

    async def assert_proven(self) -> None:
        async with self.runtime.database.begin() as session:
            for identity in (*await proof.prove(session), *await ledger_proof.prove(session)):
                assert identity.holds, identity


async def stage(runtime: Runtime, sim: Running, *, minutes: int = 60, **over: Any) -> Stage:
    """Approved time, and a run that has invoiced it."""
    now = runtime.clock.now()
    said: dict[str, Any] = {"country": "DE", "currency": "EUR", **over}
    rate, vat_id = said.pop("bill_rate_minor", 10_000), said.pop("vat_id", None)
    async with runtime.database.begin() as session:
        deal = await approved.deal(session, now=now, **said)
        await approved.approved(session, deal, now=now, minutes=minutes, bill_rate_minor=rate)
        profile = await session.get_one(BillingProfile, deal.company.id)
        profile.vat_id = vat_id
        await session.flush()
        staff = FinanceActor((await people.user(session, now=now, door="finance")).id)
        owner = await people.owner_of(session, deal.company.id)
        facts = await running.run_invoices(
            session, staff, through_on=now.date(), company_id=None, sample_issuer=True, now=now
        )
    client = ClientActor(deal.company.id, owner, None, CompanyRole.OWNER)
    return Stage(runtime, sim, deal, facts.invoices[0].id, staff, client)
