"""Webhooks doubled, shuffled, forged, early, late, handled at once: the end is canonical."""

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import replace
from random import Random
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, update

from app.api.door import Runtime
from app.api.webhooks import routes as letterbox
from app.api.webhooks.routes import Letterbox
from app.books import proving
from app.domain.actor import ClientActor, CompanyRole, FinanceActor, SystemActor
from app.domain.holds import PayoutRules
from app.gateways.payments import PaymentsUnavailable
from app.gateways.stripe.notices import StripeNotices
from app.invoicing import paying
from app.invoicing import running as invoices
from app.invoicing.tables import Collection, Invoice
from app.jobs import payouts as payout_jobs
from app.jobs import stripe_events
from app.jobs.toolbox import Toolbox
from app.kit.inbox import InboxEvent
from app.ledger.tables import PostingGroup
from app.main import toolbox_of
from app.payouts import running
from app.payouts.settling import NotKnownYet
from app.payouts.tables import Payout, PayoutAccount
from tests.factories import approved, money, people, quick, work
from tests.factories.letters import CONNECT, PLATFORM, header, raw
from tests.faults import storm
from tests.faults.storm import Letter, Provider, Thing

WORKERS = 4
ENDS = {"paid": "settled", "failed": "returned", "canceled": "returned", "in_transit": "sent"}


class Storm:
    """`things` of each of three kinds, and `letters` to be delivered."""

    def __init__(self, runtime: Runtime, seed: int) -> None:
        self.random = Random(seed)
        self.now = runtime.clock.now()
        self.provider = Provider(self.random, self.now)
        self.runtime = replace(runtime, outside=replace(runtime.outside, payments=self.provider))
        self.tools: Toolbox = toolbox_of(self.runtime)
        self.unsent: list[UUID] = []
        self.told: dict[str, Letter] = {}
        self.waits: list[float] = []

    async def set_up(self, things: int) -> None:
        await self._pages(things)
        await self._payouts(things)

    async def _pages(self, count: int) -> None:
        """Invoices of as many companies, each with an open payment page."""
        database = self.runtime.database
        async with database.begin() as session:
            staff = FinanceActor((await people.user(session, now=self.now, door="finance")).id)
            for _ in range(count):
                deal = await approved.deal(session, now=self.now, country="DE", currency="EUR")
                await approved.approved(session, deal, now=self.now)
            run = await invoices.run_invoices(
                session, staff, through_on=self.now.date(), company_id=None, sample_issuer=True,
                now=self.now,
            )  # fmt: skip
            owners = {
                issued.id: (issued.company_id, await people.owner_of(session, issued.company_id))
                for issued in run.invoices
            }
        for invoice_id, (company_id, owner) in owners.items():
            await paying.pay_invoice(
                database, self.provider, ClientActor(company_id, owner, None, CompanyRole.OWNER),
                invoice_id, return_url="https://x.test", now=self.now,
            )  # fmt: skip

    async def _payouts(self, count: int) -> None:
        """Payouts on their way to the bank; of some we have not heard the answer yet."""
        database = self.runtime.database
        async with database.begin() as session:
            company = await people.company(session, now=self.now)
            project = await work.project(session, company, now=self.now)
            position = await work.position(session, project, now=self.now, seats=count)
            staff = FinanceActor((await people.user(session, now=self.now, door="finance")).id)
            for number in range(count):
                trainer = await people.trainer(session, now=self.now)
                engagement = await work.engagement(session, position, trainer.id, now=self.now)
                await money.funded_pay(session, engagement, now=self.now)
                account = f"acct_{number}"
                self.provider.payees[account] = Thing(account, self.random.choice(storm.READY))
                session.add(
                    PayoutAccount(
                        trainer_id=trainer.id, state="created", provider_account_id=account,
                        ready=True, missing=[], intended_at=self.now, fetched_at=self.now,
                    )
                )  # fmt: skip
        async with database.begin() as session:
            run_id = await running.order(
                session, staff, as_of=self.now, rules=PayoutRules(), now=self.now
            )
        await running.plan(
            database, run_id, rules=PayoutRules(), actor=SystemActor("storm"), now=self.now
        )
        async with database.begin() as session:
            rows = await session.execute(select(Payout.id, Payout.provider_account_id))
            for payout_id, account in sorted(rows):
                self.provider.promised(payout_id, account)
                self.unsent.append(payout_id)
        assert len(self.unsent) == count
        for _ in range(count * 9 // 10):
            await self.send_one()

    async def send_one(self) -> None:
        if self.unsent:
            payout_id = self.unsent.pop()
            await payout_jobs.send_payout(self.tools, {"payout_id": str(payout_id)})

    def deliveries(self, at_least: int) -> list[tuple[bytes, str, str, bool]]:
        """(body, signature, address, honest): each letter, 30 % doubled, 10 % forged, 5 % too old,
        shuffled, until there are enough."""
        letters = self.provider.letters()
        letters += self.provider.strangers(len(letters) // 33 + 3)
        self.told = {str(letter.body["id"]): letter for letter in letters}
        sent = [(letter, True) for letter in letters]
        while len(sent) < at_least:
            letter, chance = self.random.choice(letters), self.random.random()
            sent.append((letter, chance < 0.67))
        self.random.shuffle(sent)
        return [(*self._posted(letter, honest), honest) for letter, honest in sent]

    def _posted(self, letter: Letter, honest: bool) -> tuple[bytes, str, str]:
        now, body = int(time.time()), raw(letter.body)
        secret = CONNECT if letter.connect else PLATFORM
        to = "/stripe-connect" if letter.connect else "/stripe"
        if honest:
            return body, header(body, secret, now), to
        forged = self.random.choice(
            [
                (body, header(body, secret, now - 400)),
                (body, header(body, "whsec_other", now)),
                (body + b" ", header(body, secret, now)),
                (body.replace(b"evt_", b"evt_forged_"), header(body, secret, now)),
                (body, header(body, PLATFORM if letter.connect else CONNECT, now)),
                (body, ""),
            ]
        )
        return (*forged, to)

    async def deliver(self, deliveries: list[tuple[bytes, str, str, bool]]) -> Counter[int]:
        reader = StripeNotices(platform_secrets=[PLATFORM], connect_secrets=[CONNECT], live=False)
        app = letterbox.build(Letterbox(self.runtime.database, self.runtime.clock, reader))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        statuses: Counter[int] = Counter()
        waiting = list(deliveries)
        async with httpx.AsyncClient(transport=transport, base_url="http://x.test") as http:

            async def post() -> None:
                while waiting:
                    body, signature, to, honest = waiting.pop()
                    began = time.perf_counter()
                    answer = await http.post(
                        to, content=body, headers={"Stripe-Signature": signature}
                    )
                    self.waits.append(time.perf_counter() - began)
                    assert answer.status_code == (200 if honest else 400)
                    statuses[answer.status_code] += 1

            await asyncio.gather(*(post() for _ in range(6)))
        return statuses

    async def handle_until(self, delivered: asyncio.Task[Counter[int]]) -> None:
        """Workers take what is unhandled by chance, sometimes the same at once."""
        while True:
            over = delivered.done()
            async with self.runtime.database.begin() as session:
                ids = list(
                    await session.scalars(
                        select(InboxEvent.id).where(InboxEvent.handled_at.is_(None))
                    )
                )
            if not ids:
                if over:
                    return
                await asyncio.sleep(0.01)
                continue
            ids += self.random.sample(ids, len(ids) // 5)
            self.random.shuffle(ids)

            async def work(ids: list[UUID] = ids) -> None:
                while ids:
                    await self._handle(ids.pop())

            await asyncio.gather(*(work() for _ in range(WORKERS)))
            await self.send_one()

    async def _handle(self, event_id: UUID) -> None:
        async with self.runtime.database.begin() as session:
            told = await session.scalar(
                select(InboxEvent.provider_event_id).where(InboxEvent.id == event_id)
            )
        letter = self.told[str(told)]
        if letter.thing is not None:
            letter.thing.reached = max(letter.thing.reached, letter.step)
        # The queue would come back to it, and so do we.
        with contextlib.suppress(NotKnownYet, PaymentsUnavailable):
            await stripe_events.handle_stripe_event(self.tools, {"inbox_event_id": str(event_id)})


async def breaches(runtime: Runtime) -> set[str]:
    return {
        identity.name
        for identity in await proving.prove_at_one_moment(runtime.database)
        if not identity.holds
    }


async def canonical(tossed: Storm) -> None:
    """Everything stands where the provider's last word puts it, each effect booked once."""
    provider, database = tossed.provider, tossed.runtime.database
    async with database.begin() as session:
        pages = dict(
            (await session.execute(select(Collection.provider_session_id, Collection.state))).all()
        )
        invoices_ = Counter(await session.scalars(select(Invoice.state)))
        payouts_ = dict((await session.execute(select(Payout.bank_payout_id, Payout.state))).all())
        ready = dict(
            (
                await session.execute(
                    select(PayoutAccount.provider_account_id, PayoutAccount.ready)
                )
            ).all()
        )
        keys = Counter(
            await session.scalars(select(PostingGroup.key).where(PostingGroup.source == "stripe"))
        )
        outcomes = Counter(await session.scalars(select(InboxEvent.outcome)))
        stored = await session.scalar(select(func.count()).select_from(InboxEvent))
    assert pages == storm.last_of(list(provider.pages.values()))
    paid = sum(page.last == "paid" for page in provider.pages.values())
    assert invoices_ == Counter(collected=paid, issued=len(pages) - paid)
    assert payouts_ == {id_: ENDS[thing.last] for id_, thing in provider.bank.items()}
    assert ready == {id_: thing.last == "yes" for id_, thing in provider.payees.items()}
    assert set(keys.values()) <= {1}
    for id_, page in provider.pages.items():
        assert (keys[f"charge:ch_{id_}"] == 1) == (page.last == "paid")
    for id_, thing in provider.bank.items():
        assert (keys[f"bank_failed:{id_}"] == 1) == (thing.last in ("failed", "canceled"))
    assert stored == len(tossed.told)
    strangers = Counter(
        "foreign_account" if letter.connect else "ignored"
        for letter in tossed.told.values()
        if letter.thing is None
    )
    assert {kind: outcomes[kind] for kind in strangers} == strangers


@pytest.mark.parametrize(
    ("seed", "things", "events"),
    quick.first([(1, 3, 50), (2, 170, 10_000), (3, 60, 3_000), (4, 60, 3_000)]),
)
async def test_any_order_ends_in_the_canonical_state(
    runtime: Runtime, seed: int, things: int, events: int
) -> None:
    tossed = Storm(runtime, seed)
    await tossed.set_up(things)
    before = await breaches(runtime)
    deliveries = tossed.deliveries(events)
    delivering = asyncio.create_task(tossed.deliver(deliveries))
    await tossed.handle_until(delivering)
    statuses = await delivering
    assert statuses.total() == len(deliveries) >= events
    await canonical(tossed)
    # The factories leave the company's half of the payees' time out of the books.
    assert await breaches(runtime) == before
    waits = sorted(tossed.waits)
    print(
        f"seed {seed}: {len(deliveries)} deliveries of {len(tossed.told)} events about"
        f" {3 * things} objects, {statuses[400]} refused;"
        f" p99 of the answer {1_000 * waits[len(waits) * 99 // 100]:.0f} ms"
    )


@pytest.mark.slow
async def test_the_same_storm_again_changes_nothing(runtime: Runtime) -> None:
    tossed = Storm(runtime, 7)
    await tossed.set_up(1)
    deliveries = tossed.deliveries(12)
    for _ in range(2):
        delivering = asyncio.create_task(tossed.deliver(list(deliveries)))
        await tossed.handle_until(delivering)
        await delivering
        await canonical(tossed)
        async with runtime.database.begin() as session:
            await session.execute(update(InboxEvent).values(handled_at=None))
