"""Both sides see a position's minutes burn down, and see the same."""

from uuid import UUID, uuid4

from sqlalchemy import update

from app.engagements.tables import Engagement
from app.projects.tables import Position
from tests.factories.time_doors import World, assert_walls


async def test_used_reserved_left_and_until_when(world: World) -> None:
    async with world.runtime.database.begin() as session:
        engagement = await session.get(Engagement, UUID(world.engagement_id))
        assert engagement is not None
        position = engagement.position_id
        await session.execute(
            update(Position).where(Position.id == position).values(total_minutes=600)
        )
    await world.trainer("PUT", f"/time-entries/{uuid4()}", world.hours(9, 3))
    started = {"engagement_id": world.engagement_id}
    timer = await world.trainer("PUT", f"/time-entries/{uuid4()}/timer", started)
    assert timer.status_code == 201
    company = await world.company("GET", f"/positions/{position}/burn")
    trainer = await world.trainer("GET", f"/engagements/{world.engagement_id}/burn")
    assert (company.status_code, trainer.status_code) == (200, 200)
    burn = company.json()
    assert trainer.json() == burn
    assert (burn["cap_minutes"], burn["used_minutes"], burn["reserved_minutes"]) == (600, 120, 60)
    assert (burn["left_minutes"], burn["over_cap_minutes"]) == (420, 60)
    assert burn["pace_minutes_per_week"] > 0
    assert burn["exhausted_on"] > world.runtime.clock.now().date().isoformat()
    assert (await world.rival("GET", f"/positions/{position}/burn")).status_code == 404
    assert (
        await world.stranger("GET", f"/engagements/{world.engagement_id}/burn")
    ).status_code == 404
    assert_walls(world)
