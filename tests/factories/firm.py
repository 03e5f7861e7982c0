"""A company whose owner invites, changes and removes members at the client door."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from app.api.door import Runtime
from app.companies import proof
from app.companies.tables import CompanyMemberStep
from tests.factories import people
from tests.factories.hiring_doors import Caller
from tests.factories.mailbox import mails, token_in
from tests.factories.working import run_waiting

ROSA = "rosa.erfunden@example.org"
INVITED = {"email": ROSA, "role": "reviewer"}
ACCEPTED = {"full_name": "Rosa Erfunden", "password": "a-sentence-rosa-made-up"}


@dataclass
class Firm:
    """A company with its owner at the client door, and the worker that sends its mails."""

    http: httpx.AsyncClient
    runtime: Runtime
    company_id: UUID
    owner_id: UUID
    owner: Caller

    async def invite(self, said: dict[str, str] | None = None, **headers: str) -> str:
        """Invite and send the mail; the token in it."""
        said = said or INVITED
        await run_waiting(self.runtime)
        answer = await self.owner("POST", "/company/members/invitations", said, **headers)
        assert answer.status_code == 201, answer.text
        await run_waiting(self.runtime)
        return token_in(mails(self.runtime, said["email"])[-1], self.runtime)

    async def accept(self, token: str, **over: Any) -> httpx.Response:
        body = {"token": token, **ACCEPTED, **over}
        return await self.http.post("/client/v1/member-invitations/acceptance", json=body)

    async def preview(self, token: str) -> httpx.Response:
        return await self.http.post("/client/v1/member-invitations/preview", json={"token": token})

    async def join(self, email: str = ROSA, role: str = "reviewer") -> tuple[str, Caller]:
        """Invite somebody who accepts; the user id and the member's own session."""
        answer = await self.accept(await self.invite({"email": email, "role": role}))
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return made["member"]["id"], Caller(self.http, "client", made["session"]["access_token"])

    async def roles(self) -> dict[str, str]:
        items = (await self.owner("GET", "/company/members")).json()["items"]
        return {item["email"]: f"{item['state']} {item['role']}" for item in items}

    async def history(self) -> list[tuple[str, str | None, str]]:
        """(event, role, by the owner or not) in order."""
        async with self.runtime.database.begin() as session:
            rows = await session.scalars(
                select(CompanyMemberStep).order_by(CompanyMemberStep.at, CompanyMemberStep.id)
            )
            by_owner = f"member:{self.owner_id}"
            return [(r.event, r.role, "owner" if r.actor == by_owner else "other") for r in rows]

    async def assert_proven(self) -> None:
        async with self.runtime.database.begin() as session:
            for identity in await proof.prove(session):
                assert identity.holds, identity


async def firm_at(doors: httpx.AsyncClient, runtime: Runtime) -> Firm:
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        company = await people.company(session, now=now)
        owner_id = await people.owner_of(session, company.id)
        token = await people.token(session, owner_id, now=now)
    return Firm(doors, runtime, company.id, owner_id, Caller(doors, "client", token))
