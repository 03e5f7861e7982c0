"""The billing profile: who is invoiced, where, and how the company would like to pay."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import null
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies import queries
from app.companies.queries import Address, BillingFacts, RequestedTerms
from app.companies.refusals import CountryUnknown
from app.companies.tables import BillingProfile
from app.domain import vocabulary
from app.domain.actor import ClientActor
from app.domain.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Billing:
    """A whole profile; what is None is empty afterwards. `tax_treatment` None: decided per
    invoice from the address and the VAT id."""

    legal_name: str
    address: Address
    vat_id: str | None
    tax_treatment: str | None
    buyer_reference: str | None
    cost_centre: str | None
    timezone: str
    requested_terms: RequestedTerms | None


async def set_billing_profile(
    session: AsyncSession, actor: ClientActor, billing: Billing, *, now: datetime
) -> BillingFacts:
    """Replace the whole profile. Invoices that were issued keep what they pinned.

    Raises NotAllowed, CountryUnknown.
    """
    require(actor, Permission.MANAGE_COMPANY)
    if billing.address.country not in vocabulary.COUNTRIES:
        raise CountryUnknown
    values = {
        "legal_name": billing.legal_name,
        "address": asdict(billing.address),
        "vat_id": billing.vat_id,
        "tax_treatment": billing.tax_treatment,
        "buyer_reference": billing.buyer_reference,
        "cost_centre": billing.cost_centre,
        "timezone": billing.timezone,
        "requested_terms": asdict(billing.requested_terms) if billing.requested_terms else null(),
        "updated_at": now,
    }
    await session.execute(
        insert(BillingProfile)
        .values(company_id=actor.company_id, **values)
        .on_conflict_do_update(index_elements=[BillingProfile.company_id], set_=values)
    )
    saved = await queries.get_billing(session, actor.company_id)
    assert saved is not None
    return saved
