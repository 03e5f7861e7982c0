"""Every cent of a trainer that has not arrived: its cause, since when, and until when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import TrainerActor
from app.domain.adjustments import LineType
from app.domain.holds import (
    Block,
    Due,
    HoldCause,
    PayoutRules,
    Standing,
    block_of,
    cause_of,
    release_on,
)
from app.domain.settlement import PayoutState
from app.domain.timesheets import EntryState, SheetState
from app.engagements.tables import Engagement
from app.kit.paging import Cut, Page, cut, paged
from app.payouts import standing
from app.payouts.tables import Payout, PayoutLine
from app.projects.tables import Position
from app.timesheets import pay_lines
from app.timesheets.adjustments import Adjustment
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import Approval, TimeEntry
from app.trainers.tables import Trainer


@dataclass(frozen=True, slots=True)
class EarningFacts:
    """One approved line: worked week, minutes, rate, money and what became of it.

    An adjustment has its type and its reason; a sum of money has no minutes and no rate.
    """

    id: UUID
    trainer_id: UUID
    engagement_id: UUID
    position_title: str
    week_starts_at: datetime
    week_ends_at: datetime
    minutes: int
    pay_rate_minor: int
    pay_minor: int
    currency: str
    approved_at: datetime
    payout_id: UUID | None
    paid: bool
    cause: HoldCause | None
    block: Block | None
    type: LineType
    reason: str | None


@dataclass(frozen=True, slots=True)
class HoldFacts:
    """What of one trainer waits for one reason.

    `release_on_at`: when it ends, or is looked at again. `hold_id`: of a hold that somebody placed.
    """

    trainer_id: UUID
    cause: HoldCause
    held_minor: int
    currency: str
    since: datetime
    release_on_at: datetime
    hold_id: UUID | None


_LINES = (
    select(
        PayLine,
        Position.title,
        Approval.funded_at,
        Payout,
        Adjustment.reason,
    )
    .outerjoin(Adjustment, Adjustment.id == PayLine.adjustment_id)
    .join(Approval, Approval.id == PayLine.approval_id)
    .join(Engagement, Engagement.id == PayLine.engagement_id)
    .join(Position, Position.id == Engagement.position_id)
    .outerjoin(PayoutLine, (PayoutLine.pay_line_id == PayLine.id) & PayoutLine.live)
    .outerjoin(Payout, Payout.id == PayoutLine.payout_id)
)
_TIME_WAITS = (*pay_lines.WAITING, EntryState.OVER_CAP.value)
_UNPAID = or_(Payout.state.is_(None), Payout.state != PayoutState.SETTLED.value)


class _Against:
    """What stands against some trainers' money, read once for all of their lines."""

    def __init__(
        self,
        standings: Mapping[UUID, Standing],
        sums: Mapping[tuple[UUID, str], int],
        open_ones: set[tuple[UUID, str]],
        *,
        rules: PayoutRules,
        now: datetime,
    ) -> None:
        self._standings, self._sums, self._open = standings, sums, open_ones
        self._rules, self._now = rules, now

    def earning(self, row: Row[PayLine, str, datetime | None, Payout, str]) -> EarningFacts:
        """A line with its cause; none once it is paid."""
        line, title, funded_at, payout, reason = row
        block = self._block(line.trainer_id, payout)
        due = Due(
            funded=funded_at is not None,
            payable_minor=self._sums.get((line.trainer_id, line.currency), 0),
            payout_state=None if payout is None else PayoutState(payout.state),
            payout_code=None if payout is None else payout.failure_code,
            open_payout=(line.trainer_id, line.currency) in self._open,
            taken_back=line.pay_minor < 0,
            block=block,
        )
        paid = due.payout_state is PayoutState.SETTLED
        cause = None if paid else cause_of(due, self._rules)
        return EarningFacts(
            line.id, line.trainer_id, line.engagement_id, title, line.week_starts_at,
            line.week_ends_at, line.minutes, line.pay_rate_minor, line.pay_minor, line.currency,
            line.approved_at, None if payout is None else payout.id, paid, cause,
            block if block is not None and block.cause is cause else None,
            LineType(line.type), reason,
        )  # fmt: skip

    def _block(self, trainer_id: UUID, payout: Payout | None) -> Block | None:
        if payout is not None and not standing.can_be_stopped(payout.state, payout.bank_payout_id):
            return None
        payout_id = None if payout is None else payout.id
        return block_of(
            self._standings[trainer_id], self._rules, now=self._now, payout_id=payout_id
        )


async def _against(
    session: AsyncSession, trainer_ids: Collection[UUID], *, rules: PayoutRules, now: datetime
) -> _Against:
    found = await standing.verdicts(
        session, as_of=now, rules=rules, now=now, trainer_ids=trainer_ids
    )
    return _Against(
        await standing.standings(session, trainer_ids, now=now),
        {(v.trainer_id, v.currency): v.payable_minor for v in found},
        await standing.open_payouts(session, trainer_ids),
        rules=rules,
        now=now,
    )


async def own_earnings(
    session: AsyncSession, actor: TrainerActor, page: Cut, *, rules: PayoutRules, now: datetime
) -> Page[EarningFacts]:
    """Every approved line of the trainer, newest first, with its cause while it is unpaid."""
    against = await _against(session, [actor.trainer_id], rules=rules, now=now)
    statement = _LINES.where(PayLine.trainer_id == actor.trainer_id)
    rows = (await session.execute(cut(statement, PayLine.approved_at, PayLine.id, page))).all()
    return paged([against.earning(r) for r in rows], page, lambda e: (e.approved_at, e.id))


async def own_holds(
    session: AsyncSession, actor: TrainerActor, *, rules: PayoutRules, now: datetime
) -> Sequence[HoldFacts]:
    """Every unpaid cent of the trainer, summed by cause and currency."""
    return await holds_of(session, [actor.trainer_id], rules=rules, now=now)


async def list_holds(
    session: AsyncSession,
    page: Cut,
    *,
    rules: PayoutRules,
    now: datetime,
    trainer_id: UUID | None = None,
    cause: HoldCause | None = None,
) -> Page[HoldFacts]:
    """The same for finance: a page holds all causes of up to `limit` trainers, oldest accounts
    first. Of one trainer, or for one cause, when asked so."""
    statement = select(Trainer.created_at, Trainer.id).where(_owed_something())
    if trainer_id is not None:
        statement = statement.where(Trainer.id == trainer_id)
    rows = (
        await session.execute(
            cut(statement, Trainer.created_at, Trainer.id, page, oldest_first=True)
        )
    ).all()
    some = paged(rows, page, lambda row: (row[0], row[1]))
    found = await holds_of(session, [id_ for _, id_ in some.items], rules=rules, now=now)
    return Page([hold for hold in found if cause in (None, hold.cause)], some.last)


def _owed_something() -> ColumnElement[bool]:
    unpaid = ~exists().where(
        PayoutLine.pay_line_id == PayLine.id,
        PayoutLine.live,
        PayoutLine.payout_id == Payout.id,
        Payout.state == PayoutState.SETTLED.value,
    )
    return or_(
        exists().where(PayLine.trainer_id == Trainer.id, unpaid),
        exists().where(TimeEntry.trainer_id == Trainer.id, TimeEntry.state.in_(_TIME_WAITS)),
    )


async def holds_of(
    session: AsyncSession, trainer_ids: Collection[UUID], *, rules: PayoutRules, now: datetime
) -> Sequence[HoldFacts]:
    """Every unpaid cent of these trainers, by trainer, currency and cause.

    Time that is not approved has no line yet: what it would come to waits for its own causes.
    """
    if not trainer_ids:
        return []
    against = await _against(session, trainer_ids, rules=rules, now=now)
    rows = await session.execute(_LINES.where(PayLine.trainer_id.in_(list(trainer_ids)), _UNPAID))
    sums: dict[tuple[UUID, str, HoldCause, Block | None], list[tuple[int, datetime]]] = {}
    for row in rows:
        line = against.earning(row)
        assert line.cause is not None
        if line.pay_minor:
            key = line.trainer_id, line.currency, line.cause, line.block
            sums.setdefault(key, []).append((line.pay_minor, line.approved_at))
    for waits in await pay_lines.unapproved(session, trainer_ids):
        if waits.would_earn.minor:
            cause = _cause(waits, now)
            until = None if waits.due_at is None else Block(cause, waits.due_at)
            key = waits.trainer_id, waits.would_earn.currency, cause, until
            sums.setdefault(key, []).append((waits.would_earn.minor, waits.since))
    found = [_hold(key, parts, now) for key, parts in sums.items()]
    return sorted(found, key=lambda h: (h.trainer_id, h.currency, h.cause, h.release_on_at))


def _cause(waits: pay_lines.Unapproved, now: datetime) -> HoldCause:
    if waits.state is EntryState.OVER_CAP:
        # What a company leaves undecided by its day is for operations, as in their own list.
        passed = waits.due_at is not None and waits.due_at <= now
        late = waits.decider == "operations" or passed
        return HoldCause.OVER_CAP_OPERATIONS if late else HoldCause.OVER_CAP
    if waits.state is EntryState.CONTESTED:
        return HoldCause.CONTEST
    submitted = waits.sheet is SheetState.SUBMITTED
    return HoldCause.IN_REVIEW if submitted else HoldCause.NOT_SUBMITTED


def _hold(
    key: tuple[UUID, str, HoldCause, Block | None],
    parts: Sequence[tuple[int, datetime]],
    now: datetime,
) -> HoldFacts:
    trainer_id, currency, cause, block = key
    since = min(at for _, at in parts)
    return HoldFacts(
        trainer_id,
        cause,
        sum(minor for minor, _ in parts),
        currency,
        since,
        release_on(cause, since=since, now=now, until_at=None if block is None else block.until_at),
        None if block is None else block.hold_id,
    )
