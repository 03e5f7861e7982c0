"""An invitation's mail: once per sending, the very same after a crash, none when it is over."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.companies import mailing
from app.companies.tables import CompanyInvitation
from app.gateways.mail import Mail
from app.kit import crypto
from app.kit.clock import Clock
from app.kit.db import Database
from app.settings import Settings
from tests.factories import people


class _Killed(BaseException):
    """The process dies here: no handler of ours may catch it."""


class _Post:
    """A mailer that takes, refuses, or is the last thing a process does."""

    def __init__(self, *outcomes: BaseException | None) -> None:
        self.taken: list[Mail] = []
        self._outcomes: Sequence[BaseException | None] = outcomes
        self.asked = 0

    async def send(self, mail: Mail) -> None:
        outcome = self._outcomes[self.asked]
        self.asked += 1
        if not isinstance(outcome, OSError):
            self.taken.append(mail)
        if outcome is not None:
            raise outcome


@pytest.fixture
def box(database: Database, settings: Settings, clock: Clock) -> "_Box":
    return _Box(database, settings, clock)


class _Box:
    """One open invitation whose mail is still to be sent."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self.database, self.settings, self.clock = database, settings, clock
        self.row: CompanyInvitation | None = None

    async def make(self) -> None:
        async with self.database.begin() as session:
            company = await people.company(session, now=self.clock.now())
            self.row = await people.invitation(session, company.id, now=self.clock.now())
            self.row.mail_state, self.row.token_hash = "intended", None

    async def deliver(self, post: _Post) -> None:
        assert self.row is not None
        await mailing.deliver_invitation(
            self.database,
            post,
            invitation_id=self.row.id,
            settings=self.settings,
            clock=self.clock,
        )

    async def stored(self) -> CompanyInvitation:
        assert self.row is not None
        async with self.database.begin() as session:
            return await session.get_one(CompanyInvitation, self.row.id)


async def test_a_job_killed_after_the_call_repeats_the_same_message(box: _Box) -> None:
    await box.make()
    post = _Post(_Killed(), None)
    with pytest.raises(_Killed):
        await box.deliver(post)
    assert (await box.stored()).mail_state == "intended"
    for _ in range(2):
        await box.deliver(post)
    assert post.taken[0] == post.taken[1]
    assert post.asked == 2, "what was sent is not sent again"
    row = await box.stored()
    assert row.mail_state == "sent"
    token = post.taken[0].text.split("#token=")[1].split()[0]
    assert row.token_hash == crypto.fingerprint(token)


async def test_a_refusing_mailer_is_noted_and_tried_again(box: _Box) -> None:
    await box.make()
    post = _Post(OSError("full"), None)
    with pytest.raises(OSError, match="full"):
        await box.deliver(post)
    assert (await box.stored()).mail_state == "failed"
    await box.deliver(post)
    assert (await box.stored()).mail_state == "sent"


@pytest.mark.parametrize("over", ["withdrawn", "expired"])
async def test_no_mail_for_what_is_over(box: _Box, over: str) -> None:
    await box.make()
    if over == "withdrawn":
        async with box.database.begin() as session:
            await session.execute(update(CompanyInvitation).values(state="withdrawn"))
    else:
        box.clock.set_offset(int(timedelta(days=7).total_seconds()) + 1)
    post = _Post()
    await box.deliver(post)
    assert post.asked == 0
    assert (await box.stored()).token_hash is None
