"""Kill -9 of the worker at every point of a payout's way, then a restart: one transfer each."""

import pytest

from tests.faults.conftest import Crew

POINTS = [
    ("after_commit", 3),  # the first payout is promised (P1), its errand is waiting
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


@pytest.mark.parametrize(
    ("point", "nth"),
    [*POINTS, *(pytest.param(*point, marks=pytest.mark.slow) for point in FURTHER_POINTS)],
)
async def test_a_killed_worker_neither_loses_nor_doubles_a_transfer(
    crew: Crew, point: str, nth: int
) -> None:
    if point.endswith("while_waiting"):
        kind = "transfers" if point.startswith("transfer") else "payouts"
        await crew.sim.order(
            "faults", kind="timeout_after_commit", method="POST", path=f"/v1/{kind}", times=1
        )
    await crew.order_run()
    assert await crew.until_dead(crew.start(point, nth=nth)) == -9
    restarted = crew.start(None)
    try:
        await crew.until_all_sent()
    finally:
        restarted.terminate()
        await crew.until_dead(restarted)
    await crew.one_transfer_each_and_green_books()
