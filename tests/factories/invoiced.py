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
from app.books import crossing
from app.companies.tables import BillingProfile
from app.domain.actor import ClientActor, CompanyRole, FinanceActor
from app.domain.money import Money
from app.domain.returning import RefundPurpose
from app.gateways.stripe.mandates import StripeMandates
from app.gateways.stripe.payments import StripePayments
from app.gateways.stripe.reversals import StripeReversals
from app.gateways.stripe.statements import StripeStatements
from app.invoicing import (
    collecting,
    paying,
    proof,
    queries,
    refunding,
    running,
    topping_up,
    wallets,
)
from app.invoicing.paying import PaymentPage
from app.invoicing.queries import InvoiceSummary
from app.invoicing.recording import Receipt
from app.invoicing.refunding import RefundWanted
from app.invoicing.tables import Collection
from app.invoicing.wallets import WalletFacts
from app.jobs import invoicing as jobs
from app.jobs.reconciling import reconcile
from app.kit.paging import Cut
from app.ledger import proof as ledger_proof
from app.ledger.tables import LedgerAccount, LedgerEntry
from app.main import build_app, make_runtime, reach_outside, toolbox_of
from app.reconciling import proof as reconciling_proof
from app.reconciling import queries as overviews
from app.reconciling import running as reconciling
from app.settings import Settings
from app.timesheets.tables import CapCounter
from tests.factories import approved, people
from tests.factories.approved import Deal
from tests.factories.working import run_waiting
from tests.gateways.simulator.running import PLATFORM_SECRET, Running

# The time behind the invoice is made up here, so that identities of time have nothing to say.
_PROOFS_OF_MONEY = (ledger_proof.prove, proof.prove, crossing.prove, reconciling_proof.prove)


@asynccontextmanager
async def runtime_on(sim: Running, *, folder: Path, url: str) -> AsyncIterator[Runtime]:
    """The application's runtime with its payments at the simulator."""
    settings = Settings(
        data_dir=folder,
        allow_async_commit=True,
        stripe_webhook_secrets=(SecretStr(PLATFORM_SECRET),),
    )
    client = sim.client(retries=0, timeout=10.0)
    outside = replace(
        reach_outside(settings),
        payments=StripePayments(client),
        mandates=StripeMandates(client),
        reversals=StripeReversals(client),
        statements=StripeStatements(client),
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
        self.runtime = self.impatient(0.5)

    def impatient(self, seconds: float) -> Runtime:
        """A runtime that waits so long for the provider."""
        client = self.sim.client(retries=0, timeout=seconds)
        outside = replace(
            self.runtime.outside,
            payments=StripePayments(client),
            mandates=StripeMandates(client),
            reversals=StripeReversals(client),
        )
        return replace(self.runtime, outside=outside)

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
        live = await self.collections("open") or await self.collections("paid")
        session_id = live[-1].provider_session_id
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

    async def refund(self, purpose: str, minor: int, *, currency: str = "EUR") -> UUID:
        """Finance decides it; the job that sends it waits."""
        wanted = RefundWanted(RefundPurpose(purpose), Money(minor, currency), "Kulanz")
        async with self.runtime.database.begin() as session:
            return await refunding.order(
                session, self.finance, self.invoice_id, wanted=wanted, now=self.now
            )

    async def record_top_up(self, minor: int, *, reference: str = "Statement 9") -> UUID:
        """Finance saw it at the bank; it names no invoice."""
        receipt = Receipt(Money(minor, "EUR"), self.now.date(), reference)
        async with self.runtime.database.begin() as session:
            return await topping_up.record(
                session, self.finance, self.deal.company.id, receipt=receipt, now=self.now
            )

    async def top_up_page(self, minor: int) -> str:
        """Where the company can pay ahead; the page's id at the provider."""
        page = await topping_up.top_up(
            self.runtime.database, self.runtime.outside.payments, self.client,
            Money(minor, "EUR"), return_url="https://company.example/paid", now=self.now,
        )  # fmt: skip
        return page.checkout_url.rsplit("/", 1)[1]

    async def top_up(self, minor: int) -> str:
        """The company pays ahead at the hosted page; the charge's id."""
        page = await self.top_up_page(minor)
        await self.sim.order(f"checkout/{page}/pay")
        await self.events()
        async with self.runtime.database.begin() as session:
            row = await session.scalar(
                select(Collection).where(Collection.provider_session_id == page)
            )
        assert row is not None
        assert row.provider_charge_id is not None
        return row.provider_charge_id

    async def wallet(self) -> WalletFacts:
        async with self.runtime.database.begin() as session:
            return await wallets.of_company(session, self.client, now=self.now)

    async def charge_id(self) -> str:
        """The provider's id of the last payment of the invoice."""
        ids = [c.provider_charge_id for c in await self.collections("paid")]
        assert ids[-1] is not None
        return ids[-1]

    async def events(self) -> None:
        """All that the simulator has to tell, in at the letterbox and worked off."""
        await self.sim.order("clock/advance", seconds=0)
        await self.post_webhooks()
        await self.work()

    async def pass_days(self, days: int) -> None:
        """At the provider and here, with what falls due by itself."""
        await self.sim.order("clock/advance", seconds=days * 86_400)
        self.advance(days * 86_400)
        await jobs.clear_payments(toolbox_of(self.runtime))

    async def assert_reconciled(self) -> None:
        """Every line of the provider's statement is booked and every booking is a line of it, to
        the cent; the balances are the same; every identity of money holds."""
        async with self.runtime.database.begin() as session:
            run_id = await reconciling.order(session, self.finance, now=self.now)
        await reconcile(toolbox_of(self.runtime), {"reconciliation_run_id": str(run_id)})
        async with self.runtime.database.begin() as session:
            found = await overviews.overview(session)
            differences = await overviews.list_differences(session, Cut())
            broken = [
                each
                for prove in _PROOFS_OF_MONEY
                for each in await prove(session)
                if not each.holds
            ]
        assert not differences.items, differences.items
        assert found.is_reconciled, found.balances
        assert not broken, broken

    async def settle_page(self, session_id: str) -> str:
        """Ask the provider about one page, whichever is live now."""
        return await collecting.ask_and_settle(
            self.runtime.database, self.runtime.outside.payments, session_id, now=self.now
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
