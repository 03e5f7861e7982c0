"""Mail: intent, call, outcome; a job that runs again sends the very same message."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.gateways.mail import Mail
from app.identity.tables import OneTimeToken
from app.kit.clock import Clock
from app.kit.db import Database
from app.notices import delivering, letters
from app.notices.letters import Template
from app.notices.tables import MailDelivery
from app.settings import Settings
from tests.factories import people


class _Killed(BaseException):
    """The process dies here: no handler of ours may catch it."""


class _Post:
    """A mailer that takes, refuses, or is the last thing a process does."""

    def __init__(self, outcomes: Sequence[BaseException | None]) -> None:
        self.taken: list[Mail] = []
        self._outcomes = list(outcomes)

    async def send(self, mail: Mail) -> None:
        outcome = self._outcomes.pop(0)
        if not isinstance(outcome, OSError):
            self.taken.append(mail)
        if outcome is not None:
            raise outcome


async def _reset_mail(
    database: Database, post: _Post, settings: Settings, clock: Clock, user_id: object
) -> None:
    await delivering.deliver_reset(
        database,
        post,
        user_id=user_id,  # type: ignore[arg-type]
        settings=settings,
        clock=clock,
    )


async def _deliveries(database: Database) -> list[MailDelivery]:
    async with database.begin() as session:
        rows = await session.scalars(select(MailDelivery).order_by(MailDelivery.intended_at))
        return list(rows)


async def test_a_job_killed_after_the_call_repeats_the_same_message(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with database.begin() as session:
        user = await people.user(session, now=clock.now(), door="client")
    post = _Post([_Killed(), None])
    with pytest.raises(_Killed):
        await _reset_mail(database, post, settings, clock, user.id)
    assert [row.state for row in await _deliveries(database)] == ["intended"]
    clock.set_offset(60)
    await _reset_mail(database, post, settings, clock, user.id)
    assert post.taken[0] == post.taken[1]
    rows = await _deliveries(database)
    assert [row.state for row in rows] == ["sent"]
    assert rows[0].finished_at is not None
    async with database.begin() as session:
        token = (await session.scalars(select(OneTimeToken))).one()
        assert token.expires_at == rows[0].intended_at + timedelta(hours=1)


async def test_a_refusing_mailer_is_noted_and_tried_again(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with database.begin() as session:
        user = await people.user(session, now=clock.now(), door="client")
    post = _Post([OSError("full"), None])
    with pytest.raises(OSError, match="full"):
        await _reset_mail(database, post, settings, clock, user.id)
    assert [row.state for row in await _deliveries(database)] == ["failed"]
    await _reset_mail(database, post, settings, clock, user.id)
    assert [row.state for row in await _deliveries(database)] == ["sent"]
    assert len(post.taken) == 1


async def test_long_after_a_failure_a_new_message_with_a_whole_hour_is_written(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with database.begin() as session:
        user = await people.user(session, now=clock.now(), door="client")
    post = _Post([_Killed(), None])
    with pytest.raises(_Killed):
        await _reset_mail(database, post, settings, clock, user.id)
    clock.set_offset(11 * 60)
    await _reset_mail(database, post, settings, clock, user.id)
    assert post.taken[0].id != post.taken[1].id
    assert post.taken[0].text != post.taken[1].text


async def test_two_requests_are_two_messages(
    database: Database, settings: Settings, clock: Clock
) -> None:
    async with database.begin() as session:
        user = await people.user(session, now=clock.now(), door="client")
    post = _Post([None, None])
    for _ in range(2):
        await _reset_mail(database, post, settings, clock, user.id)
    assert len({mail.id for mail in post.taken}) == 2


@pytest.mark.parametrize("template", Template)
def test_every_letter_is_there_in_both_languages(template: Template) -> None:
    english = letters.write(template, "en", link="LINK", token="TOKEN")
    german = letters.write(template, "de", link="LINK", token="TOKEN")
    assert english.subject != german.subject
    assert letters.write(template, "fr", link="LINK", token="TOKEN") == english
    for letter in (english, german):
        assert "\n" not in letter.subject
        assert "{" not in letter.text
        plain = template in (Template.ADDRESS_TAKEN, Template.MEMBER_ELSEWHERE)
        assert ("TOKEN" in letter.text) is not plain
        assert ("LINK" in letter.text) is not (plain or template is Template.STEP_UP)
