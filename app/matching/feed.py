"""What fits a trainer: open positions with a score and its reasons, on the trainer's side.

Reaches no company's side of the money. A position pays her at most what its bill cap leaves, and
what the platform's rate card allows where she lives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import fits, rate_caps, requirements, scoring, time_zones
from app.domain.actor import TrainerActor
from app.domain.money import Money
from app.domain.refusals import NotFound
from app.domain.requirements import Check, Stage, TrainerFacts, Unmet
from app.domain.scoring import Evidence, Part, Side
from app.kit import paging
from app.kit.paging import RankCut, RankPage
from app.matching import people
from app.projects import pay_terms, queries, rate_cards
from app.projects.queries import PositionFacts, ProjectBrief
from app.projects.rate_cards import RateBook
from app.trainers.pay_terms import AskingPay
from app.trainers.tables import Capacity, Trainer

MOST_NEAR_MISSES = 20


@dataclass(frozen=True, slots=True)
class Offered:
    """A position as one trainer sees it.

    `unmet` stands between her and an application, `awaiting` between that and being hired: what is
    claimed and not yet verified. `parts` add up to `score`, 0..1,000,000.
    """

    position: PositionFacts
    project: ProjectBrief
    pay_rate_up_to: Money
    score: int
    parts: Sequence[Part]
    unmet: Sequence[Unmet]
    awaiting: Sequence[Unmet]


@dataclass(frozen=True, slots=True)
class Feed:
    """Positions she may apply to, best first, and on the first page those one step away."""

    page: RankPage[Offered]
    near_misses: Sequence[Offered]


@dataclass(frozen=True, slots=True)
class Explained:
    """One position with every requirement, met or not, for an application by this trainer."""

    offered: Offered
    checks: Sequence[Check]


async def list_feed(
    session: AsyncSession, actor: TrainerActor, page: RankCut, *, now: datetime
) -> Feed:
    """Open positions with a seat left, ranked for this trainer."""
    her = await _her(session, actor, now=now)
    positions = await queries.fillable_positions(session, on=her.on)
    book = await rate_cards.book_at(session, now)
    pay = await _pay_up_to(session, her, positions, book=book)
    fitting, near = [], []
    for position in positions:
        seen = her.look_at(position, pay[position.id])
        if seen.missing == 0:
            fitting.append(seen)
        elif seen.missing == 1:
            near.append(seen)
    best = paging.ranked(fitting, page, _place)
    misses: Sequence[_Seen] = ()
    if page.after is None:
        misses = paging.ranked(near, RankCut(MOST_NEAR_MISSES), _place).items
    chosen = [*best.items, *misses]
    briefs = await queries.briefs(session, [each.position.project_id for each in chosen])
    told = [her.tell(each, briefs[each.position.project_id]) for each in chosen]
    cut = len(best.items)
    return Feed(RankPage(told[:cut], best.last), told[cut:])


async def get_position(
    session: AsyncSession, actor: TrainerActor, position_id: UUID, *, now: datetime
) -> Explained:
    """A position of a published project, also when it is no longer open. Raises NotFound."""
    position = await queries.published_position(session, position_id)
    if position is None:
        raise NotFound
    her = await _her(session, actor, now=now)
    book = await rate_cards.book_at(session, now)
    pay = await _pay_up_to(session, her, [position], book=book)
    seen = her.look_at(position, pay[position.id])
    briefs = await queries.briefs(session, [position.project_id])
    return Explained(her.tell(seen, briefs[position.project_id]), her.checks(seen))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A position compared, not yet put into words."""

    position: PositionFacts
    terms: fits.Terms
    evidence: Evidence
    score: int
    missing: int


@dataclass(frozen=True, slots=True)
class _Her:
    """One trainer with what every comparison needs."""

    facts: TrainerFacts
    proven: frozenset[str]
    asking: Money | None
    free_minutes: int
    available_from_on: date | None
    idle_days: int
    on: date

    def look_at(self, position: PositionFacts, up_to: Money) -> _Seen:
        terms = fits.Terms(
            side=Side.TRAINER,
            cap=up_to,
            asking=self.asking,
            affordable=fits.affordable(self.asking, up_to),
            free_minutes=self.free_minutes,
            available_from_on=self.available_from_on,
        )
        missing = requirements.count_unmet(
            position.requirements, self.facts, on=self.on, stage=Stage.CLAIM
        ) + fits.count_unmet(terms, on=self.on, starts_on=position.starts_on)
        evidence = self._evidence(position, up_to)
        return _Seen(position, terms, evidence, scoring.total(evidence), missing)

    def tell(self, seen: _Seen, project: ProjectBrief) -> Offered:
        asked = seen.position.requirements
        unmet = requirements.unmet(asked, self.facts, on=self.on, stage=Stage.CLAIM)
        missing = {(each.requirement, each.needed) for each in unmet}
        awaiting = [
            each
            for each in requirements.unmet(asked, self.facts, on=self.on, stage=Stage.VERIFIED)
            if (each.requirement, each.needed) not in missing
        ]
        return Offered(
            position=seen.position,
            project=project,
            pay_rate_up_to=seen.terms.cap,
            score=seen.score,
            parts=scoring.parts(seen.evidence),
            unmet=[
                *unmet,
                *fits.unmet(seen.terms, on=self.on, starts_on=seen.position.starts_on),
            ],
            awaiting=awaiting,
        )

    def checks(self, seen: _Seen) -> list[Check]:
        asked = seen.position.requirements
        return [
            *requirements.checks(asked, self.facts, on=self.on, stage=Stage.CLAIM),
            *fits.checks(seen.terms, on=self.on, starts_on=seen.position.starts_on),
        ]

    def _evidence(self, position: PositionFacts, up_to: Money) -> Evidence:
        overlap = position.requirements.timezone_overlap
        return Evidence(
            side=Side.TRAINER,
            cap=up_to,
            asking=self.asking,
            wanted_minutes=position.weekly_minutes,
            free_minutes=self.free_minutes,
            idle_days=self.idle_days,
            wanted_skills=position.requirements.skills,
            claimed_skills=self.facts.skills,
            proven_skills=self.proven,
            shared_minutes=time_zones.overlap_minutes(
                overlap.timezone, self.facts.timezone, self.on
            )
            if overlap
            else None,
        )


def _place(seen: _Seen) -> tuple[int, UUID]:
    return seen.score, seen.position.id


async def _her(session: AsyncSession, actor: TrainerActor, *, now: datetime) -> _Her:
    statement = (
        people.select_facts(
            (Trainer.weekly_minutes - func.coalesce(Capacity.committed_minutes, 0)).label("free"),
            Trainer.available_from_on,
            Trainer.last_active_at,
            AskingPay.asking_pay_minor,
            AskingPay.currency,
        )
        .outerjoin(AskingPay, AskingPay.trainer_id == Trainer.id)
        .outerjoin(Capacity, Capacity.trainer_id == Trainer.id)
        .where(Trainer.id == actor.trainer_id)
    )
    row: Row[Any] = (await session.execute(statement)).one()
    facts, on = people.facts_of(row), now.date()
    return _Her(
        facts=facts,
        proven=requirements.specialties_of(facts, on=on, stage=Stage.VERIFIED),
        asking=Money(row.asking_pay_minor, row.currency) if row.asking_pay_minor else None,
        free_minutes=row.free,
        available_from_on=row.available_from_on,
        idle_days=(now - row.last_active_at).days,
        on=on,
    )


async def _pay_up_to(
    session: AsyncSession, her: _Her, positions: Sequence[PositionFacts], *, book: RateBook
) -> dict[UUID, Money]:
    """What each position pays her at most."""
    band = rate_caps.band_of(her.facts.country)
    highest: dict[tuple[str, str], int] = {}
    found = await pay_terms.pay_rate_up_to(session, [each.id for each in positions])
    for position in positions:
        up_to = found[position.id]
        key = (position.domain, up_to.currency)
        if key not in highest:
            highest[key] = book.caps(position.domain, band, up_to.currency).pay_cap_minor
        found[position.id] = Money(min(up_to.minor, highest[key]), up_to.currency)
    return found
