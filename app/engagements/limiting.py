"""A company raises or cuts the minutes of an engagement, while hours are logged against them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import limits, permissions
from app.domain.actor import ClientActor, describe
from app.domain.engagements import EngagementState
from app.domain.limits import DatedLimits
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.domain.weeks import PayWeek, week_of
from app.engagements import holding, queries
from app.engagements.refusals import EngagementEnded
from app.engagements.tables import EngagementLimits, EngagementStep
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from app.trainers import capacity


@dataclass(frozen=True, slots=True)
class Change:
    """`total` is changed only when `sets_total`; None then takes the limit away."""

    weekly_minutes: int | None = None
    total_minutes: int | None = None
    sets_total: bool = False


async def change_limit(
    session: AsyncSession,
    actor: ClientActor,
    engagement_id: UUID,
    change: Change,
    *,
    now: datetime,
) -> None:
    """Raise at once, cut weekly minutes from the next pay week on; a total holds at once.

    Hours that are logged meanwhile count under what is committed when they get their turn: they
    read the limits after they hold the counters. Raises NotAllowed, NotFound, EngagementEnded.
    """
    permissions.require(actor, Permission.WRITE_HIRING)
    row = await holding.of_company(session, actor.company_id, engagement_id)
    if row.state == EngagementState.ENDED:
        raise EngagementEnded
    now = max(now, await _latest(session, engagement_id) or now)
    before = await queries.limits_of(session, engagement_id)
    newest = before[-1]
    weekly = change.weekly_minutes or newest.weekly_minutes
    wanted = limits.changed(
        before,
        weekly_minutes=weekly,
        total_minutes=change.total_minutes if change.sets_total else newest.total_minutes,
        now=now,
        next_week_at=week_of(now, PayWeek(row.pay_week_timezone, row.pay_week_first_day)).ends_at,
    )
    await _replace(session, engagement_id, wanted, now)
    await capacity.commit_minutes(session, row.trainer_id, weekly - newest.weekly_minutes)
    session.add(
        EngagementStep(
            id=new_id(), engagement_id=engagement_id, event="change_limit", state=row.state,
            actor=describe(actor), at=now,
        )
    )  # fmt: skip
    stage = now.isoformat()
    await telling.tell(
        session,
        News(Kind.LIMIT_CHANGED, engagement_id, telling.trainer(row.trainer_id), stage),
        News(
            Kind.COMPANY_LIMIT_CHANGED,
            engagement_id,
            telling.company(row.company_id, Permission.WRITE_HIRING),
            stage,
        ),
        now=now,
    )


async def _latest(session: AsyncSession, engagement_id: UUID) -> datetime | None:
    """When something last happened: who waited for that comes after it, whenever she asked."""
    return await session.scalar(
        select(func.max(EngagementStep.at)).where(EngagementStep.engagement_id == engagement_id)
    )


async def _replace(
    session: AsyncSession, engagement_id: UUID, wanted: list[DatedLimits], now: datetime
) -> None:
    """What was never in force may go; what was, stays for ever: a trigger sees to it, by `now`."""
    await session.execute(select(func.set_config("lehrwerk.now", now.isoformat(), True)))
    await session.execute(
        delete(EngagementLimits).where(
            EngagementLimits.engagement_id == engagement_id, EngagementLimits.effective_at > now
        )
    )
    for each in wanted:
        values = {"weekly_minutes": each.weekly_minutes, "total_minutes": each.total_minutes}
        await session.execute(
            insert(EngagementLimits)
            .values(
                id=new_id(),
                engagement_id=engagement_id,
                effective_at=each.effective_at,
                **values,
            )
            .on_conflict_do_update(index_elements=["engagement_id", "effective_at"], set_=values)
        )
