"""What must be true of companies, each with the rows that break it."""

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company, CompanyMember, CreditTerms
from app.domain.actor import CompanyRole
from app.identity.tables import Grant
from app.kit.proof import Identity


async def prove(session: AsyncSession) -> list[Identity]:
    """Every identity of companies."""
    return [
        await _one_owner(session),
        await _own_currency(session),
        await _let_in_as_members(session),
    ]


async def _one_owner(session: AsyncSession) -> Identity:
    """Each company has one owner, and what identity was told lets that owner in."""
    rows = await session.execute(
        select(Company.id, func.count(Grant.user_id))
        .outerjoin(
            CompanyMember,
            and_(CompanyMember.company_id == Company.id, CompanyMember.role == CompanyRole.OWNER),
        )
        .outerjoin(
            Grant,
            and_(
                Grant.user_id == CompanyMember.user_id,
                Grant.subject_id == Company.id,
                Grant.role == CompanyRole.OWNER,
            ),
        )
        .group_by(Company.id)
    )
    found = rows.all()
    return Identity(
        "each company has one owner who may act",
        len(found),
        tuple(f"company {id_}: {owners} owners" for id_, owners in found if owners != 1),
    )


async def _own_currency(session: AsyncSession) -> Identity:
    rows = await session.execute(
        select(CreditTerms.id, CreditTerms.currency, Company.currency).join(
            Company, Company.id == CreditTerms.company_id
        )
    )
    found = rows.all()
    return Identity(
        "credit terms are in the company's currency",
        len(found),
        tuple(
            f"credit terms {id_}: {granted}, company {own}"
            for id_, granted, own in found
            if granted != own
        ),
    )


async def _let_in_as_members(session: AsyncSession) -> Identity:
    """Who may act for a company is a member of it in the same role, and the other way round."""
    granted = select(Grant).join(Company, Company.id == Grant.subject_id).subquery()
    rows = await session.execute(
        select(
            CompanyMember.company_id,
            CompanyMember.user_id,
            CompanyMember.role,
            granted.c.subject_id,
            granted.c.user_id,
            granted.c.role,
        ).join(
            granted,
            and_(
                granted.c.subject_id == CompanyMember.company_id,
                granted.c.user_id == CompanyMember.user_id,
            ),
            full=True,
        )
    )
    found = rows.all()
    return Identity(
        "members and who may act for a company are the same",
        len(found),
        tuple(
            f"company {company or of}: user {user or who} is {role}, may act as {acts_as}"
            for company, user, role, of, who, acts_as in found
            if role != acts_as
        ),
    )
