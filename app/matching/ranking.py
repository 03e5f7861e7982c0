"""Who fits a company's position: candidates with a score and its reasons, on the company's side.

Asking rates are compared on the pay side and told as bill rates. This is the one file of the room
through which the client's door reaches the pay side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import fee_terms
from app.domain import fits, rate_caps, requirements, scoring, time_zones
from app.domain.actor import ClientActor
from app.domain.money import Money
from app.domain.permissions import Permission, require
from app.domain.rates import bill_from_asking
from app.domain.refusals import NotFound
from app.domain.requirements import Check, Stage, Unmet
from app.domain.scoring import Evidence, Part, Side
from app.kit import paging
from app.kit.paging import RankCut, RankPage
from app.matching import eligibility, people
from app.matching.people import Profile
from app.projects import pay_terms, postings, rate_cards
from app.projects.postings import PostedPosition
from app.trainers.pay_terms import AskingPay
from app.trainers.tables import Capacity, Credential, Trainer, TrainerSkill


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible trainer: her profile, what she asks as a bill rate, the score 0..1,000,000."""

    profile: Profile
    asking_bill: Money | None
    free_minutes: int
    score: int
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a trainer is a candidate or not: every requirement, met or not, and the score."""

    candidate: Candidate
    eligible: bool
    checks: Sequence[Check]


@dataclass(frozen=True, slots=True)
class _Search:
    """One position with what every comparison needs."""

    position: PostedPosition
    pay_up_to: dict[str, Money]
    fee_bps: int
    on: date
    now: datetime


async def list_candidates(
    session: AsyncSession, actor: ClientActor, position_id: UUID, page: RankCut, *, now: datetime
) -> RankPage[Candidate]:
    """Trainers who could be hired today, best first. Raises NotAllowed, NotFound."""
    require(actor, Permission.READ_HIRING)
    search = await _search(session, actor, position_id, now=now)
    asked = search.position.facts.requirements
    pool = await session.execute(
        _select(search).where(
            *eligibility.eligible(asked, on=search.on, stage=Stage.VERIFIED),
            *_fitting(search),
        )
    )
    known = [(row, _evidence(row, search)) for row in pool]
    scored = [(scoring.total(evidence), row, evidence) for row, evidence in known]
    best = paging.ranked(scored, page, lambda each: (each[0], each[1].id))
    profiles = await people.profiles(session, [row.id for _, row, _ in best.items], on=search.on)
    candidates = [
        _candidate(profiles[row.id], score, evidence) for score, row, evidence in best.items
    ]
    return RankPage(candidates, best.last)


async def explain_candidate(
    session: AsyncSession, actor: ClientActor, position_id: UUID, trainer_id: UUID, *, now: datetime
) -> Explanation:
    """Whether a trainer could be hired today, by each requirement. Raises NotAllowed, NotFound."""
    require(actor, Permission.READ_HIRING)
    search = await _search(session, actor, position_id, now=now)
    row = (await session.execute(_select(search).where(Trainer.id == trainer_id))).one_or_none()
    facts = await people.trainer_facts(session, trainer_id)
    if row is None or facts is None:
        raise NotFound
    profiles = await people.profiles(session, [trainer_id], on=search.on)
    evidence = _evidence(row, search)
    position = search.position.facts
    terms = fits.Terms(
        side=Side.CLIENT,
        cap=evidence.cap,
        asking=evidence.asking,
        affordable=fits.affordable(_asking_pay(row), search.pay_up_to[row.band]),
        free_minutes=evidence.free_minutes,
        available_from_on=row.available_from_on,
    )
    checks = [
        *requirements.checks(position.requirements, facts, on=search.on, stage=Stage.VERIFIED),
        *fits.checks(terms, on=search.on, starts_on=position.starts_on),
    ]
    candidate = _candidate(profiles[trainer_id], scoring.total(evidence), evidence)
    return Explanation(candidate, not any(isinstance(each, Unmet) for each in checks), checks)


async def _search(
    session: AsyncSession, actor: ClientActor, position_id: UUID, *, now: datetime
) -> _Search:
    position = await postings.posted_position(session, actor.company_id, position_id)
    up_to = (await pay_terms.pay_rate_up_to(session, [position_id]))[position_id]
    book = await rate_cards.book_at(session, now)
    return _Search(
        position=position,
        pay_up_to={
            band: Money(
                min(
                    up_to.minor,
                    book.caps(position.facts.domain, band, up_to.currency).pay_cap_minor,
                ),
                up_to.currency,
            )
            for band in rate_caps.BANDS
        },
        fee_bps=await fee_terms.fee_bps_at(session, actor.company_id, now),
        on=now.date(),
        now=now,
    )


def _select(search: _Search) -> Select[Any]:
    """Trainers with what `_evidence` reads: one row each, only the wanted skills."""
    wanted = search.position.facts.requirements.skills
    claimed = (
        select(TrainerSkill.trainer_id, func.array_agg(TrainerSkill.skill).label("skills"))
        .where(TrainerSkill.skill.in_(wanted))
        .group_by(TrainerSkill.trainer_id)
        .subquery("claimed")
    )
    proven = (
        select(Credential.trainer_id, func.array_agg(Credential.specialty_key).label("skills"))
        .where(
            Credential.specialty_key.in_(wanted),
            eligibility.counting(on=search.on, stage=Stage.VERIFIED),
        )
        .group_by(Credential.trainer_id)
        .subquery("proven")
    )
    return (
        select(
            Trainer.id,
            Trainer.timezone,
            Trainer.available_from_on,
            Trainer.last_active_at,
            _band().label("band"),
            _free_minutes().label("free_minutes"),
            claimed.c.skills.label("claimed"),
            proven.c.skills.label("proven"),
            AskingPay.asking_pay_minor,
            AskingPay.currency,
        )
        .outerjoin(AskingPay, AskingPay.trainer_id == Trainer.id)
        .outerjoin(Capacity, Capacity.trainer_id == Trainer.id)
        .outerjoin(claimed, claimed.c.trainer_id == Trainer.id)
        .outerjoin(proven, proven.c.trainer_id == Trainer.id)
    )


def _fitting(search: _Search) -> list[ColumnElement[bool]]:
    """The conditions that hold exactly when `fits.unmet` finds nothing."""
    by = max(search.on, search.position.facts.starts_on)
    up_to = case({band: amount.minor for band, amount in search.pay_up_to.items()}, value=_band())
    currency = search.position.bill_rate_cap.currency
    return [
        or_(
            AskingPay.trainer_id.is_(None),
            and_(AskingPay.currency == currency, AskingPay.asking_pay_minor <= up_to),
        ),
        _free_minutes() > 0,
        or_(Trainer.available_from_on.is_(None), Trainer.available_from_on <= by),
    ]


def _band() -> ColumnElement[str]:
    return case(
        *((Trainer.country.in_(sorted(members)), band) for band, members in rate_caps.MEMBERS),
        else_=rate_caps.ELSEWHERE,
    )


def _free_minutes() -> ColumnElement[int]:
    return Trainer.weekly_minutes - func.coalesce(Capacity.committed_minutes, 0)


def _asking_pay(row: Row[Any]) -> Money | None:
    return Money(row.asking_pay_minor, row.currency) if row.asking_pay_minor else None


def _evidence(row: Row[Any], search: _Search) -> Evidence:
    position = search.position.facts
    asking = _asking_pay(row)
    overlap = position.requirements.timezone_overlap
    return Evidence(
        side=Side.CLIENT,
        cap=search.position.bill_rate_cap,
        asking=Money(bill_from_asking(asking.minor, search.fee_bps), asking.currency)
        if asking
        else None,
        wanted_minutes=position.weekly_minutes,
        free_minutes=row.free_minutes,
        idle_days=(search.now - row.last_active_at).days,
        wanted_skills=position.requirements.skills,
        claimed_skills=frozenset(row.claimed or ()),
        proven_skills=frozenset(row.proven or ()),
        shared_minutes=time_zones.overlap_minutes(overlap.timezone, row.timezone, search.on)
        if overlap
        else None,
    )


def _candidate(profile: Profile, score: int, evidence: Evidence) -> Candidate:
    return Candidate(
        profile,
        evidence.asking,
        max(0, evidence.free_minutes),
        score,
        scoring.parts(evidence),
    )
