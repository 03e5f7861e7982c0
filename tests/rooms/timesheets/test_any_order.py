"""Whatever people do in whatever order: the proof holds after it, and nothing but refusals came."""

from random import Random

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.refusals import Refusal
from tests.factories import quick
from tests.factories.hours import assert_proven
from tests.factories.life import Life, two_jobs


@pytest.mark.parametrize("seed", quick.first([1, 2, 3]))
async def test_any_order(session: AsyncSession, seed: int) -> None:
    life = Life(session, await two_jobs(session), Random(seed), ids=[])
    done = 0
    for step in range(150):
        try:
            async with session.begin_nested():
                await life.deed()()
            done += 1
        except Refusal:
            pass
        if step % 10 == 9:
            await assert_proven(session)
    assert done > 40
