"""Candidates: hard eligibility first, then a score whose parts add up, on the company's side."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.fee_terms import FeeTerms
from app.companies.tables import Company
from app.domain.actor import ClientActor, CompanyRole
from app.domain.money import Money
from app.domain.refusals import NotAllowed, NotFound
from app.domain.requirements import Need, Unmet
from app.domain.scoring import Factor
from app.kit.ids import new_id
from app.kit.paging import RankCut
from app.matching import ranking
from app.matching.ranking import Candidate
from app.projects.rate_cards import RateCard
from app.projects.tables import Position
from app.trainers import capacity
from app.trainers.tables import Trainer, TrainerSkill
from tests.factories import people, work


def owner(company: Company) -> ClientActor:
    return ClientActor(company.id, new_id(), None, CompanyRole.OWNER)


async def posted(session: AsyncSession, now: datetime, **over: Any) -> tuple[ClientActor, Position]:
    company = await people.company(session, now=now)
    project = await work.project(session, company, now=now)
    over.setdefault("requirements", {"countries": ["ZW"]})
    position = await work.position(session, project, now=now, **over)
    return owner(company), position


async def trainer(session: AsyncSession, now: datetime, **over: Any) -> Trainer:
    """Lives where nobody else in this database does, so that tests see their own trainers only."""
    return await people.trainer(session, now=now, country=over.pop("country", "ZW"), **over)


async def candidates(
    session: AsyncSession, actor: ClientActor, position: Position, now: datetime, limit: int = 50
) -> list[Candidate]:
    page = RankCut(limit)
    found: list[Candidate] = []
    while True:
        got = await ranking.list_candidates(session, actor, position.id, page, now=now)
        found += got.items
        if got.last is None:
            return found
        page = replace(page, after=got.last)


async def test_best_first_and_every_part_adds_up(session: AsyncSession, now: datetime) -> None:
    wanted = {"countries": ["ZW"], "skills": ["emergency medicine", "toxicology"]}
    actor, position = await posted(session, now, requirements=wanted)
    plain = await trainer(session, now, asking_pay_minor=14_000)
    better = await trainer(session, now)
    session.add(TrainerSkill(trainer_id=better.id, skill="toxicology", label="Toxicology"))
    proven = await trainer(session, now)
    await people.credential(session, proven.id, now=now, specialty="Emergency  MEDICINE")
    session.add(TrainerSkill(trainer_id=proven.id, skill="toxicology", label="Toxicology"))
    await session.flush()
    found = await candidates(session, actor, position, now)
    assert [each.profile.id for each in found] == [proven.id, better.id, plain.id]
    for each in found:
        assert sum(part.points for part in each.parts) == each.score
    assert found[-1].asking_bill == Money(17_500, "USD")
    assert "175.00 USD" in next(p.en for p in found[-1].parts if p.factor is Factor.RATE)
    assert found[-1].profile.label == "Erika B."


async def test_only_a_verified_credential_proves_a_skill(
    session: AsyncSession, now: datetime
) -> None:
    asked = {"countries": ["ZW"], "skills": ["emergency medicine"]}
    actor, position = await posted(session, now, requirements=asked)
    values = {}
    for state in ("claimed", "verified"):
        her = await trainer(session, now)
        await people.credential(
            session, her.id, now=now, state=state, specialty="Emergency medicine"
        )
        values[state] = her.id
    found = {
        each.profile.id: next(p.value for p in each.parts if p.factor is Factor.SKILLS)
        for each in await candidates(session, actor, position, now)
    }
    assert found == {values["claimed"]: 5_000, values["verified"]: 10_000}


async def test_pages_meet_without_gap_or_overlap(session: AsyncSession, now: datetime) -> None:
    actor, position = await posted(session, now)
    for number in range(7):
        await trainer(session, now, weekly_minutes=300 if number % 2 else 600)
    whole = await candidates(session, actor, position, now)
    paged = await candidates(session, actor, position, now, limit=2)
    assert len(whole) == 7
    assert paged == whole
    keys = [(-each.score, each.profile.id) for each in whole]
    assert keys == sorted(keys)


async def test_listed_exactly_when_explained_as_eligible(
    session: AsyncSession, now: datetime
) -> None:
    asked = {"countries": ["ZW"], "credentials": ["us_npi"]}
    actor, position = await posted(session, now, requirements=asked, starts_on=now.date())
    fits = await trainer(session, now, asking_pay_minor=14_400, available_from_on=now.date())
    crowd = {
        fits.id: None,
        (await trainer(session, now)).id: Need.CREDENTIAL,
        (await trainer(session, now, asking_pay_minor=14_401)).id: Need.RATE,
        (await trainer(session, now, weekly_minutes=0)).id: Need.HOURS,
        (await trainer(session, now, country="DE")).id: Need.COUNTRY,
        (
            await trainer(session, now, available_from_on=now.date() + timedelta(days=1))
        ).id: Need.START,
    }
    busy = await trainer(session, now, weekly_minutes=600)
    await capacity.commit_minutes(session, busy.id, 600)
    crowd[busy.id] = Need.HOURS
    for id_, missing in crowd.items():
        if missing is not Need.CREDENTIAL:
            await people.credential(session, id_, now=now)
    listed = {each.profile.id for each in await candidates(session, actor, position, now)}
    assert listed == {fits.id}
    for id_, missing in crowd.items():
        told = await ranking.explain_candidate(session, actor, position.id, id_, now=now)
        unmet = [each.requirement for each in told.checks if isinstance(each, Unmet)]
        assert unmet == ([missing] if missing else [])
        assert told.eligible == (id_ in listed)


async def test_rates_are_told_as_bill_rates_by_the_companys_own_fee(
    session: AsyncSession, now: datetime
) -> None:
    actor, position = await posted(session, now, bill_rate_cap_minor=18_000)
    session.add(FeeTerms(id=new_id(), company_id=actor.company_id, fee_bps=2_500, effective_at=now))
    her = await trainer(session, now, asking_pay_minor=12_000)
    (found,) = await candidates(session, actor, position, now)
    assert found.profile.id == her.id
    assert found.asking_bill == Money(16_000, "USD")
    assert "120" not in str(found.parts)


async def test_the_rate_card_of_her_country_is_obeyed_and_not_quoted(
    session: AsyncSession, now: datetime
) -> None:
    actor, position = await posted(session, now)
    session.add(
        RateCard(
            id=new_id(), domain="medicine", country_band="C", currency="USD",
            pay_cap_minor=10_999, bill_cap_minor=25_000, effective_at=now,
        )
    )  # fmt: skip
    her = await trainer(session, now, asking_pay_minor=11_000)
    assert await candidates(session, actor, position, now) == []
    told = await ranking.explain_candidate(session, actor, position.id, her.id, now=now)
    (no,) = [each for each in told.checks if isinstance(each, Unmet)]
    assert "rate card" in no.en
    assert "109" not in no.en
    assert "110" not in no.en


async def test_another_currency_is_not_compared(session: AsyncSession, now: datetime) -> None:
    actor, position = await posted(session, now, currency="EUR")
    her = await trainer(session, now)
    assert await candidates(session, actor, position, now) == []
    told = await ranking.explain_candidate(session, actor, position.id, her.id, now=now)
    assert not told.eligible


async def test_strangers_and_the_unentitled(session: AsyncSession, now: datetime) -> None:
    actor, position = await posted(session, now)
    her = await trainer(session, now)
    other = owner(await people.company(session, now=now))
    with pytest.raises(NotFound):
        await ranking.list_candidates(session, other, position.id, RankCut(), now=now)
    with pytest.raises(NotFound):
        await ranking.explain_candidate(session, other, position.id, her.id, now=now)
    with pytest.raises(NotFound):
        await ranking.explain_candidate(session, actor, position.id, new_id(), now=now)
    billing = replace(actor, role=CompanyRole.BILLING)
    with pytest.raises(NotAllowed):
        await ranking.list_candidates(session, billing, position.id, RankCut(), now=now)
