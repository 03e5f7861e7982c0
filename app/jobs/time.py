"""The clock in timesheets: running timers, weeks handed in, reviews that nobody made."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import SystemActor
from app.domain.refusals import Refusal
from app.jobs.toolbox import Toolbox
from app.timesheets import answering, approving, attending, judging, settling, submitting

_log = structlog.get_logger("lehrwerk.jobs")
_SUBMIT = SystemActor("auto_submit")
_APPROVE = SystemActor("auto_approve")
_DECIDE = SystemActor("contest_deadline")
_MOVE_ON = SystemActor("adjustment_deadline")


async def attend_timers(tools: Toolbox) -> None:
    """Extend running timers; close those whose cap is reached or that nobody stopped."""

    async def attend(session: AsyncSession, entry_id: UUID, now: datetime) -> None:
        await attending.attend(session, entry_id, now=now)

    await _each(tools, attending.due, attend)


async def submit_timesheets(tools: Toolbox) -> None:
    """Hand in sheets a day after their week, and sent-back ones after three days."""

    async def submit(session: AsyncSession, sheet_id: UUID, now: datetime) -> None:
        await submitting.submit(session, _SUBMIT, sheet_id, now=now)

    await _each(tools, submitting.due, submit)


async def approve_timesheets(tools: Toolbox) -> None:
    """Approve what was not answered within its review window: silence costs no trainer money."""

    async def approve(session: AsyncSession, sheet_id: UUID, now: datetime) -> None:
        await approving.approve(session, _APPROVE, sheet_id, now=now)

    await _each(tools, approving.due, approve)


async def hand_on_contests(tools: Toolbox) -> None:
    """Hand contests that the trainer did not answer on to operations, undecided."""

    async def hand_on(session: AsyncSession, contest_id: UUID, now: datetime) -> None:
        await answering.hand_on(session, contest_id, now=now)

    await _each(tools, answering.due, hand_on)


async def decide_contests(tools: Toolbox) -> None:
    """Approve contested hours that operations left undecided: silence costs no trainer money."""

    async def decide(session: AsyncSession, contest_id: UUID, now: datetime) -> None:
        await judging.decide_on_silence(session, _DECIDE, contest_id, now=now)

    await _each(tools, judging.due, decide)


async def move_on_adjustments(tools: Toolbox) -> None:
    """Hand expenses and corrections that nobody answered on to operations; let corrections lapse
    that operations left undecided: silence takes nothing from a trainer."""

    async def move_on(session: AsyncSession, adjustment_id: UUID, now: datetime) -> None:
        await settling.move_on(session, _MOVE_ON, adjustment_id, now=now)

    await _each(tools, settling.due, move_on)


async def _each(
    tools: Toolbox,
    due: Callable[..., Awaitable[list[UUID]]],
    deed: Callable[[AsyncSession, UUID, datetime], Awaitable[None]],
) -> None:
    """Do the deed for each that is due, each in a transaction of its own.

    One that refuses, because somebody was faster, does not hold up the others.
    """
    now = tools.clock.now()
    async with tools.database.begin() as session:
        ids = await due(session, now=now)
    for id_ in ids:
        try:
            async with tools.database.begin() as session:
                await deed(session, id_, now)
        except Refusal as refusal:
            _log.info("sweep_refused", what=str(id_), code=refusal.code)
