"""Hours, from the company's side: timesheets, approval, time beyond a cap."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.burns import BurnView, burn_view
from app.api.client.actor import Caller
from app.api.client.inputs.time import ApproveTimesheets, DecideOverCap, SendBackTimesheet
from app.api.client.views.contests import TimesheetDetailView, detail_view
from app.api.client.views.time import (
    ApprovalResultsView,
    OverCapView,
    TimesheetView,
    over_cap_view,
    results_view,
    timesheet_view,
)
from app.api.door import Language, Now, Session, router
from app.api.errors import language_of
from app.api.minutes import MinutesView, minutes_view
from app.api.paging import Listed, PageAsked, listed
from app.domain.timesheets import SheetState
from app.timesheets import approving, bill_minutes, burning, deciding, for_companies, submitting

ROUTER = router("time")


@ROUTER.get("/positions/{position_id}/burn", operation_id="get_burn")
async def get_burn(position_id: UUID, caller: Caller, session: Session, now: Now) -> BurnView:
    """How a position's minutes burn down: used, reserved by running timers, left, and until when
    they last at the pace of the last weeks. Its trainers see the same figures."""
    return burn_view(await burning.of_company(session, caller, position_id, now=now))


@ROUTER.get("/timesheets", operation_id="list_timesheets", response_model=Listed[TimesheetView])
async def list_timesheets(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    page: PageAsked,
    state: SheetState | None = None,
    engagement_id: UUID | None = None,
) -> dict[str, Any]:
    """Timesheets of your engagements, newest week first. Those that are `submitted` wait for you
    and are approved by themselves at `review_by_at`."""
    found = await for_companies.list_timesheets(
        session, caller, page, state=state, engagement_id=engagement_id
    )
    return listed(request, found, timesheet_view)


@ROUTER.post("/timesheets/approve", operation_id="approve_timesheets")
async def approve_timesheets(
    said: ApproveTimesheets, request: Request, caller: Caller, session: Session, now: Now
) -> ApprovalResultsView:
    """Approve several timesheets at once. Each has a result of its own: one that cannot be
    approved does not hold up the others."""
    done = await approving.approve_many(session, caller, said.timesheet_ids, now=now)
    return results_view(done, language_of(request))


@ROUTER.get("/timesheets/{timesheet_id}", operation_id="get_timesheet")
async def get_timesheet(
    timesheet_id: UUID, caller: Caller, session: Session, language: Language
) -> TimesheetDetailView:
    """A timesheet with its entries and their contests. Late entries of an earlier week stand on it
    too and are priced with the week in which they were worked."""
    sheet, pieces = await for_companies.get_timesheet(session, caller, timesheet_id)
    contests = await for_companies.contests_on(session, sheet.facts)
    adjusted = await for_companies.adjustments_on(session, sheet.facts)
    return detail_view(sheet, pieces, contests, adjusted, language=language)


@ROUTER.get("/timesheets/{timesheet_id}/minutes", operation_id="explain_minutes")
async def explain_minutes(
    timesheet_id: UUID, caller: Caller, session: Session, language: Language
) -> MinutesView:
    """Every minute of a timesheet: what was logged, the parts it was split into and why, what
    counts and what does not and why, the seconds of each week and rate, and how they are rounded
    to the minutes that are billed.

    A bonus or another sum of money has no minutes: `list_adjustments` has those.
    """
    story = await bill_minutes.explain(session, caller, timesheet_id)
    return minutes_view(story, language, cap_name=lambda scope: scope.value)


@ROUTER.post("/timesheets/{timesheet_id}/approve", operation_id="approve_timesheet")
async def approve_timesheet(
    timesheet_id: UUID, caller: Caller, session: Session, now: Now
) -> TimesheetView:
    """Approve a submitted timesheet: its minutes are pinned and will be invoiced. Approving it
    again changes nothing."""
    sheet = await approving.approve(session, caller, timesheet_id, now=now)
    return timesheet_view(await for_companies.with_amount(session, sheet))


@ROUTER.post("/timesheets/{timesheet_id}/send-back", operation_id="send_back_timesheet")
async def send_back_timesheet(
    timesheet_id: UUID, said: SendBackTimesheet, caller: Caller, session: Session, now: Now
) -> TimesheetView:
    """Send a submitted timesheet back, once, with a reason that the trainer reads. Without her it
    is submitted again after three days."""
    sheet = await submitting.send_back(
        session,
        caller,
        timesheet_id,
        reason=said.reason_code,
        explanation=said.explanation,
        now=now,
    )
    return timesheet_view(await for_companies.with_amount(session, sheet))


@ROUTER.get("/over-cap", operation_id="list_over_cap", response_model=Listed[OverCapView])
async def list_over_cap(
    request: Request, caller: Caller, session: Session, page: PageAsked
) -> dict[str, Any]:
    """Hours beyond a cap that wait for a decision, newest first. You decide about your own caps,
    operations about the trainer's week."""
    return listed(request, await for_companies.list_over_cap(session, caller, page), over_cap_view)


@ROUTER.post("/over-cap/{entry_id}/decision", operation_id="decide_over_cap")
async def decide_over_cap(
    entry_id: UUID, said: DecideOverCap, caller: Caller, session: Session, now: Now
) -> OverCapView:
    """Approve hours beyond a cap of yours, or decline them with a reason that the trainer reads.

    Approved hours go on the engagement's timesheet. If they pass the trainer's own week as well,
    they wait for operations next. A credit limit is not lifted by this: 409
    `credit_limit_reached` until an invoice is paid. The same decision again changes nothing.
    """
    piece = await deciding.decide_over_cap(session, caller, entry_id, said.as_decision(), now=now)
    return over_cap_view(await for_companies.with_estimate(session, piece))
