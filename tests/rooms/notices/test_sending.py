"""Deliveries: intent, call, outcome; at least once, under the same id, and never by two at once."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.domain import notices
from app.domain.notices import Kind, Platform
from app.gateways.mail import Mail, MailDelayed, MailLost, MailRefused
from app.gateways.push import Push, Pushed, PushOutcome
from app.kit.clock import Clock
from app.kit.db import Database
from app.notices import sending, telling
from app.notices.sending import Ways
from app.notices.tables import Device, NoticeDelivery
from app.notices.telling import News
from app.settings import Settings
from tests.factories import people


class _Killed(BaseException):
    """The process dies here: no handler of ours may catch it."""


class _Outside:
    """A mailer and a pusher: what was taken, and how the next calls end."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.pushes: list[Push] = []
        self.mail_ends: list[BaseException] = []
        self.push_ends: list[PushOutcome] = []
        self.meanwhile: Callable[[], object] = lambda: None

    @property
    def mailer(self) -> "_Mailer":
        return _Mailer(self)

    @property
    def pusher(self) -> "_Pusher":
        return _Pusher(self)


class _Mailer:
    def __init__(self, at: _Outside) -> None:
        self._at = at

    async def send(self, mail: Mail) -> None:
        await asyncio.sleep(0)
        self._at.mails.append(mail)
        if self._at.mail_ends:
            raise self._at.mail_ends.pop(0)


class _Pusher:
    def __init__(self, at: _Outside) -> None:
        self._at = at

    async def send(self, push: Push) -> Pushed:
        self._at.pushes.append(push)
        ends = self._at.push_ends
        return Pushed(ends.pop(0) if ends else PushOutcome.SENT)


async def told(database: Database, clock: Clock, *, number: int = 1, phone: bool = False) -> UUID:
    """A trainer with mails waiting, and a push for each if she has a phone; her user id."""
    async with database.begin() as session:
        trainer = await people.trainer(session, now=clock.now())
        if phone:
            await people.phone(session, trainer.user_id, now=clock.now())
        for _ in range(number):
            news = News(Kind.OFFER_RECEIVED, uuid4(), telling.trainer(trainer.id))
            await telling.tell(session, news, now=clock.now())
        return trainer.user_id


async def states(database: Database) -> list[tuple[str, str, int, str | None]]:
    async with database.begin() as session:
        rows = await session.execute(
            select(
                NoticeDelivery.channel,
                NoticeDelivery.state,
                NoticeDelivery.attempts,
                NoticeDelivery.outcome_code,
            ).order_by(NoticeDelivery.channel)
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


@pytest.fixture
def outside() -> _Outside:
    return _Outside()


@pytest.fixture
def ways(outside: _Outside, settings: Settings) -> Ways:
    return Ways(outside.mailer, outside.pusher, settings)


async def test_a_mail_and_a_push_go_out_once(
    database: Database, clock: Clock, outside: _Outside, ways: Ways
) -> None:
    await told(database, clock, phone=True)
    assert await sending.send_due(database, ways, clock) == 2
    assert await sending.send_due(database, ways, clock) == 0
    assert await states(database) == [("email", "sent", 1, "sent"), ("push", "sent", 1, "sent")]
    (mail,), (push,) = outside.mails, outside.pushes
    assert "/trainer/offers/" in mail.text
    assert mail.subject == push.title == "You have an offer"
    assert push.token == "p" * 40
    assert push.data["kind"] == "offer_received"


async def test_two_workers_share_and_repeat_nothing(
    database: Database, clock: Clock, outside: _Outside, ways: Ways
) -> None:
    for _ in range(12):
        await told(database, clock)
    sent = await asyncio.gather(*(sending.send_due(database, ways, clock) for _ in range(4)))
    assert sum(sent) == 12
    assert len(outside.mails) == len({mail.to for mail in outside.mails}) == 12


async def test_many_of_a_kind_are_one_message(
    database: Database, clock: Clock, outside: _Outside, ways: Ways
) -> None:
    await told(database, clock, number=7)
    assert await sending.send_due(database, ways, clock) == 7
    (mail,) = outside.mails
    assert "And 6 more like it." in mail.text
    assert {state for _, state, _, _ in await states(database)} == {"sent"}


@pytest.mark.parametrize(
    ("end", "state", "again"),
    [
        (MailRefused("550"), "failed", False),
        (MailDelayed("451"), "queued", True),
        (MailLost("gone"), "unknown", True),
        (OSError("disk"), "unknown", True),
    ],
)
async def test_each_end_of_a_call(
    database: Database, clock: Clock, outside: _Outside, ways: Ways, *,
    end: OSError, state: str, again: bool,
) -> None:  # fmt: skip
    await told(database, clock)
    outside.mail_ends = [end]
    await sending.send_due(database, ways, clock)
    assert [row[1] for row in await states(database)] == [state]
    assert await sending.send_due(database, ways, clock) == 0
    clock.set_offset(90)
    assert await sending.send_due(database, ways, clock) == (1 if again else 0)
    assert len({mail.id for mail in outside.mails}) == 1
    assert len(outside.mails) == 1 + again


async def test_what_was_in_hand_at_a_kill_is_sent_again_under_the_same_id(
    database: Database, clock: Clock, outside: _Outside, ways: Ways
) -> None:
    await told(database, clock)
    outside.mail_ends = [_Killed()]
    with pytest.raises(_Killed):
        await sending.send_due(database, ways, clock)
    assert [row[1] for row in await states(database)] == ["sending"]
    assert await sending.send_due(database, ways, clock) == 0
    clock.set_offset(11 * 60)
    assert await sending.send_due(database, ways, clock) == 1
    assert [row[1:3] for row in await states(database)] == [("sent", 2)]
    assert outside.mails[0] == outside.mails[1]


async def test_it_is_given_up_in_the_end(
    database: Database, clock: Clock, outside: _Outside, ways: Ways
) -> None:
    await told(database, clock)
    outside.mail_ends = [MailDelayed("451") for _ in range(20)]
    for _ in range(20):
        clock.set_offset(clock.offset_seconds + 7 * 3600)
        await sending.send_due(database, ways, clock)
    assert await states(database) == [("email", "failed", notices.MOST_ATTEMPTS, "delayed")]


async def test_a_phone_that_is_gone_is_forgotten_and_the_mail_still_goes(
    database: Database, clock: Clock, outside: _Outside, ways: Ways
) -> None:
    user_id = await told(database, clock, phone=True)
    outside.push_ends = [PushOutcome.GONE]
    await sending.send_due(database, ways, clock)
    assert await states(database) == [("email", "sent", 1, "sent"), ("push", "failed", 1, "gone")]
    async with database.begin() as session:
        row = (await session.scalars(select(Device).where(Device.user_id == user_id))).one()
        assert (row.token_sealed, row.removed_because) == (None, "gone")


async def test_a_push_of_yesterday_is_not_sent_any_more(
    database: Database, clock: Clock, outside: _Outside, ways: Ways
) -> None:
    await told(database, clock, phone=True)
    clock.set_offset(int(timedelta(hours=25).total_seconds()))
    await sending.send_due(database, ways, clock)
    assert outside.pushes == []
    assert len(outside.mails) == 1


async def test_the_default_ways_out_are_folders(database: Database, clock: Clock) -> None:
    """What the platform's name is on the row is what the pusher goes by."""
    await told(database, clock, phone=True)
    async with database.begin() as session:
        platforms = set(await session.scalars(select(Device.platform)))
    assert platforms == {Platform.FCM.value}
