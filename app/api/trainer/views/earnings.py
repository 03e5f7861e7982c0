"""What a trainer sees of her money: every cent and its cause."""

from datetime import datetime
from uuid import UUID

from app.api.words import MoneySeen, Seen
from app.domain.adjustments import LineType
from app.domain.settlement import REASONS, HoldCause
from app.payouts.accounts import AccountFacts
from app.payouts.explaining import Explanation
from app.payouts.queries import EarningFacts, HoldFacts, PayoutFacts


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
    """What waits for one reason, summed."""

    waiting: TrainerCause
    held: MoneySeen
    since: datetime


class TrainerExplainedEntry(Seen):
    """One approved entry, to the second."""

    id: UUID
    started_at: datetime
    ended_at: datetime
    worked_seconds: int
    note: str | None


class TrainerExplainedLine(Seen):
    """Entries → seconds → minutes (rounded once) → money (rounded once), in words and numbers.
    An adjustment says its type and `reason` instead."""

    type: LineType
    reason: str | None
    position_title: str
    week_starts_at: datetime
    week_ends_at: datetime
    worked_seconds: int
    minutes: int
    pay_rate: MoneySeen
    earned: MoneySeen
    text: str
    entries: list[TrainerExplainedEntry]


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
    )


_TEXTS = {
    LineType.TIME: {
        "en": "{seconds} s worked make {minutes} min (rounded once per week and rate); "
        "{minutes} × {rate} / 60, rounded once, less what earlier lines of the same week hold",
        "de": "{seconds} s Arbeit ergeben {minutes} min (einmal je Woche und Satz gerundet); "
        "{minutes} × {rate} / 60, einmal gerundet, abzüglich früherer Zeilen derselben Woche",
    },
    LineType.CORRECTION: {
        "en": "A correction of approved time by {minutes} min at the rate of that week; the week's "
        "sum is rounded once, less what earlier lines of the same week hold",
        "de": "Korrektur freigegebener Zeit um {minutes} min zum Satz jener Woche; die Summe der "
        "Woche wird einmal gerundet, abzüglich früherer Zeilen derselben Woche",
    },
    LineType.BONUS: {
        "en": "A bonus: your part of it, rounded down",
        "de": "Eine Prämie: Ihr Anteil, abgerundet",
    },
    LineType.EXPENSE: {
        "en": "What you laid out, in full",
        "de": "Ihre Auslagen, in voller Höhe",
    },
    LineType.CLAWBACK: {
        "en": "Money taken back by a decision; the reason stands beside it",
        "de": "Durch eine Entscheidung zurückgefordert; der Grund steht dabei",
    },
}


def explanation_view(facts: Explanation, language: str) -> TrainerPayoutExplanation:
    lines = []
    for line in facts.lines:
        text = _TEXTS[line.type][language].format(
            seconds=line.worked_seconds, minutes=line.minutes, rate=line.pay_rate_minor
        )
        lines.append(
            TrainerExplainedLine(
                type=line.type,
                reason=line.reason,
                position_title=line.position_title,
                week_starts_at=line.week_starts_at,
                week_ends_at=line.week_ends_at,
                worked_seconds=line.worked_seconds,
                minutes=line.minutes,
                pay_rate=MoneySeen(minor=line.pay_rate_minor, currency=line.currency),
                earned=MoneySeen(minor=line.pay_minor, currency=line.currency),
                text=text,
                entries=[
                    TrainerExplainedEntry(
                        id=e.id,
                        started_at=e.started_at,
                        ended_at=e.ended_at,
                        worked_seconds=e.worked_seconds,
                        note=e.note,
                    )
                    for e in line.entries
                ],
            )
        )
    return TrainerPayoutExplanation(payout=payout_view(facts.payout), lines=lines)
