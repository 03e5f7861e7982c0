"""A provider in memory whose objects move on, and the letters it writes about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from app.gateways.payments import (
    BankPayoutState,
    Checkout,
    CheckoutState,
    Outcome,
    OutcomeKind,
    Payee,
    PayeeState,
    PaymentsUnavailable,
    Send,
)
from tests.factories.letters import snapshot, thin

CAPABILITY = "v2.core.account[configuration.recipient].capability_status_updated"
PAGES = (
    (("open", "checkout.session.completed"), ("paid", "checkout.session.async_payment_succeeded")),
    (("paid", "checkout.session.completed"),),
    (("expired", "checkout.session.expired"),),
)
BANK = (
    (("in_transit", "payout.updated"), ("paid", "payout.paid")),
    (("paid", "payout.paid"),),
    (("in_transit", "payout.updated"), ("paid", "payout.paid"), ("failed", "payout.failed")),
    (("failed", "payout.failed"),),
    (("canceled", "payout.canceled"),),
)
READY = (
    (("no", CAPABILITY), ("yes", CAPABILITY)),
    (("yes", CAPABILITY), ("no", CAPABILITY), ("yes", CAPABILITY)),
    (("yes", CAPABILITY), ("no", CAPABILITY)),
)


@dataclass
class Thing:
    """An object at the provider: the states that it goes through, each with its event's kind."""

    id: str
    life: tuple[tuple[str, str], ...]
    account: str = ""
    reached: int = -1

    @property
    def state(self) -> str:
        return self.life[self.reached][0] if self.reached >= 0 else ""

    @property
    def last(self) -> str:
        return self.life[-1][0]


@dataclass(frozen=True)
class Letter:
    """An event of a thing's `step`; whoever reads it finds the thing there or further on."""

    body: dict[str, Any]
    connect: bool
    thing: Thing | None = None
    step: int = 0


@dataclass
class Provider:
    """Answers what it is asked about; everything that it is told to do succeeds at once."""

    random: Random
    now: datetime
    pages: dict[str, Thing] = field(default_factory=dict)
    bank: dict[str, Thing] = field(default_factory=dict)
    payees: dict[str, Thing] = field(default_factory=dict)
    charged: dict[str, tuple[UUID, int, str]] = field(default_factory=dict)

    async def create_payee(self, payee: Payee) -> Outcome:
        raise NotImplementedError

    async def onboarding_link(self, account: str, *, refresh_url: str, return_url: str) -> str:
        raise NotImplementedError

    async def payee_state(self, account: str) -> PayeeState:
        return PayeeState(self._asked(self.payees, account).state == "yes", ())

    async def open_checkout(
        self, collection_id: UUID, *, amount_minor: int, currency: str, label: str, return_url: str
    ) -> Checkout | Outcome:
        page = Thing(f"cs_{collection_id.hex}", self.random.choice(PAGES))
        self.pages[page.id] = page
        self.charged[page.id] = (collection_id, amount_minor, currency)
        return Checkout(page.id, f"https://pay.example/{page.id}")

    async def checkout_state(self, session_id: str) -> CheckoutState:
        collection_id, minor, currency = self.charged[session_id]
        state = self._asked(self.pages, session_id).state or "open"
        if state != "paid":
            return CheckoutState(state, collection_id)
        return CheckoutState(
            state, collection_id, f"ch_{session_id}", f"txn_{session_id}", minor, minor // 50,
            currency, self.now + timedelta(days=2),
        )  # fmt: skip

    async def expire_checkout(self, session_id: str) -> Outcome:
        raise NotImplementedError

    async def send_transfer(self, send: Send) -> Outcome:
        return Outcome(OutcomeKind.SETTLED, f"tr_{send.payout_id.hex}")

    async def find_transfer(self, send: Send) -> str | None:
        return None

    async def start_bank_payout(self, send: Send) -> Outcome:
        found = self.promised(send.payout_id, send.account)
        return Outcome(OutcomeKind.SETTLED, found.id)

    def promised(self, payout_id: UUID, account: str) -> Thing:
        """The bank payout of a payout; the provider knows it before we have its answer."""
        return self.bank.setdefault(
            f"po_{payout_id.hex}",
            Thing(f"po_{payout_id.hex}", self.random.choice(BANK), account),
        )

    async def find_bank_payout(self, send: Send) -> str | None:
        return None

    async def bank_payout_state(self, account: str, bank_payout_id: str) -> BankPayoutState:
        state = self._asked(self.bank, bank_payout_id).state or "pending"
        return BankPayoutState(state, "account_closed" if state == "failed" else None)

    async def available_minor(self, currency: str) -> int:
        return 10**12

    def _asked(self, things: dict[str, Thing], id_: str) -> Thing:
        """Now and then it is silent, now and then the thing has moved on meanwhile."""
        if self.random.random() < 0.03:
            raise PaymentsUnavailable("silent")
        thing = things[id_]
        if self.random.random() < 0.2:
            thing.reached = min(thing.reached + 1, len(thing.life) - 1)
        return thing

    def letters(self) -> list[Letter]:
        """One of each step of each thing, and some that nobody needs or that are not ours."""
        found = [
            Letter(snapshot(f"evt_{page.id}_{step}", kind, {"id": page.id}), False, page, step)
            for page in self.pages.values()
            for step, (_, kind) in enumerate(page.life)
        ]
        found += [
            Letter(
                snapshot(f"evt_{one.id}_{step}", kind, {"id": one.id}, account=one.account),
                True, one, step,
            )
            for one in self.bank.values()
            for step, (_, kind) in enumerate(one.life)
        ]  # fmt: skip
        found += [
            Letter(thin(f"evt_{payee.id}_{step}", kind, payee.id), True, payee, step)
            for payee in self.payees.values()
            for step, (_, kind) in enumerate(payee.life)
        ]
        return found

    def strangers(self, count: int) -> list[Letter]:
        """Of accounts and of kinds that nobody here knows."""
        return [
            Letter(snapshot(f"evt_f{n}", "payout.paid", {"id": f"po_f{n}"}, account="acct_x"), True)
            if n % 3 == 0
            else Letter(snapshot(f"evt_u{n}", "tax.imagined", {"id": f"tx_{n}"}), False)
            for n in range(count)
        ]


def last_of(things: Sequence[Thing]) -> dict[str, str]:
    return {thing.id: thing.last for thing in things}
