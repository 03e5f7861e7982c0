"""The clock in notices: what is to be reminded of, what is on its way out."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from app.domain.errands import Errand
from app.engagements import announcing
from app.engagements import reminding as terms
from app.hiring import reminding as offers
from app.jobs.toolbox import Toolbox
from app.kit import queue
from app.notices import reminding, sending
from app.notices.sending import Ways
from app.timesheets import nearing
from app.timesheets import reminding as time

_EVERY = timedelta(minutes=1)
_ROUNDS_A_JOB = 50


async def remind(tools: Toolbox) -> None:
    """Once a minute: remind of deadlines, tell of caps that are nearly used up."""
    now = tools.clock.now()
    async with tools.database.begin() as session:
        if await reminding.begin_round(session, "remind", every=_EVERY, now=now):
            await offers.remind(session, now=now)
            await terms.remind(session, now=now)
            await time.remind(session, now=now)
            await nearing.look(session, now=now)


async def hand_out(tools: Toolbox) -> None:
    """Leave the errand of sending when anything waits, unless one is waiting already."""
    async with tools.database.begin() as session:
        if await sending.anything_due(session, now=tools.clock.now()):
            await queue.enqueue(session, Errand.SEND_NOTICES, {}, dedupe_key="notices")


async def send_notices(tools: Toolbox, payload: Mapping[str, str]) -> None:
    """Errand SEND_NOTICES: send what is due; what is left waits for the next errand."""
    del payload
    ways = Ways(tools.outside.mailer, tools.outside.pusher, tools.settings)
    for _ in range(_ROUNDS_A_JOB):
        if not await sending.send_due(tools.database, ways, tools.clock):
            return


async def tell_room_changed(tools: Toolbox, payload: Mapping[str, str]) -> None:
    """Errand TELL_ROOM_CHANGED: tell those at work there that shared minutes have changed."""
    ids = {key: UUID(value) for key, value in payload.items()}
    async with tools.database.begin() as session:
        await announcing.room_changed(
            session,
            project_id=ids.get("project_id"),
            position_id=ids.get("position_id"),
            change_id=ids["change_id"],
            now=tools.clock.now(),
        )
