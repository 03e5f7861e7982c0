"""From the room's facts to what the page shows: words, figures, bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.api.finance.pages import charts
from app.api.finance.pages.charts import Sides
from app.api.finance.pages.words import WORDS, age, instant, month, number, short_day
from app.domain.money import format_minor
from app.domain.periods import PeriodState
from app.domain.reconciling import CLEARING_WATCHED_AFTER, PLATFORM, Standing
from app.domain.reconciling_reasons import KINDS, REASONS, clearing_words
from app.kit.paging import Cut
from app.ledger import periods
from app.ledger.periods import PeriodFacts
from app.reconciling import queries
from app.reconciling.queries import DifferenceFacts, Overview, RunFacts, TotalFacts

MOST_DIFFERENCES = 50
MOST_STANDINGS = 50
_BUCKETS = ("available", "pending", "held")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is drawn from."""

    overview: Overview
    totals: Sequence[TotalFacts]
    differences: Sequence[DifferenceFacts]
    history: Sequence[RunFacts]
    on_their_way: Mapping[str, int]
    months: Sequence[PeriodFacts]
    now: datetime


async def read(session: AsyncSession, *, now: datetime) -> Facts:
    """The page's facts, read in one transaction."""
    overview = await queries.overview(session)
    run = overview.run
    page = await queries.list_differences(session, Cut(MOST_DIFFERENCES))
    return Facts(
        overview,
        await queries.totals(session, run.id) if run else (),
        page.items,
        await queries.history(session),
        await queries.on_their_way(session),
        await periods.list_touched(session),
        now,
    )


def page(facts: Facts, language: str) -> dict[str, Any]:
    """What the template is filled with."""
    words, overview = WORDS[language], facts.overview
    sides = _sides(facts, words)
    return {
        "run": overview.run,
        "agrees": overview.is_reconciled,
        "verdict": _verdict(overview, words),
        "oldest": overview.oldest_at,
        "open_now": overview.open_now,
        "pairs": charts.pairs(sides),
        "sums": [_sum(each, language) for each in sides],
        "differences": [_difference(each, language, facts.now) for each in facts.differences],
        "standings": [
            _standing(each, language, facts.now) for each in overview.standings[:MOST_STANDINGS]
        ],
        "days": CLEARING_WATCHED_AFTER.days,
        "months": [_month(each, language) for each in facts.months],
        "columns": charts.columns(
            [
                (short_day(run.finished_at or run.ordered_at, language), run.differences_open)
                for run in facts.history
            ]
        ),
        "instant": lambda at: instant(at, language),
        "money": lambda minor, currency: format_minor(minor, currency, language),
        "number": lambda count: number(count, language),
    }


def _verdict(overview: Overview, words: Mapping[str, str]) -> str:
    if overview.run is None:
        return words["never"]
    if overview.is_reconciled:
        return words["agrees"]
    if overview.open_now == 0:
        return words["uneven"]
    if overview.open_now == 1:
        return words["differs_one"]
    return words["differs_many"].format(count=overview.open_now)


def _sides(facts: Facts, words: Mapping[str, str]) -> list[Sides]:
    """Stripe's balances beside ours, then what is between Stripe and banks, by currency."""
    found = {(each.currency, each.bucket): each for each in facts.totals}
    between = facts.on_their_way
    currencies = sorted({*between, *(currency for currency, _ in found)})
    sides = []
    for currency in currencies:
        # Of one currency the sums say it; of several each heading must.
        which = f" ({currency})" if len(currencies) > 1 else ""
        for bucket in _BUCKETS:
            total = found.get((currency, bucket))
            if total is not None:
                said = total.provider_minor, total.ledger_minor
                sides.append(Sides(words[bucket] + which, currency, *said))
        if currency in between:
            sides.append(Sides(words["transit"] + which, currency, None, between[currency]))
    return sides


def _sum(side: Sides, language: str) -> dict[str, Any]:
    def shown(minor: int | None) -> str:
        if minor is None:
            return WORDS[language]["nothing"]
        return format_minor(minor, side.currency, language)

    stripe = side.stripe_minor
    rest = None if stripe is None else stripe - side.books_minor
    return {
        "label": side.label,
        "stripe": shown(stripe),
        "books": shown(side.books_minor),
        "difference": shown(rest),
        "differs": bool(rest),
    }


def _difference(facts: DifferenceFacts, language: str, now: datetime) -> dict[str, Any]:
    def shown(minor: int | None, currency: str | None) -> str | None:
        return None if minor is None else format_minor(minor, currency or "", language)

    words, reason = WORDS[language], REASONS[facts.cause]
    english, german = KINDS[facts.kind]
    return {
        "kind": german if language == "de" else english,
        "reference": facts.reference,
        "account": words["platform"] if facts.account == PLATFORM else facts.account,
        "at_stripe": shown(facts.provider_minor, facts.currency) or words["nothing"],
        "fee_at_stripe": shown(facts.provider_fee_minor or None, facts.currency),
        "in_books": shown(facts.ledger_minor, facts.ledger_currency) or words["nothing"],
        "fee_in_books": shown(facts.ledger_fee_minor or None, facts.ledger_currency),
        "age": age(now - facts.happened_at, language),
        "first_seen": instant(facts.first_seen_at, language),
        "cause": reason.cause(language),
        "action": reason.action(language),
    }


def _standing(facts: Standing, language: str, now: datetime) -> dict[str, Any]:
    past = now - facts.since_at
    return {
        "account": facts.account_key,
        "meaning": clearing_words(facts.account_key, language),
        "balance": format_minor(facts.balance_minor, facts.currency, language),
        "age": age(past, language, dative=True),
        "late": past > CLEARING_WATCHED_AFTER,
    }


def _month(facts: PeriodFacts, language: str) -> dict[str, Any]:
    words, is_closed = WORDS[language], facts.state is PeriodState.CLOSED
    return {
        "month": month(facts.month_on, language),
        "state": words["closed"] if is_closed else words["reopened"],
        "postings": number(facts.posting_count, language) if is_closed else words["nothing"],
        "at": instant(facts.changed_at, language) if facts.changed_at else words["nothing"],
        "reopened": not is_closed,
    }
