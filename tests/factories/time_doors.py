"""A trainer at work for a company, seen through the doors, with rates that give themselves away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.api.door import Runtime
from app.timesheets import proof
from tests.factories import people
from tests.factories.hiring_doors import Caller

BILL, PAY = 733_137, 331_744


@dataclass
class World:
    """A trainer at work for a company, a rival of each, and operations."""

    company: Caller
    rival: Caller
    trainer: Caller
    stranger: Caller
    operations: Caller
    engagement_id: str
    strangers_engagement_id: str
    runtime: Runtime
    monday: datetime
    users: dict[str, UUID]
    ahead: int

    def later(self, **length: int) -> None:
        """Set the clock to so long after that Wednesday noon."""
        self.runtime.clock.set_offset(self.ahead + int(timedelta(**length).total_seconds()))

    async def sign_in_again(self, caller: Caller) -> None:
        """Tokens live for an hour, and the clock was moved by days."""
        async with self.runtime.database.begin() as session:
            caller.token = await people.token(
                session, self.users[caller.door], now=self.runtime.clock.now()
            )

    def hours(self, start: float, length: float = 1, **more: Any) -> dict[str, Any]:
        begin = self.monday + timedelta(hours=start)
        return {
            "engagement_id": self.engagement_id,
            "started_at": begin.isoformat(),
            "ended_at": (begin + timedelta(hours=length)).isoformat(),
            **more,
        }


async def assert_proven(world: World) -> None:
    async with world.runtime.database.begin() as session:
        for identity in await proof.prove(session):
            assert identity.holds, identity


def assert_walls(world: World) -> None:
    """No digit of the other side's rate was ever heard, in any of its usual spellings."""
    for caller, rate in ((world.trainer, BILL), (world.stranger, BILL), (world.company, PAY)):
        for text in caller.heard:
            for spelling in (str(rate), f"{rate / 100:.2f}", f"{rate // 100:,}"):
                assert spelling not in text
            assert "budget" not in text or caller is world.company
    for text in world.operations.heard:
        assert "minor" not in text
