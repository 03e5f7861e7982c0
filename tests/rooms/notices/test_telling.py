"""Telling: to whom, once, by which way; and the words."""

import re
import string
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, CompanyRole, TrainerActor
from app.domain.notices import MANNERS, Audience, Kind
from app.domain.permissions import Permission
from app.domain.refusals import InvalidValues, NotAllowed, NotFound
from app.kit.paging import Cut
from app.notices import (
    companies_words,
    devices,
    preferences,
    queries,
    telling,
    trainers_words,
    wording,
)
from app.notices.preferences import Wish
from app.notices.tables import Device, Notice, NoticeDelivery
from app.notices.telling import STAFF, News
from app.settings import Settings
from tests.factories import people, told
from tests.factories.hours import NOW

ABOUT = UUID("7c1e8f52-6a0b-4f7d-9f10-3e5b2d8c4a17")


async def ways(session: AsyncSession, user_id: UUID) -> list[str]:
    """The channels on which deliveries wait for a user."""
    rows = await session.scalars(
        select(NoticeDelivery.channel)
        .join(Notice, Notice.id == NoticeDelivery.notice_id)
        .where(Notice.user_id == user_id)
        .order_by(NoticeDelivery.channel)
    )
    return list(rows)


async def worker(session: AsyncSession) -> TrainerActor:
    row = await people.trainer(session, now=NOW)
    return TrainerActor(row.id, row.user_id)


async def test_only_those_who_can_act_on_it_are_told(session: AsyncSession) -> None:
    company = await people.company(session, now=NOW)
    owner = await people.owner_of(session, company.id)
    members = {
        role: await people.member(session, company.id, role=role, now=NOW)
        for role in ("hiring_manager", "reviewer", "billing", "viewer")
    }
    to = telling.company(company.id, Permission.APPROVE_TIME)
    assert await telling.tell(session, News(Kind.TIMESHEET_SUBMITTED, ABOUT, to), now=NOW) == 2
    assert await told.kinds(session, owner) == ["timesheet_submitted"]
    assert await told.kinds(session, members["reviewer"]) == ["timesheet_submitted"]
    for role in ("hiring_manager", "billing", "viewer"):
        assert await told.kinds(session, members[role]) == []


async def test_an_event_is_told_once_and_another_stage_is_another_event(
    session: AsyncSession,
) -> None:
    actor = await worker(session)
    to = telling.trainer(actor.trainer_id)
    news = News(Kind.OFFER_RECEIVED, ABOUT, to)
    assert await telling.tell(session, news, news, now=NOW) == 1
    assert await telling.tell(session, news, now=NOW) == 0
    again = News(Kind.OFFER_RECEIVED, ABOUT, to, stage="2")
    assert await telling.tell(session, again, now=NOW) == 1
    assert await ways(session, actor.user_id) == ["email", "email"]


async def test_phones_mailboxes_and_wishes(session: AsyncSession) -> None:
    actor = await worker(session)
    await people.phone(session, actor.user_id, now=NOW)
    await people.phone(session, actor.user_id, now=NOW, token="q" * 40)
    to = telling.trainer(actor.trainer_id)
    await preferences.set_wishes(
        session, actor,
        [Wish(Kind.OFFER_WITHDRAWN, email=False, push=True),
         Wish(Kind.OFFER_RECEIVED, email=True, push=False)],
    )  # fmt: skip
    await telling.tell(session, News(Kind.OFFER_WITHDRAWN, ABOUT, to), now=NOW)
    assert await ways(session, actor.user_id) == ["push", "push"]
    await telling.tell(session, News(Kind.OFFER_RECEIVED, ABOUT, to), now=NOW)
    assert await ways(session, actor.user_id) == ["email", "push", "push"]
    page = await queries.list_notices(session, actor, Cut())
    assert {each.kind for each in page.items} == {Kind.OFFER_WITHDRAWN, Kind.OFFER_RECEIVED}


async def test_an_address_that_may_be_anothers_gets_no_mail(session: AsyncSession) -> None:
    company = await people.company(session, now=NOW)
    member = await people.member(
        session, company.id, role="reviewer", now=NOW, email_verified_at=None
    )
    gone = await people.member(session, company.id, role="reviewer", now=NOW, disabled_at=NOW)
    to = telling.company(company.id, Permission.APPROVE_TIME)
    await telling.tell(session, News(Kind.TIMESHEET_SUBMITTED, ABOUT, to), now=NOW)
    assert await told.kinds(session, member) == ["timesheet_submitted"]
    assert await ways(session, member) == []
    assert await told.kinds(session, gone) == []


async def test_staff_is_told_by_door(session: AsyncSession) -> None:
    user = await people.user(session, now=NOW, door="operations")
    other = await people.user(session, now=NOW, door="finance")
    await telling.tell(session, News(Kind.STAFF_CONTEST_WAITING, ABOUT, STAFF), now=NOW)
    assert await told.kinds(session, user.id) == ["staff_contest_waiting"]
    assert await told.kinds(session, other.id) == []


async def test_a_notice_cannot_hold_money(session: AsyncSession) -> None:
    news = News(Kind.OFFER_RECEIVED, ABOUT, STAFF, facts={"pay_minor": 1})
    with pytest.raises(ValueError, match="pay_minor"):
        await telling.tell(session, news, now=NOW)


async def test_what_matters_cannot_be_turned_off(session: AsyncSession) -> None:
    actor = await worker(session)
    wrong = [
        Wish(Kind.HOURS_CONTESTED, email=False, push=False),
        Wish(Kind.TIMESHEET_SUBMITTED, email=True, push=True),
    ]
    with pytest.raises(InvalidValues) as raised:
        await preferences.set_wishes(session, actor, wrong)
    assert [p.code for p in raised.value.errors] == ["email_kept_on", "kind_not_yours"]
    found = await preferences.wishes_of(session, actor)
    assert {wish.kind for wish in found} == {
        kind for kind in Kind if MANNERS[kind].audience is Audience.TRAINER
    }
    assert all(wish.email for wish in found if wish.mandatory)


async def test_a_key_reads_nobodys_notices(session: AsyncSession) -> None:
    key = ClientActor(uuid4(), None, uuid4(), None, frozenset({"time:read"}))
    with pytest.raises(NotAllowed):
        await queries.list_notices(session, key, Cut())
    member = ClientActor(uuid4(), uuid4(), None, CompanyRole.VIEWER)
    assert (await queries.list_notices(session, member, Cut())).items == []


async def test_a_phone_changes_hands_and_is_forgotten(
    session: AsyncSession, settings: Settings
) -> None:
    one, other = await worker(session), await worker(session)
    said = {"platform": "fcm", "token": "dQw4w9WgXcQ:APA91bExample", "settings": settings}
    first = await devices.register(session, one, now=NOW, **said)  # type: ignore[arg-type]
    again = await devices.register(session, one, now=NOW, **said)  # type: ignore[arg-type]
    assert again.id == first.id
    second = await devices.register(session, other, now=NOW, **said)  # type: ignore[arg-type]
    assert (await devices.list_devices(session, one, Cut())).items == []
    assert [d.id for d in (await devices.list_devices(session, other, Cut())).items] == [second.id]
    with pytest.raises(NotFound):
        await devices.remove(session, one, second.id, now=NOW)
    stored = await session.scalar(select(Device.token_sealed).where(Device.id == second.id))
    assert stored is not None
    assert b"APA91b" not in stored
    assert devices.token_of(stored, settings) == said["token"]
    for _ in range(2):
        await devices.remove(session, other, second.id, now=NOW)
    left = (await session.execute(select(Device.token_sealed, Device.token_hash))).all()
    assert {tuple(row) for row in left} == {(None, None)}


async def test_of_many_phones_the_oldest_is_forgotten(
    session: AsyncSession, settings: Settings
) -> None:
    actor = await worker(session)
    for n in range(devices.MOST_OF_A_USER + 2):
        await devices.register(
            session, actor, platform="apns", token=f"{n:064x}",  # type: ignore[arg-type]
            settings=settings, now=NOW + timedelta(seconds=n),
        )  # fmt: skip
    found = (await devices.list_devices(session, actor, Cut())).items
    assert len(found) == devices.MOST_OF_A_USER
    assert min(each.registered_at for each in found) == NOW + timedelta(seconds=2)


_FACTS = {"cap": "engagement_week", "percent": 80, "outcome": "declined", "role": "reviewer"}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_words_in_both_languages(kind: Kind) -> None:
    facts = {key: _FACTS[key] for key in MANNERS[kind].facts}
    english, german = (wording.words_of(kind, facts, NOW, code) for code in ("en", "de"))
    assert english.title != german.title
    assert english.text != german.text
    for words in (english, german):
        assert "{" not in words.text + words.title
        assert "\n" not in words.title
        assert len(words.title) <= 80
        assert "_" not in words.text
    assert wording.words_of(kind, facts, NOW, "fr") == english


def test_no_words_ask_for_what_a_notice_must_not_hold() -> None:
    for book in (trainers_words.ENGLISH, trainers_words.GERMAN,
                 companies_words.ENGLISH, companies_words.GERMAN):  # fmt: skip
        for kind, words in book.items():
            asked = {name for part in words for _, name, _, _ in string.Formatter().parse(part)}
            assert asked - {None, "deadline"} == MANNERS[kind].facts, kind
    every = " ".join(" ".join(words) for words in trainers_words.ENGLISH.values())
    assert not re.search(r"bill|budget|margin|\bfee\b|client", every, re.IGNORECASE)
    every = " ".join(" ".join(words) for words in companies_words.ENGLISH.values())
    assert not re.search(r"\bpay[ -]rate|earn|margin|\bfee\b", every, re.IGNORECASE)


def test_several_of_a_kind_are_one_message() -> None:
    one = wording.words_of(Kind.TIMESHEET_SUBMITTED, {}, NOW, "en")
    assert wording.and_more(one, 0, "en") == one
    assert "11 more" in wording.and_more(one, 11, "en").text
    assert "11 weitere" in wording.and_more(one, 11, "de").text
