"""A company and a trainer at their doors, each with every answer that they ever got."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from app.api.door import Runtime
from app.companies.fee_terms import FeeTerms
from app.kit.ids import new_id
from app.projects.rate_cards import RateCard
from tests.factories import people, work


@dataclass
class Caller:
    """One audience's client, with every answer that it ever got."""

    doors: httpx.AsyncClient
    door: str
    token: str
    heard: list[str] = field(default_factory=list)

    async def __call__(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        answer = await self.doors.request(
            method,
            f"/{self.door}/v1{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )
        self.heard.append(answer.text)
        return answer


@dataclass
class World:
    """A company and a trainer, a rival of each, and an open position with two seats."""

    company: Caller
    rival: Caller
    trainer: Caller
    stranger: Caller
    position_id: str
    runtime: Runtime


async def make_world(doors: httpx.AsyncClient, runtime: Runtime, now: datetime) -> World:
    """Rates that give themselves away: 7331.37 is billed, 3317.44 paid."""
    async with runtime.database.begin() as session:
        companies, trainers = [], []
        for _ in range(2):
            company = await people.company(session, now=now)
            owner = await people.owner_of(session, company.id)
            companies.append((company, await people.token(session, owner, now=now)))
            person = await people.trainer(session, now=now, asking_pay_minor=331_744)
            await people.credential(session, person.id, now=now)
            trainers.append(await people.token(session, person.user_id, now=now))
        first = companies[0][0]
        session.add(
            FeeTerms(
                id=new_id(), company_id=first.id, fee_bps=5_475,
                effective_at=now - timedelta(days=1),
            )
        )  # fmt: skip
        session.add(
            RateCard(
                id=new_id(), domain="*", country_band="*", currency="USD",
                pay_cap_minor=500_000, bill_cap_minor=1_000_000,
                effective_at=now - timedelta(days=1),
            )
        )  # fmt: skip
        position = await work.position(
            session,
            await work.project(session, first, now=now),
            now=now,
            seats=2,
            bill_rate_cap_minor=900_000,
            requirements={"credentials": ["us_npi"]},
        )
    return World(
        Caller(doors, "client", companies[0][1]),
        Caller(doors, "client", companies[1][1]),
        Caller(doors, "trainer", trainers[0]),
        Caller(doors, "trainer", trainers[1]),
        str(position.id),
        runtime,
    )


def offer_body(now: datetime, **over: Any) -> dict[str, Any]:
    return {
        "bill_rate": {"minor": 733_137, "currency": "USD"},
        "weekly_minutes": 1200,
        "starts_on": now.date().isoformat(),
        **over,
    }


async def applied(world: World, trainer: Caller | None = None) -> str:
    id_ = str(uuid4())
    answer = await (trainer or world.trainer)(
        "PUT", f"/applications/{id_}", {"position_id": world.position_id}
    )
    assert answer.status_code == 201, answer.text
    return id_


async def offered(world: World, now: datetime, **over: Any) -> str:
    application_id = await applied(world)
    answer = await world.company(
        "POST", f"/applications/{application_id}/offers", offer_body(now, **over)
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
