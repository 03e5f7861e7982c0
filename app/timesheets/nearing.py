"""Caps that are nearly used up, or are: found by the clock, so that logging time costs no more.

Counters are looked up by engagements that are not over, each by its key: what is looked at grows
with the people at work and not with the years of their hours.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    literal,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import reminders
from app.domain.caps import NO_CAP, SHARED, Scope
from app.domain.engagements import EngagementState
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.domain.weeks import PayWeek, trainer_week_of, week_of
from app.engagements.tables import Engagement
from app.kit.ids import derived_id
from app.notices import telling
from app.notices.telling import News, To
from app.timesheets import leases
from app.timesheets.tables import CapCounter

# A company learns of what it can lift or pay for itself.
_COMPANYS = {
    Scope.POSITION_TOTAL: (Kind.POSITION_NEAR, Kind.POSITION_REACHED, Permission.WRITE_PROJECTS),
    Scope.PROJECT_BUDGET: (Kind.BUDGET_NEAR, Kind.BUDGET_REACHED, Permission.WRITE_PROJECTS),
    Scope.CREDIT_LIMIT: (Kind.CREDIT_NEAR, Kind.CREDIT_REACHED, Permission.PAY_INVOICES),
}
_TRAINERS = frozenset(
    {Scope.TRAINER_WEEK, Scope.ENGAGEMENT_WEEK, Scope.ENGAGEMENT_TOTAL, Scope.POSITION_TOTAL}
)


async def look(session: AsyncSession, *, now: datetime) -> None:
    """Tell of each cap once at four fifths and once when it is used up; a raised one anew."""
    news: dict[tuple[Any, ...], News] = {}
    for scope in Scope:
        rows = await session.execute(await _near(session, scope, now))
        for row in rows:
            for each in _news(scope, row):
                news.setdefault((each.kind, each.about_id, each.stage, each.to), each)
    await telling.tell(session, *news.values(), now=now)


async def _near(session: AsyncSession, scope: Scope, now: datetime) -> Select[*tuple[Any, ...]]:
    owner, period = _OWNERS[scope], literal("", Text())
    used: SQLColumnExpression[int] = CapCounter.used
    if scope in SHARED:
        # What is held in advance is used only in the counter.
        used = used - leases.leased_of(scope, CapCounter.scope_id)
    if scope is Scope.TRAINER_WEEK:
        period = literal(trainer_week_of(now).starts_at.isoformat(), Text())
    statement: Select[*tuple[Any, ...]] = (
        select(
            Engagement.id,
            Engagement.trainer_id,
            Engagement.company_id,
            CapCounter.scope_id,
            CapCounter.period,
            CapCounter.cap,
            used.label("used"),
        )
        .join(CapCounter, and_(CapCounter.scope == scope.value, CapCounter.scope_id == owner))
        .where(
            Engagement.state != EngagementState.ENDED.value,
            CapCounter.cap > 0,
            CapCounter.cap < NO_CAP,
            CapCounter.used >= CapCounter.cap - CapCounter.cap // 5,
            used >= CapCounter.cap - CapCounter.cap // 5,
        )
        .order_by(Engagement.id)
    )
    if scope is Scope.ENGAGEMENT_WEEK:
        return statement.where(await _in_this_week(session, now))
    return statement.where(CapCounter.period == period)


async def _in_this_week(session: AsyncSession, now: datetime) -> ColumnElement[bool]:
    """Each engagement's own present pay week: there are few kinds of them."""
    kinds = await session.execute(
        select(Engagement.pay_week_timezone, Engagement.pay_week_first_day)
        .where(Engagement.state != EngagementState.ENDED.value)
        .distinct()
    )
    weeks = [
        (zone, day, week_of(now, PayWeek(zone, day)).starts_at.isoformat()) for zone, day in kinds
    ]
    return tuple_(
        Engagement.pay_week_timezone, Engagement.pay_week_first_day, CapCounter.period
    ).in_(weeks)


_OWNERS: dict[Scope, Any] = {
    Scope.TRAINER_WEEK: Engagement.trainer_id,
    Scope.ENGAGEMENT_WEEK: Engagement.id,
    Scope.ENGAGEMENT_TOTAL: Engagement.id,
    Scope.POSITION_TOTAL: Engagement.position_id,
    Scope.PROJECT_BUDGET: Engagement.project_id,
    Scope.CREDIT_LIMIT: Engagement.company_id,
}


def _news(scope: Scope, row: Row[Any]) -> list[News]:
    fill = reminders.fill_of(row.used, row.cap)
    if fill is None:
        return []
    # An id and not the cap itself: a money cap's figure has no business among notices.
    stage = str(derived_id(row.scope_id, scope.value, row.period, row.cap, fill))
    found = []
    if scope in _TRAINERS:
        found.append(_trainers(scope, row, fill, stage))
    if scope in _COMPANYS:
        near, reached, able = _COMPANYS[scope]
        to = telling.company(row.company_id, able)
        found.append(_companys(near, reached, row, to, fill=fill, stage=stage))
    return found


def _trainers(scope: Scope, row: Row[Any], fill: int, stage: str) -> News:
    to = telling.trainer(row.trainer_id)
    if scope is Scope.TRAINER_WEEK:
        # It has many engagements and is told of once: under the trainer's own id.
        if fill == 100:
            return News(Kind.WEEK_REACHED, row.trainer_id, to, stage=stage)
        return News(Kind.WEEK_NEAR, row.trainer_id, to, stage=stage, facts={"percent": fill})
    about_id = row.id
    if fill == 100:
        facts: dict[str, str | int] = {"cap": scope.value}
        return News(Kind.CAP_REACHED, about_id, to, stage=stage, facts=facts)
    facts = {"cap": scope.value, "percent": fill}
    return News(Kind.CAP_NEAR, about_id, to, stage=stage, facts=facts)


def _companys(near: Kind, reached: Kind, row: Row[Any], to: To, *, fill: int, stage: str) -> News:
    if fill == 100:
        return News(reached, row.scope_id, to, stage=stage)
    return News(near, row.scope_id, to, stage=stage, facts={"percent": fill})
