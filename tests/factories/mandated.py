"""A means of payment that a company has saved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import mandates
from app.invoicing.mandate_tables import PaymentMethod
from app.kit.ids import new_id
from tests.gateways.simulator.running import Running


async def method(
    session: AsyncSession, sim: Running, things: dict[str, UUID], *, now: datetime
) -> None:
    """An active card of the world's company, whose customer the provider knows."""
    customer = await sim.client().v1.customers.create_async({"name": "Invented Labs"})
    method_id = new_id()
    row = PaymentMethod(
        id=method_id, company_id=things["company"], state="active",
        provider_customer_id=customer.id, provider_method_id=f"pm_{method_id.hex}", kind="card",
        brand="visa", last_four="4242", expires_year=2040, expires_month=12,
        consent_version=mandates.CONSENT_VERSION, consent_language="en",
        consent_text=mandates.consent("en"), consented_by_user_id=things["owner user"],
        consented_at=now, looked_at=now, saved_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    things["payment_method"] = method_id
