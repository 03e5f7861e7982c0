"""The proof of projects finds each breach, and nothing else."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, CompanyRole
from app.projects import posting, proof, publishing
from app.projects.pay_terms import PositionPayTerms
from app.projects.tables import Project
from tests.factories import people, work


async def breaches(session: AsyncSession) -> list[int]:
    return [len(identity.breaches) for identity in await proof.prove(session)]


async def test_each_breach_is_found(session: AsyncSession, now: datetime) -> None:
    company = await people.company(session, now=now)
    actor = ClientActor(company.id, company.id, None, CompanyRole.OWNER)
    made = await posting.create_project(
        session, actor, title="Answers", brief="Judge them.", budget=None, now=now
    )
    project = await session.get_one(Project, made.id)
    position = await work.position(session, project, now=now)
    await publishing.publish_project(session, actor, made.id, now=now)
    assert await breaches(session) == [0, 0]
    priced = update(PositionPayTerms).where(PositionPayTerms.position_id == position.id)
    await session.execute(priced.values(pay_rate_up_to_minor=18_001))
    assert await breaches(session) == [1, 0]
    await session.execute(priced.values(pay_rate_up_to_minor=1, currency="EUR"))
    assert await breaches(session) == [1, 0]
    await session.execute(update(Project).where(Project.id == made.id).values(state="paused"))
    assert await breaches(session) == [1, 1]
