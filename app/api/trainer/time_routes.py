"""Hours on the phone: what is left, the timer, entries, timesheets."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Depends, Header, Request, Response

from app.api.burns import BurnView, burn_view
from app.api.door import Language, Now, Session, router
from app.api.minutes import MinutesView, minutes_view
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller
from app.api.trainer.inputs.time import RecordTime, StartTimer, StopTimer
from app.api.trainer.views.contests import (
    TimesheetWithContestsView,
    TimeView,
    time_view,
    timesheet_with_contests_view,
)
from app.api.trainer.views.time import (
    AllowanceView,
    EntryView,
    TimesheetView,
    allowance_view,
    entry_view,
    timesheet_view,
)
from app.timesheets import (
    allowances,
    burning,
    for_trainers,
    pay_minutes,
    recording,
    submitting,
    timing,
)

ROUTER = router("time")


async def _version(
    if_match: Annotated[
        str | None,
        Header(
            pattern=r'^(W/)?"?[0-9]{1,9}(\.[0-9a-f]{1,64})?"?$',
            description="The `version` (or ETag) of the entry that you edit.",
        ),
    ] = None,
) -> int | None:
    if if_match is None:
        return None
    return int(if_match.removeprefix("W/").strip('"').partition(".")[0])


IfVersion = Annotated[int | None, Depends(_version)]
_THERE: dict[int | str, dict[str, Any]] = {
    200: {"model": EntryView, "description": "It was there already, or was edited."}
}


@ROUTER.get("/engagements/{engagement_id}/allowance", operation_id="get_allowance")
async def get_allowance(
    engagement_id: UUID, caller: Caller, session: Session, now: Now
) -> AllowanceView:
    """How many minutes you can still log now, under each cap and the one that binds first.

    `trainer_week` counts over all your engagements from Monday 00:00 UTC; `engagement_week` is
    the pay week of this one; `project` is shared with others. Weeks are given in UTC, in the
    pay week's zone and in yours.
    """
    return allowance_view(await for_trainers.get_allowance(session, caller, engagement_id, now=now))


@ROUTER.get("/engagements/{engagement_id}/burn", operation_id="get_burn")
async def get_burn(engagement_id: UUID, caller: Caller, session: Session, now: Now) -> BurnView:
    """How the minutes of your position burn down over all who work in it: what the company sees
    too, in minutes. What is left for you alone is in your allowance."""
    return burn_view(await burning.of_trainer(session, caller, engagement_id, now=now))


@ROUTER.put(
    "/time-entries/{entry_id}/timer",
    operation_id="start_timer",
    status_code=201,
    responses={200: {"model": EntryView, "description": "It was started already."}},
)
async def start_timer(
    entry_id: UUID,
    said: StartTimer,
    *,
    response: Response,
    caller: Caller,
    session: Session,
    now: Now,
) -> EntryView:
    """Start a timer under an id that you mint (a UUID), so that a retry starts nothing twice.

    `stops_by` is until when its time is guaranteed; it moves on while caps leave room. Past a cap
    the timer runs on and that time is kept for a decision. 409 `hour_cap_reached` when nothing is
    left, 409 `timer_already_running` (with its `entry_id`) when another one runs.
    """
    done = await timing.start_timer(session, caller, entry_id, said.timer(), now=now)
    response.status_code = 201 if done.created else 200
    response.headers["ETag"] = f'"{done.entry.version}"'
    return entry_view(done.entry, done.allowance)


@ROUTER.post("/time-entries/{entry_id}/stop", operation_id="stop_timer")
async def stop_timer(
    entry_id: UUID,
    caller: Caller,
    session: Session,
    now: Now,
    said: Annotated[StopTimer, Body()] = StopTimer(),
) -> EntryView:
    """Stop a timer. This always succeeds: the first stop wins, a later one shows what stands.

    `stopped_at` is put right by the offset between the phone's clock and ours at the start.
    What lies beyond a cap is a part of its own in state `over_cap`.
    """
    return entry_view(
        await timing.stop_timer(session, caller, entry_id, stopped_at=said.stopped_at, now=now)
    )


@ROUTER.put(
    "/time-entries/{entry_id}", operation_id="record_time", status_code=201, responses=_THERE
)
async def record_time(
    entry_id: UUID,
    said: RecordTime,
    *,
    response: Response,
    if_version: IfVersion,
    caller: Caller,
    session: Session,
    now: Now,
) -> EntryView:
    """Log hours under an id that you mint (a UUID). Up to 30 days late, never ahead of time.

    `started_at` and `ended_at` are instants with offset, or `{"local", "timezone"}` as the clock on
    the wall showed them. A time that clocks skipped is 422 `nonexistent_local_time`, one that they
    showed twice 422 `ambiguous_local_time` unless its `offset` is sent; both name the two instants.

    The same id and body answer the entry as it stands (200). Another body is 409 `already_used`;
    with `If-Match: <version>` it is an edit, until the week is submitted, and 412
    `version_differs` when the entry has another version. Both problems hold both versions in
    `facts`: `current` (what stands), `yours` (what you sent, in UTC) and `differing` (the names of
    the fields). What does not fit under a cap is kept as a part in state `over_cap` and decided on
    by `decide_by_at`; nothing is lost. 409 `time_overlaps` names your other entry.
    """
    done = await recording.record_time(
        session, caller, entry_id, said.time(), if_version=if_version, now=now
    )
    response.status_code = 201 if done.created else 200
    response.headers["ETag"] = f'"{done.entry.version}"'
    return entry_view(done.entry, done.allowance)


@ROUTER.get("/time-entries/{entry_id}", operation_id="get_time")
async def get_time(
    entry_id: UUID, response: Response, caller: Caller, session: Session
) -> EntryView:
    """One entry with the parts in which it counts, in both zones. Its ETag may be sent
    as If-None-Match, and as If-Match when you edit it. A deleted entry is not there any more."""
    entry = await for_trainers.get_time(session, caller, entry_id)
    response.headers["ETag"] = f'"{entry.version}"'
    return entry_view(entry, zones=await for_trainers.zones_of(session, caller, entry.pieces))


@ROUTER.delete("/time-entries/{entry_id}", operation_id="delete_time", status_code=204)
async def delete_time(entry_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """Take an entry back before its week is submitted. Deleting it again changes nothing."""
    await recording.delete_time(session, caller, entry_id, now=now)


@ROUTER.get("/time-entries", operation_id="list_time", response_model=Listed[TimeView])
async def list_time(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    page: PageAsked,
    language: Language,
    engagement_id: UUID | None = None,
) -> dict[str, Any]:
    """Your hours in all engagements or in one, newest first, in the parts in which they count. A
    part that the company contests shows its contest. `clocks` show them in the pay week's zone
    and in yours."""
    found = await for_trainers.list_time(session, caller, page, engagement_id=engagement_id)
    contests = await for_trainers.contests_of(session, found.items)
    zones = await for_trainers.zones_of(session, caller, found.items)
    return listed(request, found, lambda piece: time_view(piece, contests, zones, language))


@ROUTER.get(
    "/timesheets",
    operation_id="list_timesheets",
    response_model=Listed[TimesheetWithContestsView],
)
async def list_timesheets(
    request: Request, caller: Caller, session: Session, page: PageAsked, language: Language
) -> dict[str, Any]:
    """Your timesheets, newest week first, with what they come to and what of them is contested."""
    found = await for_trainers.list_timesheets(session, caller, page)
    contests = await for_trainers.contests_on(session, found.items)
    return listed(
        request,
        found,
        lambda sheet: timesheet_with_contests_view(sheet, contests, language),
    )


@ROUTER.get("/timesheets/{timesheet_id}/minutes", operation_id="explain_minutes")
async def explain_minutes(
    timesheet_id: UUID, caller: Caller, session: Session, language: Language
) -> MinutesView:
    """Every minute of a timesheet: what you logged, the parts it was split into and why, what
    counts and what does not and why, the seconds of each week and rate, and how they are rounded
    to the minutes of the timesheet.

    A bonus or another sum of money has no minutes: `list_adjustments` has those.
    """
    story = await pay_minutes.explain(session, caller, timesheet_id)
    return minutes_view(story, language, cap_name=allowances.trainers_name)


@ROUTER.post("/timesheets/{timesheet_id}/submit", operation_id="submit_timesheet")
async def submit_timesheet(
    timesheet_id: UUID, caller: Caller, session: Session, now: Now
) -> TimesheetView:
    """Hand a timesheet in, also before its week is over. It is approved by itself at
    `review_by_at` unless the company answers before. Without you the clock hands it in a day
    after the week. Submitting it again changes nothing."""
    sheet = await submitting.submit(session, caller, timesheet_id, now=now)
    return timesheet_view(await for_trainers.with_amount(session, caller, sheet))
