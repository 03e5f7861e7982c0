"""The trainer's side of approved time: what each approval pinned, rounded once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.domain import hours
from app.domain.adjustments import FLAT, LineType
from app.domain.hours import Line, Priced
from app.domain.money import Money
from app.domain.timesheets import AUTO_SUBMIT_AFTER, RESUBMIT_AFTER, EntryState, SheetState
from app.domain.weeks import PayWeek, week_of
from app.engagements import pay_terms
from app.engagements.queries import EngagementFacts
from app.kit.db import Row
from app.kit.ids import new_id
from app.timesheets import correction_lines
from app.timesheets.adjustments import AdjustmentFacts
from app.timesheets.contests import Contest
from app.timesheets.queries import (
    PIECE_COLUMNS,
    PieceFacts,
    SheetFacts,
    pieces_on_sheets,
    read_piece,
    span_of,
)
from app.timesheets.tables import Approval, TimeEntry, Timesheet

_FLAT = [type_.value for type_ in FLAT]
WAITING = [
    state.value for state in (EntryState.RECORDED, EntryState.ON_TIMESHEET, EntryState.CONTESTED)
]


class PayLine(Row):
    """One engagement, worked week and pay rate in one approval; or one adjustment.

    `worked_seconds` are those of this approval; `minutes` and `pay_minor` are the rounded
    cumulative sums of the engagement, week and rate minus what earlier lines hold. A correction
    adds whole minutes, or takes them away; bonus, expense and clawback are money alone. `owed`: the
    trainer was paid this before it was taken back, or it waits for earlier time to be paid for, so
    that she owes it until a payout sets it off.
    """

    __tablename__ = "pay_lines"
    __table_args__ = (
        UniqueConstraint("approval_id", "week_starts_at", "pay_rate_minor"),
        CheckConstraint(
            "type IN ('time','bonus','expense','correction','clawback')"
            " AND (type = 'time') = (adjustment_id IS NULL)",
            name="type",
        ),
        CheckConstraint(
            "CASE type WHEN 'time' THEN worked_seconds > 0"
            " WHEN 'correction' THEN minutes <> 0 AND worked_seconds = minutes * 60"
            " ELSE worked_seconds = 0 AND minutes = 0 AND pay_rate_minor = 0 END",
            name="seconds",
        ),
        CheckConstraint(
            "CASE type WHEN 'time' THEN minutes >= 0 AND pay_minor >= 0"
            " WHEN 'correction' THEN sign(pay_minor) * sign(minutes) >= 0"
            " WHEN 'clawback' THEN pay_minor <= 0 ELSE pay_minor >= 0 END",
            name="sign",
        ),
        CheckConstraint("NOT owed OR pay_minor < 0", name="owed"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.id"))
    engagement_id: Mapped[UUID] = mapped_column(ForeignKey("engagements.id"), index=True)
    trainer_id: Mapped[UUID] = mapped_column(ForeignKey("trainers.id"), index=True)

    week_starts_at: Mapped[datetime]
    week_ends_at: Mapped[datetime]
    worked_seconds: Mapped[int]
    minutes: Mapped[int]
    pay_rate_minor: Mapped[int]
    pay_minor: Mapped[int]
    currency: Mapped[str]
    approved_at: Mapped[datetime]
    type: Mapped[str] = mapped_column(default=LineType.TIME.value)
    adjustment_id: Mapped[UUID | None] = mapped_column(ForeignKey("adjustments.id"), unique=True)
    owed: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class Earned:
    """The trainer's side of one timesheet: rounded minutes and earned."""

    minutes: int
    earned: Money

    def __add__(self, other: "Earned") -> "Earned":
        return Earned(self.minutes + other.minutes, self.earned + other.earned)


@dataclass(frozen=True, slots=True)
class Unapproved:
    """What time of one sheet that waits for the same word would come to; `since`: worked first.

    `state`: on_timesheet or recorded, contested or over_cap. `due_at`: when the clock decides, if
    it does. `decider`: who may lift the cap, for time that is on no sheet yet.
    """

    trainer_id: UUID
    would_earn: Money
    since: datetime
    state: EntryState
    sheet: SheetState | None
    due_at: datetime | None
    decider: str | None = None


async def pin(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    pieces: Sequence[PieceFacts],
) -> Money:
    """Write the lines of an approval and return what they come to together.

    The caller holds the engagement, so that no other approval reads the same earlier lines.
    """
    rates = await pay_terms.rates_of(session, engagement.id)
    before = await _before(session, [engagement.id])
    lines = hours.price([span_of(p) for p in pieces], rates, before.get(engagement.id, {}))
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    currency = rates[0].currency
    if lines:
        await session.execute(
            insert(PayLine),
            [
                {
                    "id": new_id(),
                    "approval_id": approval.id,
                    "engagement_id": engagement.id,
                    "trainer_id": engagement.trainer_id,
                    "week_starts_at": line.week_starts_at,
                    "week_ends_at": week_of(line.week_starts_at, pay_week).ends_at,
                    "worked_seconds": line.priced.seconds,
                    "minutes": line.priced.minutes,
                    "pay_rate_minor": line.rate_minor,
                    "pay_minor": line.priced.minor,
                    "currency": currency,
                    "approved_at": approval.approved_at,
                    "type": LineType.TIME.value,
                    "owed": False,
                }
                for line in lines
            ],
        )
    return Money(sum(line.priced.minor for line in lines), currency)


async def currency_of(session: AsyncSession, engagement_id: UUID) -> str:
    """The one currency of an engagement."""
    return (await pay_terms.rates_of(session, engagement_id))[0].currency


async def add_sum(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    adjustment: AdjustmentFacts,
    *,
    pay: Money,
    owed: bool,
) -> None:
    """Write the line of an adjustment that is a sum of money, in the week of its sheet."""
    sheet = await session.get_one(Timesheet, approval.timesheet_id)
    session.add(
        PayLine(
            id=new_id(),
            approval_id=approval.id,
            engagement_id=engagement.id,
            trainer_id=engagement.trainer_id,
            week_starts_at=sheet.week_starts_at,
            week_ends_at=sheet.week_ends_at,
            worked_seconds=0,
            minutes=0,
            pay_rate_minor=0,
            pay_minor=pay.minor,
            currency=pay.currency,
            approved_at=approval.approved_at,
            type=adjustment.type.value,
            adjustment_id=adjustment.id,
            owed=owed,
        )
    )
    await session.flush()


async def correction(
    session: AsyncSession, engagement: EngagementFacts, minutes: int, worked_at: datetime
) -> Line:
    """What a correction changes in the week and at the rate of an instant.

    Raises WeekNotApproved, CorrectionTooLarge.
    """
    rates = await pay_terms.rates_of(session, engagement.id)
    held = (await _before(session, [engagement.id])).get(engagement.id, {})
    return correction_lines.line_of(engagement, rates, held, minutes=minutes, worked_at=worked_at)


async def add_correction(
    session: AsyncSession,
    approval: Approval,
    engagement: EngagementFacts,
    adjustment: AdjustmentFacts,
    *,
    line: Line,
    currency: str,
    owed: bool,
) -> None:
    """Write the line of a correction, in the week that it corrects."""
    pay_week = PayWeek(engagement.pay_week_timezone, engagement.pay_week_first_day)
    priced = line.priced
    session.add(
        PayLine(
            id=new_id(),
            approval_id=approval.id,
            engagement_id=engagement.id,
            trainer_id=engagement.trainer_id,
            week_starts_at=line.week_starts_at,
            week_ends_at=week_of(line.week_starts_at, pay_week).ends_at,
            worked_seconds=priced.seconds,
            minutes=priced.minutes,
            pay_rate_minor=line.rate_minor,
            pay_minor=priced.minor,
            currency=currency,
            approved_at=approval.approved_at,
            type=adjustment.type.value,
            adjustment_id=adjustment.id,
            owed=owed,
        )
    )
    await session.flush()


async def total_of(session: AsyncSession, engagement_id: UUID) -> int:
    """What all lines of an engagement come to so far, in minor units."""
    total = select(func.coalesce(func.sum(PayLine.pay_minor), 0)).where(
        PayLine.engagement_id == engagement_id
    )
    return int(await session.scalar(total) or 0)


async def of_adjustments(
    session: AsyncSession, adjustment_ids: Collection[UUID]
) -> Mapping[UUID, Earned]:
    """What adjustments come to, by adjustment; one without a line has no entry."""
    rows = await session.execute(
        select(PayLine.adjustment_id, PayLine.minutes, PayLine.pay_minor, PayLine.currency)
        .where(PayLine.adjustment_id.in_(list(adjustment_ids)))
    )  # fmt: skip
    return {
        id_: Earned(minutes, Money(minor, currency))
        for id_, minutes, minor, currency in rows
        if id_ is not None
    }


async def amounts(session: AsyncSession, sheets: Collection[SheetFacts]) -> Mapping[UUID, Earned]:
    """What each sheet comes to: its lines once approved, until then what they would be now.

    Adjustments are lines already, whatever the state of the sheet.
    """
    found = await _approved(session, [s.id for s in sheets])
    waiting = [s for s in sheets if s.state is not SheetState.APPROVED]
    engagement_ids = {s.engagement_id for s in sheets}
    rates = await pay_terms.rates_of_many(session, engagement_ids)
    before = await _before(session, engagement_ids) if waiting else {}
    pieces = await pieces_on_sheets(session, [s.id for s in waiting])
    for sheet in waiting:
        lines = hours.price(
            [
                span_of(p)
                for p in pieces.get(sheet.id, [])
                if p.state in (EntryState.RECORDED, EntryState.ON_TIMESHEET)
            ],
            rates[sheet.engagement_id],
            before.get(sheet.engagement_id, {}),
        )
        would_be = _sum(lines, rates[sheet.engagement_id][0].currency)
        found[sheet.id] = would_be + found[sheet.id] if sheet.id in found else would_be
    nothing = {s.id: _sum([], rates[s.engagement_id][0].currency) for s in sheets}
    return {**nothing, **found}


async def unapproved(session: AsyncSession, trainer_ids: Collection[UUID]) -> Sequence[Unapproved]:
    """What trainers' unapproved time adds to their lines if all of it is allowed, by sheet; what
    is beyond a cap by engagement and who decides by when."""
    beyond = TimeEntry.state == EntryState.OVER_CAP.value
    rows = await session.execute(
        select(*PIECE_COLUMNS)
        .where(TimeEntry.trainer_id.in_(list(trainer_ids)), TimeEntry.ended_at.is_not(None))
        .where(beyond | (TimeEntry.state.in_(WAITING) & TimeEntry.timesheet_id.is_not(None)))
        .order_by(TimeEntry.engagement_id, TimeEntry.started_at)
    )
    pieces: dict[tuple[UUID | None, EntryState, str | None, datetime | None], list[PieceFacts]] = {}
    for row in rows:
        piece = read_piece(row)
        of = piece.engagement_id if piece.decider else piece.timesheet_id
        key = of, piece.state, piece.decider, piece.decide_by_at if piece.decider else None
        pieces.setdefault(key, []).append(piece)
    engagement_ids = {some[0].engagement_id for some in pieces.values()}
    rates = await pay_terms.rates_of_many(session, engagement_ids)
    before = await _before(session, engagement_ids)
    sheets = await _sheets_due(session, {key[0] for key in pieces if key[2] is None})
    found = []
    for (sheet_id, state, decider, decide_by_at), some in pieces.items():
        of = some[0].engagement_id
        lines = hours.price([span_of(p) for p in some], rates[of], before.get(of, {}))
        sheet, review_by_at, contest_by_at = sheets.get(sheet_id, (None, decide_by_at, None))
        due_at = contest_by_at if state is EntryState.CONTESTED else review_by_at
        would_earn = _sum(lines, rates[of][0].currency).earned
        since = min(p.started_at for p in some)
        found.append(
            Unapproved(some[0].trainer_id, would_earn, since, state, sheet, due_at, decider)
        )
    return found


async def _sheets_due(
    session: AsyncSession, sheet_ids: Collection[UUID | None]
) -> Mapping[UUID | None, tuple[SheetState, datetime | None, datetime | None]]:
    """Each sheet's state, when the clock moves it on, and when it decides its first contest."""
    contest_by_at = func.min(func.coalesce(Contest.decide_by_at, Contest.answer_by_at))
    rows = await session.execute(
        select(
            Timesheet.id, Timesheet.state, Timesheet.review_by_at, Timesheet.week_ends_at,
            Timesheet.sent_back_at, contest_by_at,
        )
        .outerjoin(Contest, (Contest.timesheet_id == Timesheet.id) & Contest.decided_at.is_(None))
        .where(Timesheet.id.in_(list(sheet_ids)))
        .group_by(Timesheet.id)
    )  # fmt: skip
    found: dict[UUID | None, tuple[SheetState, datetime | None, datetime | None]] = {}
    for id_, state, review_by_at, week_ends_at, sent_back_at, contest_by in rows:
        due_at = review_by_at or week_ends_at + AUTO_SUBMIT_AFTER
        if state == SheetState.SENT_BACK.value and sent_back_at is not None:
            due_at = sent_back_at + RESUBMIT_AFTER
        found[id_] = SheetState(state), due_at, contest_by
    return found


def _sum(lines: Sequence[Line], currency: str) -> Earned:
    return Earned(
        sum(line.priced.minutes for line in lines),
        Money(sum(line.priced.minor for line in lines), currency),
    )


async def _approved(session: AsyncSession, sheet_ids: Collection[UUID]) -> dict[UUID, Earned]:
    rows = await session.execute(
        select(
            Approval.timesheet_id,
            func.sum(PayLine.minutes),
            func.sum(PayLine.pay_minor),
            func.min(PayLine.currency),
        )
        .join(PayLine, PayLine.approval_id == Approval.id)
        .where(Approval.timesheet_id.in_(list(sheet_ids)))
        .group_by(Approval.timesheet_id)
    )
    return {
        sheet_id: Earned(int(minutes), Money(int(minor), currency))
        for sheet_id, minutes, minor, currency in rows
    }


async def _before(
    session: AsyncSession, engagement_ids: Collection[UUID]
) -> dict[UUID, dict[tuple[datetime, int], Priced]]:
    """What lines hold already, by engagement, worked week and rate."""
    rows = await session.execute(
        select(
            PayLine.engagement_id,
            PayLine.week_starts_at,
            PayLine.pay_rate_minor,
            func.sum(PayLine.worked_seconds),
            func.sum(PayLine.minutes),
            func.sum(PayLine.pay_minor),
        )
        .where(PayLine.engagement_id.in_(list(engagement_ids)), PayLine.type.not_in(_FLAT))
        .group_by(PayLine.engagement_id, PayLine.week_starts_at, PayLine.pay_rate_minor)
    )
    found: dict[UUID, dict[tuple[datetime, int], Priced]] = {}
    for engagement_id, week, rate, seconds, minutes, minor in rows:
        priced = Priced(int(seconds), int(minutes), int(minor))
        found.setdefault(engagement_id, {})[(week, rate)] = priced
    return found
