"""Kill -9 of the worker at every point of a payout's way, then a restart: one transfer each.

CRASH_ROUNDS=20 repeats each point as often.
"""

import os

import pytest

from tests.faults.conftest import KILLED, Crew

ROUNDS = range(int(os.environ.get("CRASH_ROUNDS", "1")))
POINTS = [
    ("after_commit", 3),  # the first payouts are promised (P1), their errands are waiting
    ("transfer_while_waiting", 1),  # Stripe has executed, the answer never arrives
]
FURTHER_POINTS = [
    ("transfer_answer_read", 1),  # the answer is read, P3 is not committed
    ("before_commit", 1),  # nothing of the run is planned yet
    ("transfer_before_the_request", 1),  # P2 committed, nothing written to the socket
    ("transfer_answer_read", 2),
    ("bank_payout_while_waiting", 1),
    ("bank_payout_answer_read", 1),
    ("bank_payout_before_the_request", 1),  # P3 committed: transferred, not yet to the bank
    *(("before_commit", n) for n in (5, 7, 8, 9)),  # somewhere in P2, P3 and between
    *(("after_commit", n) for n in (6, 8, 9, 10)),  # committed, and nobody was told
]
# What is the matter at the provider while the worker dies, beside an answer that never arrives.
TROUBLES = [
    ("transfer_while_waiting", "timeout_before_commit"),  # written, not executed
    ("transfer_while_waiting", "pruned"),  # executed, the answer lost, and the key forgotten
    ("bank_payout_while_waiting", "pruned"),
    ("transfer_answer_read", "error_500_before_commit"),  # a 500 that is kept under the key
]


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize(
    ("point", "nth"),
    [*POINTS, *(pytest.param(*point, marks=pytest.mark.slow) for point in FURTHER_POINTS)],
)
async def test_a_killed_worker_neither_loses_nor_doubles_a_transfer(
    crew: Crew, point: str, nth: int, round_: int
) -> None:
    if point.endswith("while_waiting"):
        await trouble(crew, point, "timeout_after_commit")
    await die_and_restart(crew, point, nth)


@pytest.mark.slow
@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize(("point", "matter"), TROUBLES)
async def test_a_killed_worker_in_trouble_pays_once(
    crew: Crew, point: str, matter: str, round_: int
) -> None:
    await trouble(crew, point, "timeout_after_commit" if matter == "pruned" else matter)
    await die_and_restart(crew, point, 1, pruned=matter == "pruned")


async def trouble(crew: Crew, point: str, kind: str) -> None:
    path = "/v1/transfers" if point.startswith("transfer") else "/v1/payouts"
    await crew.sim.order("faults", kind=kind, method="POST", path=path, times=1)


async def die_and_restart(crew: Crew, point: str, nth: int, *, pruned: bool = False) -> None:
    await crew.order_run()
    assert await crew.until_dead(crew.start(point, nth=nth)) == KILLED
    if pruned:
        await crew.sim.order("keys/prune")
    restarted = crew.start(None)
    try:
        await crew.until_all_sent()
    finally:
        restarted.terminate()
        await crew.until_dead(restarted)
    await crew.one_transfer_each_and_green_books()
