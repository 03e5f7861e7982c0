"""SQL and the rulebook must agree on every pair of a position and a trainer."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import requirements
from app.domain.credentials import CredentialState
from app.domain.requirements import LanguageNeed, OverlapNeed, Requirements, Stage
from app.kit.ids import new_id
from app.matching import eligibility, people
from app.trainers.tables import Credential, Trainer, TrainerLanguage, TrainerSkill
from tests.factories import people as factory

TYPES = ("us_npi", "us_cpa", "us_bar")
WORDS = ("cardiology", "straße", "TOXICOLOGY", "ﬁnance law")
KEYS = ("cardiology", "strasse", "toxicology", "finance law")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu", "UTC")
COUNTRIES = ("DE", "US", "PL", "IN")
STATES = tuple(CredentialState)


async def crowd(session: AsyncSession, dice: random.Random, now: datetime) -> list[UUID]:
    """Trainers at random, few of them alike."""
    ids: list[UUID] = []
    rows: dict[Any, list[dict[str, Any]]] = {
        Trainer: [], TrainerSkill: [], TrainerLanguage: [], Credential: []
    }  # fmt: skip
    for _ in range(60):
        user = await factory.user(session, now=now, door="trainer")
        id_ = new_id()
        ids.append(id_)
        rows[Trainer].append(
            {"id": id_, "user_id": user.id, "full_name": "Erika Beispiel", "headline": "",
             "country": dice.choice(COUNTRIES), "timezone": dice.choice(ZONES),
             "weekly_minutes": 600, "created_at": now, "last_active_at": now}
        )  # fmt: skip
        for skill in dice.sample(KEYS, dice.randint(0, 3)):
            rows[TrainerSkill].append({"trainer_id": id_, "skill": skill, "label": skill})
        for code in dice.sample(("en", "de"), dice.randint(0, 2)):
            rows[TrainerLanguage].append(
                {"trainer_id": id_, "code": code, "level": dice.randint(1, 7)}
            )
        for number in range(dice.randint(0, 4)):
            rows[Credential].append(
                {"id": new_id(), "trainer_id": id_, "type": dice.choice(TYPES), "issuer": "x",
                 "jurisdiction": "US", "number": str(number),
                 "specialty": dice.choice((None, *WORDS)), "state": dice.choice(STATES).value,
                 "form_check": "none", "created_at": now,
                 "expires_on": dice.choice((None, *(
                     (now + timedelta(days=days)).date() for days in (-1, 0, 1))))}
            )  # fmt: skip
    for table, values in rows.items():
        # One by one, so that the default of `specialty_key` sees each row's own text.
        for value in values:
            await session.execute(insert(table).values(**value))
    return ids


def brief(dice: random.Random) -> Requirements:
    return Requirements(
        credentials=tuple(dice.sample(TYPES, dice.choice((0, 0, 1, 1, 2)))),
        specialties=tuple(dice.sample(KEYS, dice.choice((0, 0, 0, 1, 2)))),
        skills=tuple(dice.sample(KEYS, dice.choice((0, 0, 1, 2)))),
        languages=tuple(
            LanguageNeed(code, dice.randint(1, 6))
            for code in dice.sample(("en", "de"), dice.choice((0, 0, 1, 2)))
        ),
        countries=tuple(dice.sample(COUNTRIES, dice.choice((0, 0, 1, 3)))),
        timezone_overlap=OverlapNeed(dice.choice(ZONES), dice.choice((1, 60, 120, 121, 480)))
        if dice.random() < 0.3
        else None,
    )


async def test_sql_says_what_the_rulebook_says(session: AsyncSession, now: datetime) -> None:
    dice = random.Random(2026)
    ids = await crowd(session, dice, now)
    rows = await session.execute(people.select_facts().where(Trainer.id.in_(ids)))
    facts = {row.id: people.facts_of(row) for row in rows}
    assert len(facts) == 60
    both = {"yes": 0, "no": 0}
    for _ in range(150):
        asked, stage = brief(dice), dice.choice(tuple(Stage))
        on = (now + timedelta(days=dice.randint(-1, 1))).date()
        by_sql = set(
            await session.scalars(
                select(Trainer.id).where(
                    Trainer.id.in_(ids), *eligibility.eligible(asked, on=on, stage=stage)
                )
            )
        )
        by_rule = {
            id_
            for id_, each in facts.items()
            if not requirements.unmet(asked, each, on=on, stage=stage)
        }
        assert by_sql == by_rule, (asked, stage, on)
        both["yes"] += len(by_rule)
        both["no"] += len(ids) - len(by_rule)
    # 9,000 pairs, and neither answer is rare.
    assert min(both.values()) > 1_000, both
