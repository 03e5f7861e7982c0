"""The proof holds for whatever was posted, and names what was broken on purpose."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import chart
from app.kit.clock import Clock
from app.kit.db import Database
from app.ledger import chaining, posting, proof
from app.ledger.posting import Entry
from app.ledger.refusals import AlreadyReversed, LedgerOverdrawn

TRAINERS = (UUID(int=1), UUID(int=2))
KEYS = (
    chart.BANK,
    chart.EXPENSE_TRAINERS,
    *(chart.trainer_payable(trainer) for trainer in TRAINERS),
    *(chart.trainer_paying(trainer) for trainer in TRAINERS),
)
Move = tuple[str, str, int, str]
move = st.tuples(
    st.sampled_from(KEYS), st.sampled_from(KEYS), st.integers(1, 300), st.sampled_from("ab")
)
step = st.one_of(
    st.tuples(st.just("post"), st.lists(move, min_size=1, max_size=3), st.integers(0, 5)),
    st.tuples(st.just("reverse"), st.integers(0, 20), st.integers(0, 3)),
)


@asynccontextmanager
async def rolled_back(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        await outer.rollback()


class Model:
    """The books as a plain dictionary: what the database must agree with."""

    def __init__(self) -> None:
        self.facts: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
        self.reversed: dict[int, tuple[str, str]] = {}
        self.groups: list[tuple[tuple[str, str], UUID]] = []

    def balance(self, place: tuple[str, str]) -> int:
        return sum(fact.get(place, 0) for fact in self.facts.values())

    def covers(self, fact: dict[tuple[str, str], int]) -> bool:
        """Credits are negative: what may be spent is minus the balance."""
        return all(
            -(self.balance(place) + minor) >= 0
            for place, minor in fact.items()
            if chart.authorises(place[0])
        )


def _sums(entries: list[Entry]) -> dict[tuple[str, str], int]:
    sums: dict[tuple[str, str], int] = {}
    for entry in entries:
        place = (entry.account_key, entry.currency)
        sums[place] = sums.get(place, 0) + entry.amount_minor
    return {place: minor for place, minor in sums.items() if minor}


async def _play_post(
    session: AsyncSession, model: Model, moves: list[Move], number: int, now: datetime
) -> None:
    currencies = {"a": "EUR", "b": "USD"}
    entries = [
        entry
        for debit, credit, minor, which in moves
        for entry in (
            Entry(debit, currencies[which], minor),
            Entry(credit, currencies[which], -minor),
        )
    ]
    fact, key = _sums(entries), ("play", str(number))
    if len(fact) < 2:
        return
    call = posting.post(
        session, source=key[0], key=key[1], description="d", effective_at=now, now=now,
        entries=entries,
    )  # fmt: skip
    if key in model.facts:
        assert await call == dict(model.groups)[key]
    elif model.covers(fact):
        model.facts[key] = fact
        model.groups.append((key, await call))
    else:
        with pytest.raises(LedgerOverdrawn):
            await call


async def _play_reverse(
    session: AsyncSession, model: Model, which: int, number: int, now: datetime
) -> None:
    if not model.groups:
        return
    place = which % len(model.groups)
    (source, group_id), key = model.groups[place], ("undo", f"{place}:{number}")
    call = posting.reverse(
        session, group_id, source=key[0], key=key[1], description="d", effective_at=now, now=now
    )
    mirror = {place_: -minor for place_, minor in model.facts[source].items()}
    if model.reversed.get(place) == key:
        assert await call == dict(model.groups)[key]
    elif place in model.reversed:
        with pytest.raises(AlreadyReversed):
            await call
    elif model.covers(mirror):
        model.facts[key] = mirror
        model.reversed[place] = key
        model.groups.append((key, await call))
    else:
        with pytest.raises(LedgerOverdrawn):
            await call


@given(steps=st.lists(step, max_size=15))
@settings(max_examples=40, deadline=None)
async def test_whatever_is_posted_keeps_every_identity(
    shared_database: Database, steps: list[tuple[str, list[Move] | int, int]]
) -> None:
    """Against a model: the same balances, the same refusals, and all identities hold."""
    now, model = Clock().now(), Model()
    async with rolled_back(shared_database) as session:
        for kind, what, number in steps:
            if kind == "post":
                assert isinstance(what, list)
                await _play_post(session, model, what, number, now)
            else:
                assert isinstance(what, int)
                await _play_reverse(session, model, what, number, now)
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        for identity in await proof.prove(session):
            assert identity.holds, identity
        rows = await session.execute(
            text(
                "SELECT a.key, a.currency, sum(e.amount_minor) AS total FROM ledger_entries e"
                " JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.key, a.currency"
            )
        )
        places = {place for fact in model.facts.values() for place in fact}
        assert {(row.key, row.currency): int(row.total) for row in rows} == {
            place: model.balance(place) for place in places
        }


async def _some_books(session: AsyncSession, now: datetime) -> None:
    payable = chart.trainer_payable(TRAINERS[0])
    for number, entries in enumerate(
        (
            [Entry(chart.EXPENSE_TRAINERS, "USD", 800), Entry(payable, "USD", -800)],
            [Entry(chart.BANK, "USD", 500), Entry(chart.INCOME_SERVICES, "USD", -500)],
        )
    ):
        id_ = await posting.post(
            session, source="test", key=str(number), description="d", effective_at=now, now=now,
            entries=entries,
        )  # fmt: skip
    await posting.reverse(
        session, id_, source="undo", key="1", description="d", effective_at=now, now=now
    )
    await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    await session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    assert await chaining.extend(session) == 3


BREAKS = {
    "ledger: entries sum to zero per currency": (
        "UPDATE ledger_entries SET amount_minor = 801 WHERE amount_minor = 800",
        "USD sums to 1",
    ),
    "ledger: every group balances and has two entries or more": (
        "DELETE FROM ledger_entries WHERE amount_minor = 800",
        "(test 0): 1 entries, rest -800 USD",
    ),
    "ledger: an entry has the currency of its account": (
        "UPDATE ledger_entries SET currency = 'EUR' WHERE amount_minor = 800",
        "is in EUR, account expense:trainers in USD",
    ),
    "ledger: balance rows are the sums of their entries": (
        "UPDATE ledger_balances SET available_minor = 799",
        "balance row 799, entries 800",
    ),
    "ledger: no authorising account is overdrawn": (
        "ALTER TABLE ledger_balances DROP CONSTRAINT ck_ledger_balances_available;"
        "UPDATE ledger_balances SET available_minor = -1",
        "payable in USD: -1",
    ),
    "ledger: a reversal is the mirror image of its group": (
        "UPDATE ledger_entries SET amount_minor = sign(amount_minor) * 7 WHERE group_id IN"
        " (SELECT id FROM posting_groups WHERE reverses_group_id IS NOT NULL)",
        "but asset:bank in USD keeps 493",
    ),
    "ledger: the hash chain is unbroken": (
        "UPDATE posting_groups SET effective_at = effective_at - interval '1 second'"
        " WHERE key = '0'",
        "link 1 no longer fits group",
    ),
    "ledger: the triggers that keep the books are in force": (
        "ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_frozen;"
        "DROP TRIGGER posting_groups_kept ON posting_groups",
        "trigger ledger_entries_frozen on ledger_entries is disabled",
    ),
    "ledger: a snapshot is the sum of the entries before it": (
        "INSERT INTO ledger_snapshots (account_id, before_id, balance_minor, currency, taken_at)"
        " SELECT id, 'ffffffff-0000-7000-8000-000000000000', 7, currency, now()"
        " FROM ledger_accounts WHERE key = 'asset:bank'",
        "asset:bank in USD: snapshot 7",
    ),
    "ledger: a closed month holds what it held when it was closed": (
        "INSERT INTO ledger_periods (month_on, state, posting_count, changed_at)"
        " VALUES ('2001-01-01', 'closed', 3, now())",
        "month 2001-01-01: 0 postings, 3 when it was closed",
    ),
    "ledger: accounts follow the chart": (
        "UPDATE ledger_accounts SET authorises = true WHERE key = 'asset:bank'",
        "asset:bank in USD: authorises is True",
    ),
}


@pytest.mark.parametrize("name", list(BREAKS))
async def test_a_breach_is_named_with_its_rows(
    session: AsyncSession, now: datetime, name: str
) -> None:
    await _some_books(session, now)
    assert all(identity.holds for identity in await proof.prove(session))
    statements, words = BREAKS[name]
    await session.execute(text("SET session_replication_role = replica"))
    for statement in statements.split(";"):
        await session.execute(text(statement))
    broken = {i.name: i for i in await proof.prove(session) if not i.holds}
    assert name in broken
    assert any(words in breach for breach in broken[name].breaches), broken[name]


async def test_every_identity_was_broken_once(session: AsyncSession) -> None:
    assert {identity.name for identity in await proof.prove(session)} == set(BREAKS)
