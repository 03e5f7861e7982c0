"""Two at once about the members of a company: one owner at all times, one member per token."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import inviting, joining, members, proof
from app.companies.tables import Company, CompanyInvitation, CompanyMember
from app.domain.actor import ClientActor, CompanyRole
from app.domain.refusals import IllegalMove, NotAllowed, NotFound, Refusal
from app.identity.refusals import LinkNotValid
from app.identity.tables import User
from app.kit.clock import Clock
from app.kit.db import Database
from app.settings import Settings
from tests.factories import people
from tests.races.waiting import waiting_for_locks

TOKEN = "a-token-of-an-invitation-of-forty-three-ch"
Verb = Callable[[AsyncSession], Awaitable[object]]


async def _company(database: Database, now: datetime) -> tuple[ClientActor, UUID, UUID]:
    """The owner as an actor, and two members."""
    async with database.begin() as session:
        company = await people.company(session, now=now)
        owner = await people.owner_of(session, company.id)
        ids = [await people.member(session, company.id, role="reviewer", now=now) for _ in range(2)]
    return ClientActor(company.id, owner, None, CompanyRole.OWNER), ids[0], ids[1]


async def _together(database: Database, company_id: UUID, *verbs: Verb) -> list[str]:
    """Start all while the company is held, so that each has read what it will find changed.

    Each one's outcome: `done` or its refusal's code. In the order in which they began to wait.
    """

    async def one(verb: Verb) -> str:
        try:
            async with database.begin() as session:
                await verb(session)
        except Refusal as refusal:
            return refusal.code
        return "done"

    tasks = []
    async with database.begin() as session:
        await session.execute(select(Company.id).where(Company.id == company_id).with_for_update())
        for number, verb in enumerate(verbs, 1):
            tasks.append(asyncio.create_task(one(verb)))
            await waiting_for_locks(database, number)
    return list(await asyncio.gather(*tasks))


async def _roles(database: Database, company_id: UUID) -> dict[UUID, str]:
    async with database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity
        rows = await session.execute(
            select(CompanyMember.user_id, CompanyMember.role).where(
                CompanyMember.company_id == company_id
            )
        )
        return dict(iter(rows))


async def test_two_hand_overs_at_once_make_one_owner(database: Database, clock: Clock) -> None:
    now = clock.now()
    owner, first, second = await _company(database, now)

    def to(user_id: UUID) -> Verb:
        return lambda session: members.change_role(
            session, owner, user_id, role=CompanyRole.OWNER, now=now
        )

    assert await _together(database, owner.company_id, to(first), to(second)) == [
        "done", NotAllowed().code,
    ]  # fmt: skip
    assert owner.user_id is not None
    assert await _roles(database, owner.company_id) == {
        owner.user_id: "hiring_manager", first: "owner", second: "reviewer",
    }  # fmt: skip


@pytest.mark.parametrize("role", [CompanyRole.OWNER, CompanyRole.BILLING])
@pytest.mark.parametrize("removed_first", [True, False])
async def test_removing_while_changing(
    database: Database, clock: Clock, *, role: CompanyRole, removed_first: bool
) -> None:
    """Nobody is made owner who has just gone, and nobody goes who has just been made owner."""
    now = clock.now()
    owner, rosa, _ = await _company(database, now)

    async def remove(session: AsyncSession) -> None:
        await members.remove(session, owner, rosa, now=now)

    async def change(session: AsyncSession) -> None:
        await members.change_role(session, owner, rosa, role=role, now=now)

    verbs = (remove, change) if removed_first else (change, remove)
    outcomes = await _together(database, owner.company_id, *verbs)
    roles = await _roles(database, owner.company_id)
    if removed_first:
        assert outcomes == ["done", NotFound().code]
        assert rosa not in roles
    elif role is CompanyRole.OWNER:
        assert outcomes == ["done", NotAllowed().code]
        assert roles[rosa] == "owner"
    else:
        assert outcomes == ["done", "done"]
        assert rosa not in roles


async def test_inviting_twice_at_once_is_one_invitation(
    database: Database, clock: Clock, settings: Settings
) -> None:
    now = clock.now()
    owner, _, _ = await _company(database, now)

    async def invite(session: AsyncSession) -> None:
        await inviting.invite(
            session, owner, email="rosa@example.org", role=CompanyRole.VIEWER, language="en",
            settings=settings, now=now,
        )  # fmt: skip

    assert await _together(database, owner.company_id, invite, invite) == ["done", "done"]
    async with database.begin() as session:
        assert await session.scalar(select(func.count()).select_from(CompanyInvitation)) == 1


async def _accepting(database: Database, settings: Settings, now: datetime, name: str) -> str:
    try:
        await joining.accept(
            database, token=TOKEN, full_name=name, password="a-long-made-up-sentence",
            language="en", address="192.0.2.1", settings=settings, now=now,
        )  # fmt: skip
    except LinkNotValid as refusal:
        return refusal.code
    return "joined"


@pytest.mark.parametrize("withdrawn_first", [True, False])
async def test_accepting_twice_while_it_is_withdrawn(
    database: Database, clock: Clock, settings: Settings, *, withdrawn_first: bool
) -> None:
    """Both accepts found the token good before they waited; only the first in line counts."""
    now = clock.now()
    owner, _, _ = await _company(database, now)
    async with database.begin() as session:
        invitation = await people.invitation(
            session, owner.company_id, now=now, token=TOKEN, email="rosa@example.org"
        )

    async def withdraw() -> str:
        try:
            async with database.begin() as session:
                await inviting.withdraw(session, owner, invitation.id, now=now)
        except IllegalMove as refusal:
            return refusal.code
        return "withdrawn"

    def accept(name: str) -> Awaitable[str]:
        return _accepting(database, settings, now, name)

    order = [withdraw(), accept("Rosa Eins"), accept("Rosa Zwei")]
    if not withdrawn_first:
        order = [order[1], order[0], order[2]]
    tasks = []
    async with database.begin() as session:
        await session.execute(
            select(Company.id).where(Company.id == owner.company_id).with_for_update()
        )
        for number, each in enumerate(order, 1):
            tasks.append(asyncio.ensure_future(each))
            await waiting_for_locks(database, number)
    outcomes = await asyncio.gather(*tasks)
    roles = await _roles(database, owner.company_id)
    async with database.begin() as session:
        names = (
            await session.scalars(
                select(User.full_name).where(User.email_key == "rosa@example.org")
            )
        ).all()
    if withdrawn_first:
        assert outcomes == ["withdrawn", "link_not_valid", "link_not_valid"]
        assert (len(roles), names) == (3, [])
    else:
        assert outcomes == ["joined", "illegal_move", "link_not_valid"]
        assert (len(roles), names) == (4, ["Rosa Eins"])


async def test_two_companies_invite_one_address_and_one_gets_her(
    database: Database, clock: Clock, settings: Settings
) -> None:
    """The companies do not share a lock; the address is what decides."""
    now = clock.now()
    tokens = [TOKEN, TOKEN[::-1]]
    for token in tokens:
        owner, _, _ = await _company(database, now)
        async with database.begin() as session:
            await people.invitation(
                session, owner.company_id, now=now, token=token, email="rosa@example.org"
            )

    async def accept(token: str) -> str:
        try:
            await joining.accept(
                database, token=token, full_name="Rosa", password="a-long-made-up-sentence",
                language="en", address="192.0.2.1", settings=settings, now=now,
            )  # fmt: skip
        except LinkNotValid as refusal:
            return refusal.code
        return "joined"

    outcomes = await asyncio.gather(*(accept(token) for token in tokens))
    assert sorted(outcomes) == ["joined", "link_not_valid"]
    async with database.begin() as session:
        users = await session.scalar(
            select(func.count()).select_from(User).where(User.email_key == "rosa@example.org")
        )
        assert users == 1
        open_ = (
            await session.scalars(
                select(CompanyInvitation).where(CompanyInvitation.state == "open")
            )
        ).one()
        assert open_.token_hash is None
        assert open_.mail_state == "intended", "the mailbox is told, not the caller"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE company_members SET role = 'viewer' WHERE role = 'owner'",
        "DELETE FROM company_members WHERE role = 'owner'",
    ],
)
async def test_the_database_lets_no_company_go_without_an_owner(
    database: Database, clock: Clock, statement: str
) -> None:
    owner, _, _ = await _company(database, clock.now())
    with pytest.raises(IntegrityError, match="a company always has an owner"):
        async with database.begin() as session:
            await session.execute(text(statement))
    assert owner.user_id is not None
    assert (await _roles(database, owner.company_id))[owner.user_id] == "owner"
