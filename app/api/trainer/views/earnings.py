"""What a trainer sees of her money: every cent and its cause."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from app.api.traces import ExplainedEntryView
from app.api.words import MoneySeen, Seen
from app.domain import tracing
from app.domain.adjustments import FLAT, LineType
from app.domain.hold_reasons import REASONS
from app.domain.holds import HoldCause
from app.payouts.accounts import AccountFacts
from app.payouts.explaining import ExplainedLine, Explanation
from app.payouts.queries import PayoutFacts
from app.payouts.waiting import EarningFacts, HoldFacts


class TrainerPayoutAccount(Seen):
    """Where the money goes. `missing` is what the payment provider still asks for."""

    opened: bool
    ready: bool
    missing: list[str]
    fetched_at: datetime | None


class TrainerOnboardingLink(Seen):
    """A fresh link to the provider's form. Open it at once; it works once."""

    url: str


class TrainerCause(Seen):
    """Why something is not paid yet, whose turn it is, and what happens next."""

    cause: str
    who: str
    next_action: str


class TrainerEarning(Seen):
    """Approved time of one worked week at one pay rate, or an adjustment with its `reason`, and
    what became of its money. A bonus or another sum of money has no minutes and no rate."""

    id: UUID
    type: LineType
    reason: str | None
    engagement_id: UUID
    position_title: str
    week_starts_at: datetime
    week_ends_at: datetime
    minutes: int
    pay_rate: MoneySeen
    earned: MoneySeen
    approved_at: datetime
    payout_id: UUID | None
    paid: bool
    waiting: TrainerCause | None


class TrainerPayout(Seen):
    """Money on its way to you, or there."""

    id: UUID
    state: str
    amount: MoneySeen
    transfer_id: str | None
    created_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None


class TrainerHold(Seen):
    """What waits for one reason, summed. `release_on`: when it ends, or is looked at again."""

    waiting: TrainerCause
    held: MoneySeen
    since: datetime
    release_on: date


class TrainerExplainedLine(Seen):
    """Entries → seconds → minutes (rounded once) → money (rounded once), in words and numbers.
    `earlier_…` is what earlier lines of the same week and rate hold: the sum of the week is rounded
    once, and this line is the rest. An adjustment says its type and `reason` instead."""

    type: LineType
    reason: str | None
    reason_code: str | None
    position_title: str
    timesheet_id: UUID
    week_starts_at: datetime
    week_ends_at: datetime
    approved_at: datetime
    approved_by: str = Field(examples=["company", "operations", "clock"])
    worked_seconds: int
    minutes: int
    pay_rate: MoneySeen
    pay_rate_from: datetime | None = Field(description="Since when this rate was agreed.")
    earned: MoneySeen
    earlier_seconds: int
    earlier_minutes: int
    earlier_earned: MoneySeen
    text: str
    entries: list[ExplainedEntryView]


class TrainerPayoutExplanation(Seen):
    """The payout and each line under it; the lines add up to the amount."""

    payout: TrainerPayout
    lines: list[TrainerExplainedLine]


def account_view(facts: AccountFacts) -> TrainerPayoutAccount:
    return TrainerPayoutAccount(
        opened=facts.opened,
        ready=facts.ready,
        missing=list(facts.missing),
        fetched_at=facts.fetched_at,
    )


def cause_view(cause: HoldCause, language: str) -> TrainerCause:
    reason = REASONS[cause]
    return TrainerCause(
        cause=cause.value,
        who=reason.who.value,
        next_action=reason.de if language == "de" else reason.en,
    )


def earning_view(facts: EarningFacts, language: str) -> TrainerEarning:
    return TrainerEarning(
        id=facts.id,
        type=facts.type,
        reason=facts.reason,
        engagement_id=facts.engagement_id,
        position_title=facts.position_title,
        week_starts_at=facts.week_starts_at,
        week_ends_at=facts.week_ends_at,
        minutes=facts.minutes,
        pay_rate=MoneySeen(minor=facts.pay_rate_minor, currency=facts.currency),
        earned=MoneySeen(minor=facts.pay_minor, currency=facts.currency),
        approved_at=facts.approved_at,
        payout_id=facts.payout_id,
        paid=facts.paid,
        waiting=None if facts.cause is None else cause_view(facts.cause, language),
    )


def payout_view(facts: PayoutFacts) -> TrainerPayout:
    return TrainerPayout(
        id=facts.id,
        state=facts.state,
        amount=MoneySeen(minor=facts.pay_minor, currency=facts.currency),
        transfer_id=facts.transfer_id,
        created_at=facts.created_at,
        sent_at=facts.sent_at,
        settled_at=facts.settled_at,
    )


def hold_view(facts: HoldFacts, language: str) -> TrainerHold:
    return TrainerHold(
        waiting=cause_view(facts.cause, language),
        held=MoneySeen(minor=facts.held_minor, currency=facts.currency),
        since=facts.since,
        release_on=facts.release_on_at.date(),
    )


def explanation_view(facts: Explanation, language: str) -> TrainerPayoutExplanation:
    return TrainerPayoutExplanation(
        payout=payout_view(facts.payout),
        lines=[_explained_line(line, language) for line in facts.lines],
    )


def _explained_line(line: ExplainedLine, language: str) -> TrainerExplainedLine:
    traced, row = line.traced, line.traced.row
    told = (
        tracing.told_pay_sum(row.type)
        if row.type in FLAT
        else tracing.told_line(row.type, row.priced, traced.earlier, row.rate_minor, row.currency)
    )
    return TrainerExplainedLine(
        type=row.type,
        reason=traced.reason,
        reason_code=traced.reason_code,
        position_title=line.position_title,
        timesheet_id=traced.approval.timesheet_id,
        week_starts_at=row.week_starts_at,
        week_ends_at=row.week_ends_at,
        approved_at=traced.approval.approved_at,
        approved_by=traced.approval.by,
        worked_seconds=row.priced.seconds,
        minutes=row.priced.minutes,
        pay_rate=MoneySeen(minor=row.rate_minor, currency=row.currency),
        pay_rate_from=traced.rate_from_at,
        earned=MoneySeen(minor=line.pay_minor, currency=row.currency),
        earlier_seconds=traced.earlier.seconds,
        earlier_minutes=traced.earlier.minutes,
        earlier_earned=MoneySeen(minor=traced.earlier.minor, currency=row.currency),
        text=told.sentence(language),
        entries=[ExplainedEntryView.of(entry) for entry in traced.entries],
    )
