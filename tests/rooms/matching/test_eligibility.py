"""Eligibility read from the database."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import NotFound
from app.domain.requirements import Need, Stage
from app.kit.ids import new_id
from app.matching import eligibility
from app.matching import people as people_queries
from app.projects import queries
from tests.factories import people, work


async def test_a_claim_is_enough_to_apply_and_not_to_be_hired(
    session: AsyncSession, now: datetime
) -> None:
    company = await people.company(session, now=now)
    project = await work.project(session, company, now=now)
    asked = {"credentials": ["us_npi"], "languages": [{"code": "en", "level": 5}]}
    row = await work.position(session, project, now=now, requirements=asked)
    position = await queries.get_position(session, row.id)
    assert position is not None
    trainer = await people.trainer(session, now=now)
    at = {"trainer_id": trainer.id, "position": position, "on": now.date()}

    missing = await eligibility.unmet_for(session, **at, stage=Stage.CLAIM)
    assert [each.requirement for each in missing] == [Need.CREDENTIAL]

    claim = await people.credential(session, trainer.id, now=now, state="claimed")
    assert await eligibility.unmet_for(session, **at, stage=Stage.CLAIM) == []
    (waiting,) = await eligibility.unmet_for(session, **at, stage=Stage.VERIFIED)
    assert waiting.found == "claimed"

    claim.state, claim.expires_on = "verified", now.date()
    await session.flush()
    assert await eligibility.unmet_for(session, **at, stage=Stage.VERIFIED) == []
    facts = await people_queries.trainer_facts(session, trainer.id)
    assert facts is not None
    tomorrow = now.date() + timedelta(days=1)
    (lapsed,) = eligibility.credentials_lapsed(position.requirements, facts, on=tomorrow)
    assert lapsed.found == "expired"


async def test_nobody_is_not_found(session: AsyncSession, now: datetime) -> None:
    company = await people.company(session, now=now)
    project = await work.project(session, company, now=now)
    row = await work.position(session, project, now=now)
    position = await queries.get_position(session, row.id)
    assert position is not None
    with pytest.raises(NotFound):
        await eligibility.unmet_for(
            session, trainer_id=new_id(), position=position, on=now.date(), stage=Stage.CLAIM
        )
