"""What must be true of projects, each with the rows that break it."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import Company
from app.kit.proof import Identity
from app.projects.bill_terms import PositionBillTerms
from app.projects.pay_terms import PositionPayTerms
from app.projects.tables import Position, Project, ProjectStep


async def prove(session: AsyncSession) -> list[Identity]:
    """Every identity of projects."""
    return [await _priced_on_both_sides(session), await _stands_as_its_history_says(session)]


async def _priced_on_both_sides(session: AsyncSession) -> Identity:
    """A position has both caps in its company's currency, and pays no more than it bills."""
    bill, pay = PositionBillTerms, PositionPayTerms
    rows = await session.execute(
        select(
            Position.id,
            Company.currency,
            bill.currency.label("bill_currency"),
            pay.currency.label("pay_currency"),
            (pay.pay_rate_up_to_minor <= bill.bill_rate_cap_minor).label("within"),
        )
        .join(Company, Company.id == Position.company_id)
        .outerjoin(bill, bill.position_id == Position.id)
        .outerjoin(pay, pay.position_id == Position.id)
    )
    found = rows.all()
    return Identity(
        "a position has a cap on both sides, in its company's currency, pay within bill",
        len(found),
        tuple(
            f"position {row.id}: company {row.currency}, bill {row.bill_currency or 'missing'},"
            f" pay {row.pay_currency or 'missing'}{'' if row.within else ', pay beyond bill'}"
            for row in found
            if not (row.within and row.currency == row.bill_currency == row.pay_currency)
        ),
    )


async def _stands_as_its_history_says(session: AsyncSession) -> Identity:
    latest = (
        select(ProjectStep.project_id, ProjectStep.state)
        .order_by(ProjectStep.project_id, ProjectStep.at.desc(), ProjectStep.id.desc())
        .ext(distinct_on(ProjectStep.project_id))
        .subquery()
    )
    rows = await session.execute(
        select(Project.id, Project.state, latest.c.state.label("said")).join(
            latest, latest.c.project_id == Project.id
        )
    )
    found = rows.all()
    return Identity(
        "a project stands as its latest step says",
        len(found),
        tuple(
            f"project {row.id}: {row.state}, latest step {row.said}"
            for row in found
            if row.state != row.said
        ),
    )
