"""No answer of hiring holds the other side's rate."""

from datetime import datetime
from uuid import uuid4

import httpx
import pytest_asyncio

from app.api.door import Runtime
from tests.factories.hiring_doors import World, applied, make_world, offer_body

# The first digits are enough, so that a rounded or grossed-up figure is caught as well.
BILL, PAY = "73313", "33174"


@pytest_asyncio.fixture
async def world(doors: httpx.AsyncClient, runtime: Runtime, now: datetime) -> World:
    return await make_world(doors, runtime, now)


async def test_no_rate_appears_on_the_wrong_side(world: World, now: datetime) -> None:
    """Every hiring endpoint and many refusals are driven with rates that give themselves away."""
    application_id = await applied(world)
    path = f"/applications/{application_id}/offers"
    for minor in (99, 900_001, 1_200_000, 10**13):
        body = offer_body(now, bill_rate={"minor": minor, "currency": "USD"})
        assert (await world.company("POST", path, body)).status_code == 422
    foreign = offer_body(now, bill_rate={"minor": 1000, "currency": "EUR"})
    assert (await world.company("POST", path, foreign)).status_code == 422
    for currency, minor in (("EUR", 331_744), ("USD", 500_001)):
        asking = {"minor": minor, "currency": currency}
        answer = await world.stranger(
            "PUT",
            f"/applications/{uuid4()}",
            {"position_id": world.position_id, "asking_pay_rate": asking},
        )
        assert answer.status_code == 422
    await applied(world, world.stranger)
    await world.company("POST", f"/applications/{application_id}/shortlist")
    offer_id = (await world.company("POST", path, offer_body(now))).json()["id"]
    await world.company("POST", path, offer_body(now))
    await world.company("POST", f"/offers/{offer_id}/withdraw")
    offer_id = (await world.company("POST", path, offer_body(now))).json()["id"]
    await world.trainer("POST", f"/offers/{offer_id}/accept")
    for caller in (world.trainer, world.company):
        await caller("GET", f"/engagements/{offer_id}")
        await caller("GET", "/engagements")
    for where in ("/applications", "/offers"):
        await world.trainer("GET", where)
    await world.company("GET", f"/positions/{world.position_id}/applications")
    end = {"reason_code": "other", "explanation": "x"}
    await world.company("POST", f"/engagements/{offer_id}/end", end)

    trainers = "".join(world.trainer.heard + world.stranger.heard)
    companies = "".join(world.company.heard)
    for text, own, foreign_digits in (
        (trainers, PAY, BILL),
        (companies, BILL, PAY),
    ):
        digits = "".join(c for c in text if c not in ".,")
        assert own in digits
        assert foreign_digits not in digits
    assert "bill" not in trainers
    assert "pay_rate" not in companies
    assert '"fee' not in trainers + companies
