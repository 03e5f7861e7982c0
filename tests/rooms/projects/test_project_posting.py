"""Posting, changing and publishing: what is written on both sides, and what is refused."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.fee_terms import FeeTerms
from app.domain.actor import ClientActor, CompanyRole
from app.domain.money import Money
from app.domain.refusals import IllegalMove, InvalidValues, NotAllowed
from app.domain.requirements import Requirements
from app.kit.ids import new_id
from app.projects import pay_terms, posting, pricing, publishing, seats
from app.projects.posting import Asked
from app.projects.postings import PostedPosition
from app.projects.rate_cards import RateCard
from app.projects.refusals import ProjectIncomplete, RequirementsSettled
from app.projects.tables import ProjectStep
from tests.factories import people


async def owner(session: AsyncSession, now: datetime) -> ClientActor:
    company = await people.company(session, now=now)
    user_id = await people.owner_of(session, company.id)
    return ClientActor(company.id, user_id, None, CompanyRole.OWNER)


def asked(now: datetime, **over: object) -> Asked:
    whole = {
        "title": "Emergency physician",
        "domain": "medicine",
        "seats": 2,
        "requirements": Requirements(),
        "bill_rate_cap": Money(18_001, "USD"),
        "weekly_minutes": 600,
        "total_minutes": None,
        "starts_on": now.date(),
        "ends_on": None,
        "purchase_order": None,
        **over,
    }
    return Asked(**whole)  # type: ignore[arg-type]


async def posted(
    session: AsyncSession, actor: ClientActor, now: datetime, **over: object
) -> PostedPosition:
    project = await posting.create_project(
        session, actor, title="Answers", brief="Judge them.", budget=None, now=now
    )
    return await posting.add_position(session, actor, project.id, asked(now, **over), now=now)


async def pays(session: AsyncSession, position: PostedPosition) -> int:
    id_ = position.facts.id
    return (await pay_terms.pay_rate_up_to(session, [id_]))[id_].minor


async def test_both_sides_of_a_cap_are_written_together(
    session: AsyncSession, now: datetime
) -> None:
    actor = await owner(session, now)
    position = await posted(session, actor, now)
    assert await pays(session, position) == 14_400  # floor(18,001 × 0.8)
    changes = posting.Changes(bill_rate_cap=Money(10_000, "USD"))
    await posting.update_position(session, actor, position.facts.id, changes, now=now)
    assert await pays(session, position) == 8_000


async def test_publishing_writes_what_the_fee_of_that_moment_leaves(
    session: AsyncSession, now: datetime
) -> None:
    actor = await owner(session, now)
    position = await posted(session, actor, now)
    session.add(FeeTerms(id=new_id(), company_id=actor.company_id, fee_bps=5_000, effective_at=now))
    session.add(
        RateCard(
            id=new_id(), domain="medicine", country_band="*", currency="USD",
            pay_cap_minor=8_500, bill_cap_minor=20_000, effective_at=now,
        )
    )  # fmt: skip
    await publishing.publish_project(session, actor, position.facts.project_id, now=now)
    assert await pays(session, position) == 8_500


async def test_the_bands_that_are_asked_for_bound_the_cap(
    session: AsyncSession, now: datetime
) -> None:
    actor = await owner(session, now)
    session.add(
        RateCard(
            id=new_id(), domain="*", country_band="C", currency="USD",
            pay_cap_minor=5_000, bill_cap_minor=6_000, effective_at=now,
        )
    )  # fmt: skip
    everywhere = await posted(session, actor, now)
    await publishing.publish_project(session, actor, everywhere.facts.project_id, now=now)
    only = Requirements(countries=("IN", "KE"))
    far = await posted(session, actor, now, requirements=only)
    with pytest.raises(ProjectIncomplete) as refused:
        await publishing.publish_project(session, actor, far.facts.project_id, now=now)
    (problem,) = refused.value.errors
    assert "60.00 USD" in problem.en
    assert "50" not in problem.en


async def test_what_somebody_was_hired_under_stays(session: AsyncSession, now: datetime) -> None:
    actor = await owner(session, now)
    position = await posted(session, actor, now)
    id_ = position.facts.id
    await seats.take_seat(session, id_)
    await seats.take_seat(session, id_)
    for changes in (
        posting.Changes(requirements=Requirements(credentials=("us_npi",))),
        posting.Changes(domain="law"),
    ):
        with pytest.raises(RequirementsSettled):
            await posting.update_position(session, actor, id_, changes, now=now)
    with pytest.raises(InvalidValues) as refused:
        await posting.update_position(session, actor, id_, posting.Changes(seats=1), now=now)
    assert [each.code for each in refused.value.errors] == ["below_seats_taken"]
    same = posting.Changes(seats=4, requirements=Requirements(), domain="medicine")
    after = await posting.update_position(session, actor, id_, same, now=now)
    assert (after.facts.seats, after.facts.seats_taken) == (4, 2)


async def test_a_project_keeps_its_history(session: AsyncSession, now: datetime) -> None:
    actor = await owner(session, now)
    position = await posted(session, actor, now)
    id_ = position.facts.project_id
    first = await publishing.publish_project(session, actor, id_, now=now)
    later = now + timedelta(days=30)
    await publishing.pause_project(session, actor, id_, now=later)
    # By now the first day is long past, which stops no project that was published before.
    resumed = await publishing.publish_project(session, actor, id_, now=later)
    assert resumed.published_at == first.published_at == now
    await publishing.close_project(session, actor, id_, now=later)
    with pytest.raises(IllegalMove):
        await publishing.publish_project(session, actor, id_, now=later)
    steps = await session.scalars(
        select(ProjectStep).where(ProjectStep.project_id == id_).order_by(ProjectStep.id)
    )
    assert [(step.event, step.state) for step in steps] == [
        ("create", "draft"),
        ("publish", "open"),
        ("pause", "paused"),
        ("publish", "open"),
        ("close", "closed"),
    ]


async def test_the_unentitled_post_nothing(session: AsyncSession, now: datetime) -> None:
    actor = await owner(session, now)
    reviewer = ClientActor(actor.company_id, actor.user_id, None, CompanyRole.REVIEWER)
    with pytest.raises(NotAllowed):
        await posted(session, reviewer, now)


async def test_open_positions_follow_fees_and_cards_as_they_take_effect(
    session: AsyncSession, now: datetime
) -> None:
    actor = await owner(session, now)
    position, draft = await posted(session, actor, now), await posted(session, actor, now)
    await publishing.publish_project(session, actor, position.facts.project_id, now=now)
    later, last = now + timedelta(days=1), now + timedelta(days=2)
    session.add_all(
        [
            FeeTerms(
                id=new_id(), company_id=actor.company_id, fee_bps=5_000, effective_at=later
            ),
            RateCard(
                id=new_id(), domain="*", country_band="*", currency="USD",
                pay_cap_minor=7_000, bill_cap_minor=25_000, effective_at=last,
            ),
        ]
    )  # fmt: skip
    seen = []
    for at in (now, later - timedelta(seconds=1), later, last):
        changed = await pricing.reprice_due(session, now=at, most=10)
        seen.append((changed, await pays(session, position)))
        assert await pricing.reprice_due(session, now=at, most=10) == 0
    assert seen == [(0, 14_400), (0, 14_400), (1, 9_000), (1, 7_000)]
    assert await pays(session, draft) == 14_400  # priced when it is published
