"""What a trainer can see of her hours. Caps are minutes; money is hers alone."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain.time_zones import zone
from app.domain.timesheets import EntryState, OverCapReason, SendBackReason, SheetState
from app.timesheets import allowances
from app.timesheets.allowances import Allowance
from app.timesheets.for_trainers import TrainerAllowance, TrainerSheet, Zones
from app.timesheets.queries import EntryFacts, PieceFacts


class CapView(Seen):
    """Minutes under one cap: `trainer_week`, `engagement_week`, `engagement_total`,
    `position_total` or `project`."""

    cap: str = Field(examples=["engagement_week"])
    cap_minutes: int | None = Field(description="Null where only the minutes left are told.")
    left_minutes: int = Field(
        description="Under a cap that you share with others at least so many: hours that they hold "
        "in advance are not counted as left, unless this cap binds; then it is exact."
    )


class ClockView(Seen):
    """The same time as clocks show it in the pay week's zone and in yours."""

    timezone: str = Field(examples=["America/Los_Angeles"])
    started_at_local: str = Field(examples=["2026-11-23T00:00:00-08:00"])
    ended_at_local: str | None
    your_timezone: str
    started_at_yours: str
    ended_at_yours: str | None


class PartView(Seen):
    """A part of an entry: split off at the bound of a pay week or at a cap."""

    id: UUID
    entry_id: UUID = Field(description="The entry that your phone minted; parts share it.")
    engagement_id: UUID
    source: str = Field(examples=["manual", "timer"])
    state: EntryState
    started_at: datetime
    ended_at: datetime | None
    worked_seconds: int
    note: str | None
    task_reference: str | None
    version: int = Field(description="Send it as If-Match to edit the entry.")
    week_starts_at: datetime = Field(description="Start of the pay week in which it counts.")
    timesheet_id: UUID | None
    binding_cap: str | None = Field(description="The cap beyond which it lies or lay.")
    decided_by: str | None = Field(
        description="Who decides about it, while it is `over_cap`: company or operations."
    )
    decide_by_at: datetime | None
    reason_code: OverCapReason | None
    explanation: str | None = Field(description="Why it was declined.")


class EntryView(Seen):
    """An entry under the id that your phone minted. `parts` tell what became of each minute."""

    id: UUID
    engagement_id: UUID
    source: str = Field(examples=["manual", "timer"])
    state: EntryState = Field(
        description="`running` while any of it runs, else the state of its first part."
    )
    started_at: datetime
    ended_at: datetime | None
    stops_by: datetime | None = Field(
        description="Of a running timer: until then its time is guaranteed; it is moved on as "
        "long as caps leave room."
    )
    worked_seconds: int
    note: str | None
    task_reference: str | None
    version: int = Field(description="Send it as If-Match to edit.")
    parts: list[PartView]
    allowance: "EntryAllowanceView | None" = Field(description="What is left after this.")
    clocks: ClockView | None = Field(description="Told where you read, not where you write.")


class EntryAllowanceView(Seen):
    """Minutes left in the week in which the entry ends."""

    left_minutes: int | None
    binding_cap: str | None = Field(description="The cap with the fewest minutes left.")
    caps: list[CapView]


class WeekView(Seen):
    """A week as instants, and as the clock shows it in two zones."""

    starts_at: datetime
    ends_at: datetime
    timezone: str = Field(examples=["Europe/Berlin"])
    starts_at_local: str = Field(examples=["2026-11-23T00:00:00+01:00"])
    ends_at_local: str
    your_timezone: str
    starts_at_yours: str
    ends_at_yours: str


class AllowanceView(Seen):
    """Minutes left for work now, and when each week begins anew."""

    engagement_id: UUID
    left_minutes: int | None
    binding_cap: str | None = Field(description="The cap with the fewest minutes left.")
    caps: list[CapView]
    pay_week: WeekView
    trainer_week: WeekView


class TimesheetView(Seen):
    """Your hours in one pay week of one engagement. `earned` is what they come to."""

    id: UUID
    engagement_id: UUID
    company_name: str
    position_title: str
    state: SheetState
    week: WeekView
    worked_minutes: int
    earned: MoneySeen
    submitted_at: datetime | None
    review_by_at: datetime | None = Field(
        description="Approved by itself then, unless the company answers before."
    )
    sent_back_at: datetime | None
    sent_back_reason_code: SendBackReason | None
    sent_back_explanation: str | None
    approved_at: datetime | None


def part_view(piece: PieceFacts) -> PartView:
    return PartView(
        id=piece.id,
        entry_id=piece.root_id,
        engagement_id=piece.engagement_id,
        source=piece.source,
        state=piece.state,
        started_at=piece.started_at,
        ended_at=piece.ended_at,
        worked_seconds=piece.worked_seconds,
        note=piece.note,
        task_reference=piece.task_reference,
        version=piece.version,
        week_starts_at=piece.week_starts_at,
        timesheet_id=piece.timesheet_id,
        binding_cap=allowances.trainers_name(piece.binding_cap) if piece.binding_cap else None,
        decided_by=piece.decider,
        decide_by_at=piece.decide_by_at if piece.state is EntryState.OVER_CAP else None,
        reason_code=piece.decision_reason_code,
        explanation=piece.decision_explanation,
    )


def entry_view(
    entry: EntryFacts, allowance: Allowance | None = None, zones: Zones | None = None
) -> EntryView:
    root, running = entry.root, entry.running
    return EntryView(
        id=root.root_id,
        engagement_id=root.engagement_id,
        source=root.source,
        state=entry.state,
        started_at=root.started_at,
        ended_at=entry.ended_at,
        stops_by=running.stops_by_at if running else None,
        worked_seconds=entry.worked_seconds,
        note=root.note,
        task_reference=root.task_reference,
        version=entry.version,
        parts=[part_view(piece) for piece in entry.pieces],
        allowance=_entry_allowance_view(allowance) if allowance else None,
        clocks=zones
        and clock_view(root.started_at, entry.ended_at, zones.pay_week[root.engagement_id], zones),
    )


def clock_view(
    started_at: datetime, ended_at: datetime | None, timezone: str, zones: Zones
) -> ClockView:
    """`timezone` is the pay week's."""
    there, here = zone(timezone), zone(zones.own)
    return ClockView(
        timezone=timezone,
        started_at_local=started_at.astimezone(there).isoformat(),
        ended_at_local=ended_at.astimezone(there).isoformat() if ended_at else None,
        your_timezone=zones.own,
        started_at_yours=started_at.astimezone(here).isoformat(),
        ended_at_yours=ended_at.astimezone(here).isoformat() if ended_at else None,
    )


def allowance_view(found: TrainerAllowance) -> AllowanceView:
    allowance = found.allowance
    week, own = allowance.pay_week, allowance.trainer_week
    return AllowanceView(
        engagement_id=found.engagement_id,
        left_minutes=allowance.left_minutes,
        binding_cap=allowance.binding_cap,
        caps=_caps(allowance),
        pay_week=_week_view(
            week.starts_at, week.ends_at, found.pay_week_timezone, found.own_timezone
        ),
        trainer_week=_week_view(own.starts_at, own.ends_at, "UTC", found.own_timezone),
    )


def timesheet_view(sheet: TrainerSheet) -> TimesheetView:
    facts = sheet.facts
    return TimesheetView(
        id=facts.id,
        engagement_id=facts.engagement_id,
        company_name=facts.company_name,
        position_title=facts.position_title,
        state=facts.state,
        week=_week_view(
            facts.week_starts_at, facts.week_ends_at, facts.pay_week_timezone, sheet.own_timezone
        ),
        worked_minutes=sheet.amount.minutes,
        earned=MoneySeen(minor=sheet.amount.earned.minor, currency=sheet.amount.earned.currency),
        submitted_at=facts.submitted_at,
        review_by_at=facts.review_by_at,
        sent_back_at=facts.sent_back_at,
        sent_back_reason_code=facts.sent_back_reason_code,
        sent_back_explanation=facts.sent_back_explanation,
        approved_at=facts.approved_at,
    )


def _entry_allowance_view(allowance: Allowance) -> EntryAllowanceView:
    return EntryAllowanceView(
        left_minutes=allowance.left_minutes,
        binding_cap=allowance.binding_cap,
        caps=_caps(allowance),
    )


def _caps(allowance: Allowance) -> list[CapView]:
    return [
        CapView(cap=each.cap, cap_minutes=each.cap_minutes, left_minutes=each.left_minutes)
        for each in allowance.caps
    ]


def _week_view(starts_at: datetime, ends_at: datetime, timezone: str, own: str) -> WeekView:
    there, here = zone(timezone), zone(own)
    return WeekView(
        starts_at=starts_at,
        ends_at=ends_at,
        timezone=timezone,
        starts_at_local=starts_at.astimezone(there).isoformat(),
        ends_at_local=ends_at.astimezone(there).isoformat(),
        your_timezone=own,
        starts_at_yours=starts_at.astimezone(here).isoformat(),
        ends_at_yours=ends_at.astimezone(here).isoformat(),
    )
