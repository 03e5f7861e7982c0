"""Applying, withdrawing, shortlisting, declining."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.fee_terms import FeeTerms
from app.companies.tables import Company
from app.domain.actor import ClientActor, CompanyRole, TrainerActor
from app.domain.hiring import DeclineReason
from app.domain.money import Money
from app.domain.refusals import AlreadyUsed, IllegalMove, NotAllowed, NotFound
from app.hiring import applying, deciding, for_companies, for_trainers
from app.hiring.applying import Wish
from app.hiring.refusals import (
    AlreadyApplied,
    AskingRateAboveCap,
    AskingRateNeeded,
    PositionNotOpen,
    RequirementsNotMet,
)
from app.hiring.tables import ApplicationStep
from app.kit.ids import new_id
from app.kit.paging import Cut
from app.projects.refusals import SeatsTaken
from app.projects.tables import Position
from tests.factories import people, work


@dataclass
class Scene:
    """A company with an open position, and a trainer."""

    company: Company
    client: ClientActor
    position: Position
    trainer: TrainerActor

    def wish(self, **over: Any) -> Wish:
        plain = Wish(self.position.id, asking_pay=None, note=None)
        return replace(plain, **over)


@pytest_asyncio.fixture
async def scene(session: AsyncSession, now: datetime) -> Scene:
    company = await people.company(session, now=now)
    owner = await people.owner_of(session, company.id)
    position = await work.position(session, await work.project(session, company, now=now), now=now)
    trainer = await people.trainer(session, now=now)
    return Scene(
        company,
        ClientActor(company.id, owner, None, CompanyRole.OWNER),
        position,
        TrainerActor(trainer.id, trainer.user_id),
    )


async def history(session: AsyncSession, application_id: UUID) -> list[tuple[str, str]]:
    rows = await session.execute(
        select(ApplicationStep.event, ApplicationStep.state)
        .where(ApplicationStep.application_id == application_id)
        .order_by(ApplicationStep.id)
    )
    return [(event, state) for event, state in rows]


async def test_each_side_reads_its_own_asking_rate(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    session.add(
        FeeTerms(
            id=new_id(), company_id=scene.company.id, fee_bps=1_500,
            effective_at=now - timedelta(days=1),
        )
    )  # fmt: skip
    id_ = new_id()
    assert await applying.apply(session, scene.trainer, id_, scene.wish(note="Evenings"), now=now)
    hers = await for_trainers.get_application(session, scene.trainer, id_)
    theirs = await for_companies.get_application(session, scene.client, id_)
    assert (hers.asking_pay_minor, hers.state, hers.note) == (11_000, "submitted", "Evenings")
    # ceil(110.00 / 0.85)
    assert (theirs.asking_bill_minor, theirs.currency) == (12_942, "USD")
    assert theirs.decide_by_at == now + timedelta(days=14)
    page = await for_companies.list_applications(session, scene.client, scene.position.id, Cut())
    assert page.items == [theirs]
    assert (await for_trainers.list_applications(session, scene.trainer, Cut())).items == [hers]
    assert await history(session, id_) == [("submit", "submitted")]


async def test_the_same_again_changes_nothing_and_other_content_is_refused(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    id_ = new_id()
    wish = scene.wish(asking_pay=Money(10_000, "USD"), note="a")
    assert await applying.apply(session, scene.trainer, id_, wish, now=now)
    assert not await applying.apply(session, scene.trainer, id_, wish, now=now)
    stranger = await people.trainer(session, now=now)
    for actor, other in (
        (scene.trainer, replace(wish, note="b")),
        (scene.trainer, replace(wish, asking_pay=Money(10_001, "USD"))),
        (scene.trainer, replace(wish, asking_pay=None)),
        (scene.trainer, replace(wish, position_id=new_id())),
        (TrainerActor(stranger.id, stranger.user_id), wish),
    ):
        with pytest.raises(AlreadyUsed):
            await applying.apply(session, actor, id_, other, now=now)
    assert await history(session, id_) == [("submit", "submitted")]


async def test_a_profile_rate_is_not_the_same_as_one_that_was_said(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    id_ = new_id()
    assert await applying.apply(session, scene.trainer, id_, scene.wish(), now=now)
    assert not await applying.apply(session, scene.trainer, id_, scene.wish(), now=now)
    with pytest.raises(AlreadyUsed):
        await applying.apply(
            session, scene.trainer, id_, scene.wish(asking_pay=Money(11_000, "USD")), now=now
        )


async def test_one_live_application_per_position(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    first = new_id()
    await applying.apply(session, scene.trainer, first, scene.wish(), now=now)
    with pytest.raises(AlreadyApplied):
        await applying.apply(session, scene.trainer, new_id(), scene.wish(), now=now)
    await applying.withdraw(session, scene.trainer, first, now=now)
    assert await applying.apply(session, scene.trainer, new_id(), scene.wish(), now=now)
    assert await history(session, first) == [("submit", "submitted"), ("withdraw", "withdrawn")]


async def test_each_unmet_requirement_is_named(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    scene.position.requirements = {
        **scene.position.requirements,
        "credentials": ["us_npi"],
        "countries": ["US"],
    }
    await session.flush()
    with pytest.raises(RequirementsNotMet) as refused:
        await applying.apply(session, scene.trainer, new_id(), scene.wish(), now=now)
    assert {e.code for e in refused.value.errors} == {"credential_not_met", "country_not_met"}
    scene.position.requirements = {**scene.position.requirements, "countries": []}
    # A claim is enough to apply.
    await people.credential(session, scene.trainer.trainer_id, now=now, state="claimed")
    assert await applying.apply(session, scene.trainer, new_id(), scene.wish(), now=now)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [("draft", NotFound), ("paused", PositionNotOpen), ("closed", PositionNotOpen)],
)
async def test_only_open_positions(
    session: AsyncSession, scene: Scene, now: datetime, state: str, refusal: type[Exception]
) -> None:
    project = await work.project(session, scene.company, now=now, state=state)
    position = await work.position(session, project, now=now)
    wish = scene.wish(position_id=position.id)
    with pytest.raises(refusal):
        await applying.apply(session, scene.trainer, new_id(), wish, now=now)


async def test_ended_full_and_unknown_positions(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    project = await work.project(session, scene.company, now=now)
    ended = await work.position(
        session, project, now=now, starts_on=now.date() - timedelta(days=9),
        ends_on=now.date() - timedelta(days=1),
    )  # fmt: skip
    full = await work.position(session, project, now=now, seats=1, seats_taken=1)
    for id_, refusal in ((ended.id, PositionNotOpen), (full.id, SeatsTaken), (new_id(), NotFound)):
        with pytest.raises(refusal):
            await applying.apply(
                session, scene.trainer, new_id(), scene.wish(position_id=id_), now=now
            )


async def test_a_trainer_is_refused_on_the_pay_cap_only(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    with pytest.raises(AskingRateAboveCap) as refused:
        await applying.apply(
            session, scene.trainer, new_id(), scene.wish(asking_pay=Money(20_001, "USD")), now=now
        )
    assert "200.00 USD" in refused.value.sentence("en")
    assert "200,00 USD" in refused.value.sentence("de")
    assert "250" not in refused.value.sentence("en") + str(refused.value.facts)
    # The cap itself is good, although no bill rate within the bill caps would yield it.
    assert await applying.apply(
        session, scene.trainer, new_id(), scene.wish(asking_pay=Money(20_000, "USD")), now=now
    )


async def test_a_rate_in_the_company_s_currency_is_needed(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    company = await people.company(session, now=now, currency="EUR", country="DE")
    position = await work.position(
        session, await work.project(session, company, now=now), now=now, currency="EUR"
    )
    wish = scene.wish(position_id=position.id)
    for said in (None, Money(9_000, "USD")):
        with pytest.raises(AskingRateNeeded) as refused:
            await applying.apply(
                session, scene.trainer, new_id(), replace(wish, asking_pay=said), now=now
            )
        assert "EUR" in refused.value.sentence("de")
    euros = replace(wish, asking_pay=Money(9_000, "EUR"))
    assert await applying.apply(session, scene.trainer, new_id(), euros, now=now)


async def test_a_decline_is_read_by_the_trainer(
    session: AsyncSession, scene: Scene, now: datetime
) -> None:
    id_ = new_id()
    await applying.apply(session, scene.trainer, id_, scene.wish(), now=now)
    await deciding.shortlist(session, scene.client, id_, now=now + timedelta(days=1))
    listed = await for_trainers.get_application(session, scene.trainer, id_)
    assert listed.decide_by_at == now + timedelta(days=15)
    await deciding.decline(
        session, scene.client, id_, reason=DeclineReason.LANGUAGE,
        explanation="We need German.", now=now,
    )  # fmt: skip
    declined = await for_trainers.get_application(session, scene.trainer, id_)
    assert (declined.state, declined.reason_code) == ("declined", "language")
    assert declined.explanation == "We need German."
    assert [state for _, state in await history(session, id_)] == [
        "submitted",
        "shortlisted",
        "declined",
    ]
    with pytest.raises(IllegalMove):
        await deciding.shortlist(session, scene.client, id_, now=now)


async def test_nobody_else_decides(session: AsyncSession, scene: Scene, now: datetime) -> None:
    id_ = new_id()
    await applying.apply(session, scene.trainer, id_, scene.wish(), now=now)
    rival = await people.company(session, now=now)
    other = ClientActor(rival.id, new_id(), None, CompanyRole.OWNER)
    stranger = await people.trainer(session, now=now)
    with pytest.raises(NotFound):
        await deciding.shortlist(session, other, id_, now=now)
    with pytest.raises(NotFound):
        await for_companies.list_applications(session, other, scene.position.id, Cut())
    with pytest.raises(NotFound):
        await for_companies.get_application(session, other, id_)
    with pytest.raises(NotFound):
        await applying.withdraw(session, TrainerActor(stranger.id, stranger.user_id), id_, now=now)
    viewer = replace(scene.client, role=CompanyRole.VIEWER)
    assert await for_companies.get_application(session, viewer, id_)
    with pytest.raises(NotAllowed):
        await deciding.shortlist(session, viewer, id_, now=now)
    with pytest.raises(NotAllowed):
        await deciding.decline(
            session, viewer, id_, reason=DeclineReason.OTHER, explanation="x", now=now
        )
