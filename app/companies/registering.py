"""A company appears, with its owner."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.refusals import CountryUnknown, CurrencyNotOffered
from app.companies.tables import Company, CompanyMember
from app.domain import vocabulary
from app.domain.actor import CompanyRole
from app.identity import accounts, grants
from app.kit.ids import new_id


@dataclass(frozen=True, slots=True)
class NewCompany:
    """What is said at registration; `currency` can never change."""

    legal_name: str
    country: str
    currency: str
    billing_email: str


@dataclass(frozen=True, slots=True)
class NewOwner:
    """The first member. The hash is made before the transaction has anything to hold."""

    email: str
    password_hash: str
    full_name: str
    language: str


@dataclass(frozen=True, slots=True)
class Registered:
    company_id: UUID
    user_id: UUID


def check(company: NewCompany) -> None:
    """Raise CountryUnknown or CurrencyNotOffered, before a password is hashed for nothing."""
    if company.country not in vocabulary.COUNTRIES:
        raise CountryUnknown
    if company.currency not in vocabulary.CURRENCIES:
        raise CurrencyNotOffered(offered=", ".join(vocabulary.CURRENCIES))


async def register(
    session: AsyncSession, company: NewCompany, owner: NewOwner, *, now: datetime
) -> Registered:
    """Open the company and its owner's account, who may act at once. A mail to verify the address
    is on its way. Raises CountryUnknown, CurrencyNotOffered."""
    check(company)
    user_id = await accounts.open_user(
        session,
        door="client",
        email=owner.email,
        password_hash=owner.password_hash,
        full_name=owner.full_name,
        language=owner.language,
        now=now,
    )
    company_id = new_id()
    session.add(
        Company(
            id=company_id,
            legal_name=company.legal_name,
            country=company.country,
            currency=company.currency,
            billing_email=company.billing_email,
            created_at=now,
        )
    )
    await session.flush()
    session.add(
        CompanyMember(company_id=company_id, user_id=user_id, role=CompanyRole.OWNER, joined_at=now)
    )
    await session.flush()
    await grants.grant(session, user_id=user_id, subject_id=company_id, role=CompanyRole.OWNER)
    return Registered(company_id, user_id)
