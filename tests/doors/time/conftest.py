"""The world of the tests of hours over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio

from app.api.door import Runtime
from app.companies.tables import CreditTerms
from app.kit.ids import new_id
from tests.factories import people
from tests.factories.at_work import deal
from tests.factories.hiring_doors import Caller
from tests.factories.time_doors import BILL, PAY, World


@pytest_asyncio.fixture
async def world(doors: httpx.AsyncClient, runtime: Runtime, now: datetime) -> World:
    """Rates that give themselves away: 7331.37 is billed, 3317.44 paid. Two hours a week.

    It is a Wednesday noon, so that no week ends while a test runs.
    """
    noon = datetime(now.year, now.month, now.day, 12, tzinfo=UTC)
    wednesday = noon + timedelta(days=7 + 2 - now.weekday())
    ahead = int((wednesday - now).total_seconds())
    runtime.clock.set_offset(ahead)
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        terms: dict[str, Any] = {
            "bill_minor": BILL, "pay_minor": PAY, "weekly_minutes": 120, "budget_minor": 50_000_000
        }  # fmt: skip
        at = await deal(session, now=now, **terms)
        other = await deal(session, now=now, **terms)
        for company in (at.company, other.company):
            session.add(
                CreditTerms(
                    id=new_id(), company_id=company.id, kind="invoice", net_days=14,
                    credit_limit_minor=50_000_000, currency="USD", funding_rule="on_collection",
                    effective_at=now - timedelta(days=1),
                )
            )  # fmt: skip

        async def caller(door: str, user_id: UUID) -> Caller:
            return Caller(doors, door, await people.token(session, user_id, now=now))

        staff = await people.user(session, now=now, door="operations")
        return World(
            company=await caller("client", at.owner_user_id),
            rival=await caller("client", other.owner_user_id),
            trainer=await caller("trainer", at.trainer.user_id),
            stranger=await caller("trainer", other.trainer.user_id),
            operations=await caller("operations", staff.id),
            engagement_id=str(at.engagement.id),
            strangers_engagement_id=str(other.engagement.id),
            runtime=runtime,
            monday=(wednesday - timedelta(days=9)).replace(hour=0),
            ahead=ahead,
            users={
                "client": at.owner_user_id,
                "trainer": at.trainer.user_id,
                "operations": staff.id,
            },
        )
