"""From seconds to the minutes of a timesheet, as either side reads it, at its own rates."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.words import MoneySeen, Seen
from app.domain import minutes
from app.domain.caps import Scope
from app.domain.minutes import COUNTING, Group
from app.domain.timesheets import EntryState, SheetState
from app.timesheets.explaining import Part, Story

CapName = Callable[[Scope], str]


class ShareView(Seen):
    """Seconds of a part under one rate."""

    rate: MoneySeen
    worked_seconds: int


class MinutesPartView(Seen):
    """A part of an entry: why it begins where it does, and whether and why it counts here."""

    id: UUID
    started_at: datetime
    ended_at: datetime | None
    worked_seconds: int
    week_starts_at: datetime = Field(description="Start of the pay week in which it was worked.")
    state: EntryState
    begin: str = Field(examples=["as_said", "week", "cap"])
    begin_text: str
    counts: bool = Field(description="Whether its seconds are in the groups.")
    standing: str = Field(
        examples=["counts", "counts_beyond_cap", "counts_elsewhere", "running", "waits_beyond_cap",
                  "contested", "declined"]
    )  # fmt: skip
    standing_text: str
    cap: str | None = Field(description="The cap beyond which it lies or lay.")
    reason_code: str | None = Field(description="Of a contest or a decline.")
    explanation: str | None = Field(description="What was written about it by whom it was.")
    timesheet_id: UUID | None = Field(description="The timesheet that it is on, if any.")
    shares: list[ShareView]


class MinutesEntryView(Seen):
    """An entry as it was logged, and the parts that it was split into."""

    entry_id: UUID
    said_started_at: datetime
    said_ended_at: datetime | None
    note: str | None
    task_reference: str | None
    parts: list[MinutesPartView]


class MinutesGroupView(Seen):
    """Counted seconds of one worked week and rate. Rounded once over all lines of that week and
    rate: `minutes` is `together_minutes` less `earlier_minutes`, the amount likewise."""

    week_starts_at: datetime
    week_ends_at: datetime
    rate: MoneySeen = Field(description="An hour.")
    worked_seconds: int
    earlier_seconds: int
    earlier_minutes: int
    together_minutes: int
    minutes: int
    amount: MoneySeen
    text: str


class MinutesView(Seen):
    """Why a timesheet holds its minutes: entries, their parts, seconds by week and rate, minutes.

    Until it is approved this is what it would come to now.
    """

    timesheet_id: UUID
    state: SheetState
    week_starts_at: datetime
    week_ends_at: datetime
    week_timezone: str = Field(examples=["Europe/Berlin"])
    minutes: int = Field(description="The sum of the groups.")
    amount: MoneySeen
    counted_seconds: int
    not_counted_seconds: int = Field(description="Of the entries below; each part says why.")
    groups: list[MinutesGroupView]
    entries: list[MinutesEntryView]


def minutes_view(story: Story, language: str, *, cap_name: CapName) -> MinutesView:
    sheet = story.sheet
    parts = [part for entry in story.entries for part in entry]
    counted = sum(part.piece.worked_seconds for part in parts if part.standing in COUNTING)
    return MinutesView(
        timesheet_id=sheet.id,
        state=sheet.state,
        week_starts_at=sheet.week_starts_at,
        week_ends_at=sheet.week_ends_at,
        week_timezone=sheet.pay_week_timezone,
        minutes=story.minutes,
        amount=MoneySeen(minor=story.minor, currency=story.currency),
        counted_seconds=counted,
        not_counted_seconds=sum(part.piece.worked_seconds for part in parts) - counted,
        groups=[_group_view(story, group, language) for group in story.groups],
        entries=[_entry_view(story, entry, language, cap_name) for entry in story.entries],
    )


def _group_view(story: Story, group: Group, language: str) -> MinutesGroupView:
    return MinutesGroupView(
        week_starts_at=group.week_starts_at,
        week_ends_at=story.week_ends_at[group.week_starts_at],
        rate=MoneySeen(minor=group.rate_minor, currency=story.currency),
        worked_seconds=group.here.seconds,
        earlier_seconds=group.earlier.seconds,
        earlier_minutes=group.earlier.minutes,
        together_minutes=group.together.minutes,
        minutes=group.here.minutes,
        amount=MoneySeen(minor=group.here.minor, currency=story.currency),
        text=minutes.told_group(group).sentence(language),
    )


def _entry_view(
    story: Story, parts: list[Part], language: str, cap_name: CapName
) -> MinutesEntryView:
    root = parts[0].piece
    return MinutesEntryView(
        entry_id=root.root_id,
        said_started_at=root.said_started_at,
        said_ended_at=root.said_ended_at,
        note=root.note,
        task_reference=root.task_reference,
        parts=[_part_view(story, part, language, cap_name) for part in parts],
    )


def _part_view(story: Story, part: Part, language: str, cap_name: CapName) -> MinutesPartView:
    piece, contest = part.piece, part.contest
    cap = cap_name(piece.binding_cap) if piece.binding_cap else None
    begin = minutes.told_begin(part.begin, cap)
    standing = minutes.told_standing(
        part.standing, cap=cap, decider=piece.decider, decide_by_at=piece.decide_by_at
    )
    reason = contest.reason_code if contest else piece.decision_reason_code
    return MinutesPartView(
        id=piece.id,
        started_at=piece.started_at,
        ended_at=piece.ended_at,
        worked_seconds=piece.worked_seconds,
        week_starts_at=piece.week_starts_at,
        state=piece.state,
        begin=part.begin.value,
        begin_text=begin.sentence(language),
        counts=part.standing in COUNTING,
        standing=part.standing.value,
        standing_text=standing.sentence(language),
        cap=cap,
        reason_code=reason.value if reason else None,
        explanation=piece.decision_explanation or (contest.explanation if contest else None),
        timesheet_id=piece.timesheet_id,
        shares=[
            ShareView(rate=MoneySeen(minor=rate, currency=story.currency), worked_seconds=seconds)
            for rate, seconds in sorted(part.seconds_by_rate.items())
        ],
    )
