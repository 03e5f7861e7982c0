"""Timesheets with both sides of the money, by the first day of their week in the week's zone."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Select, cast, func, select, true
from sqlalchemy.sql.selectable import LateralFromClause

from app.companies.tables import Company
from app.engagements.tables import Engagement
from app.exports.dataset import Dataset, amount, begins, ends
from app.invoicing.tables import Invoice, InvoiceLine
from app.kit.csv_writing import Cell
from app.projects.tables import Position, Project
from app.timesheets.bill_lines import BillLine
from app.timesheets.pay_lines import PayLine
from app.timesheets.tables import Approval, Timesheet
from app.trainers.tables import Trainer

# No zone is further than this from UTC; it lets the index on instants find the local days.
_ZONES_REACH = timedelta(days=1)


def _billed() -> LateralFromClause:
    return (
        select(
            func.sum(BillLine.minutes).label("minutes"),
            func.sum(BillLine.bill_minor).label("bill_minor"),
            func.string_agg(Invoice.number.distinct(), " ").label("invoices"),
        )
        .join(Approval, Approval.id == BillLine.approval_id)
        .outerjoin(InvoiceLine, InvoiceLine.bill_line_id == BillLine.id)
        .outerjoin(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(Approval.timesheet_id == Timesheet.id)
        .lateral("billed")
    )


def _earned() -> LateralFromClause:
    return (
        select(func.sum(PayLine.pay_minor).label("pay_minor"))
        .join(Approval, Approval.id == PayLine.approval_id)
        .where(Approval.timesheet_id == Timesheet.id)
        .lateral("earned")
    )


def _timesheets(from_on: date, to_on: date) -> Select[*tuple[Any, ...]]:
    billed, earned = _billed(), _earned()
    zone = Engagement.pay_week_timezone
    first_day = cast(func.timezone(zone, Timesheet.week_starts_at), Date)
    last_day = cast(func.timezone(zone, Timesheet.week_ends_at), Date) - 1
    return (
        select(
            Timesheet.id,
            Timesheet.state,
            Timesheet.company_id,
            Company.legal_name,
            Project.title.label("project"),
            Position.title.label("position"),
            Position.purchase_order,
            Timesheet.trainer_id,
            Trainer.full_name,
            first_day.label("week_from_on"),
            last_day.label("week_to_on"),
            billed.c.minutes,
            Company.currency,
            billed.c.bill_minor,
            earned.c.pay_minor,
            billed.c.invoices,
            Timesheet.submitted_at,
            Timesheet.approved_at,
            Timesheet.engagement_id,
        )
        .join(Engagement, Engagement.id == Timesheet.engagement_id)
        .join(Position, Position.id == Engagement.position_id)
        .join(Project, Project.id == Engagement.project_id)
        .join(Company, Company.id == Timesheet.company_id)
        .join(Trainer, Trainer.id == Timesheet.trainer_id)
        .join(billed, true())
        .join(earned, true())
        .where(
            Timesheet.week_starts_at >= begins(from_on) - _ZONES_REACH,
            Timesheet.week_starts_at < ends(to_on) + _ZONES_REACH,
            first_day.between(from_on, to_on),
        )
        .order_by(Timesheet.week_starts_at, Timesheet.id)
    )


def _timesheet(row: Any) -> Sequence[Cell]:
    bill, pay = (None if sum_ is None else int(sum_) for sum_ in (row.bill_minor, row.pay_minor))
    fee = None if bill is None or pay is None else bill - pay
    return (
        str(row.id),
        row.state,
        str(row.company_id),
        row.legal_name,
        row.project,
        row.position,
        row.purchase_order,
        str(row.trainer_id),
        row.full_name,
        row.week_from_on,
        row.week_to_on,
        None if row.minutes is None else int(row.minutes),
        row.currency,
        *amount(bill, row.currency),
        *amount(pay, row.currency),
        *amount(fee, row.currency),
        row.invoices,
        row.submitted_at,
        row.approved_at,
        str(row.engagement_id),
    )


TIMESHEETS = Dataset(
    columns=(
        "timesheet_id",
        "state",
        "company_id",
        "company",
        "project",
        "position",
        "purchase_order",
        "trainer_id",
        "trainer",
        "week_from_on",
        "week_to_on",
        "approved_minutes",
        "currency",
        "bill_minor",
        "bill",
        "pay_minor",
        "pay",
        "fee_minor",
        "fee",
        "invoices",
        "submitted_at",
        "approved_at",
        "engagement_id",
    ),
    statement=_timesheets,
    cells=_timesheet,
)
