"""A whole deal in one call: a company with a project and a position, trainers at work in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.domain.actor import ClientActor, CompanyRole, TrainerActor
from app.engagements.tables import Engagement
from app.projects.tables import Position, Project
from app.trainers.tables import Trainer
from tests.factories import people, work


@dataclass
class Deal:
    company: Company
    project: Project
    position: Position
    trainer: Trainer
    engagement: Engagement
    owner_user_id: UUID

    @property
    def worker(self) -> TrainerActor:
        return TrainerActor(self.trainer.id, self.trainer.user_id)

    @property
    def client(self) -> ClientActor:
        return ClientActor(self.company.id, self.owner_user_id, None, CompanyRole.OWNER)


async def deal(
    session: AsyncSession,
    *,
    now: datetime,
    budget_minor: int | None = None,
    position_total: int | None = None,
    seats: int = 10,
    company: Company | None = None,
    trainer: Trainer | None = None,
    **engagement: Any,
) -> Deal:
    """One trainer at work; what is not named here goes to the engagement."""
    owner = company or await people.company(session, now=now)
    asked = await work.project(session, owner, now=now, budget_minor=budget_minor)
    at = await work.position(session, asked, now=now, seats=seats, total_minutes=position_total)
    who = trainer or await people.trainer(session, now=now)
    hired = await work.engagement(session, at, who.id, now=now, **engagement)
    return Deal(owner, asked, at, who, hired, await people.owner_of(session, owner.id))
