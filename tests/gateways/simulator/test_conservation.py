"""No money appears or disappears, whatever is done, at random, in whatever order."""

import random
from typing import Any

import pytest
import stripe

from app.simulators.stripe import clock
from app.simulators.stripe.store import Store
from tests.gateways.simulator.running import Running


class Player:
    """Does one random thing at a time and keeps its own books in plain integers."""

    def __init__(self, sim: Running, seed: int) -> None:
        self.sim = sim
        self.client = sim.client()
        self.dice = random.Random(seed)
        self.payees: list[str] = []
        self.payouts: list[tuple[str, str]] = []
        self.expected: dict[str, int] = {"platform": 0}
        self.refusals: set[str | None] = set()

    async def play(self, moves: int) -> None:
        for _ in range(3):
            self.payees.append(await self.sim.payee())
            self.expected[self.payees[-1]] = 0
        choices = [self.charge, self.top_up, self.transfer, self.payout, self.fail, self.advance]
        for _ in range(moves):
            try:
                await self.dice.choice(choices)()
            except stripe.InvalidRequestError as refused:
                self.refusals.add(refused.code)

    async def charge(self) -> None:
        amount = self.dice.randint(50, 5_000)
        session = await self.sim.session(amount)
        await self.sim.order(f"checkout/{session.id}/pay")
        self.expected["platform"] += amount - ((amount * 29 + 500) // 1000 + 30)

    async def top_up(self) -> None:
        amount = self.dice.randint(1, 2_000)
        await self.sim.order("top-ups", amount=amount, currency="usd")
        self.expected["platform"] += amount

    async def transfer(self) -> None:
        payee, amount = self.dice.choice(self.payees), self.dice.randint(1, 3_000)
        await self.client.v1.transfers.create_async(
            {"amount": amount, "currency": "usd", "destination": payee}
        )
        self.expected["platform"] -= amount
        self.expected[payee] += amount

    async def payout(self) -> None:
        payee, amount = self.dice.choice(self.payees), self.dice.randint(1, 3_000)
        made = await self.client.v1.payouts.create_async(
            {"amount": amount, "currency": "usd"}, {"stripe_account": payee}
        )
        self.payouts.append((payee, made.id))
        self.expected[payee] -= amount

    async def fail(self) -> None:
        if self.payouts:
            payee, payout = self.payouts.pop(self.dice.randrange(len(self.payouts)))
            failed = await self.sim.order(f"payouts/{payout}/fail")
            self.expected[payee] += failed["amount"]

    async def advance(self) -> None:
        await self.sim.order("clock/advance", seconds=self.dice.randint(0, 2 * clock.DAY))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
async def test_random_play_conserves_money(sim: Running, seed: int) -> None:
    player = Player(sim, seed)
    await player.play(100)
    proof = await sim.proof()
    assert proof["breaches"] == []
    held = {line["account"]: line["net"] for line in proof["accounts"]}
    assert held == {name: net for name, net in player.expected.items() if name in held}
    assert all(net == 0 for name, net in player.expected.items() if name not in held)
    assert player.refusals == {"balance_insufficient"}
    for account in player.payees:
        options: Any = {"stripe_account": account}
        balance = await player.client.v1.balance.retrieve_async(options=options)
        assert balance.available[0].amount + balance.pending[0].amount == player.expected[account]
        rows = await player.client.v1.balance_transactions.list_async({"limit": 100}, options)
        assert sum(row.net for row in rows.data) == player.expected[account]


BREAKAGES = [
    "UPDATE balance_transactions SET amount = amount + 1, net = net + 1 WHERE type = 'payment'",
    "UPDATE balance_transactions SET amount = amount + 1, net = net + 1 WHERE type = 'transfer'",
    "UPDATE balance_transactions SET fee = fee + 1, net = net - 1 WHERE type = 'payment'",
    "DELETE FROM balance_transactions WHERE type = 'payment'",
    "DELETE FROM balance_transactions WHERE type = 'transfer'",
    "DELETE FROM balance_transactions WHERE type = 'topup'",
    "DELETE FROM objects WHERE kind = 'transfer'",
    "DELETE FROM objects WHERE kind = 'topup'",
    "UPDATE balance_transactions SET currency = 'eur' WHERE type = 'topup'",
]


@pytest.mark.parametrize("sql", BREAKAGES)
async def test_the_proof_notices_a_single_cent(
    sim: Running, sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores: list[Store] = []
    plain = Store.transaction

    def watched(self: Store) -> Any:
        stores.append(self)
        return plain(self)

    monkeypatch.setattr(Store, "transaction", watched)
    payee = await sim.payee()
    await sim.order("top-ups", amount=500, currency="usd")
    await sim.client().v1.transfers.create_async(
        {"amount": 300, "currency": "usd", "destination": payee}
    )
    assert (await sim.proof())["holds"]
    assert stores[0].run(sql) == 1
    assert not (await sim.proof())["holds"]
