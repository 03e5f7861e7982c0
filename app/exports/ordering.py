"""Asking for a file: a row and a job, in one transaction."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import exporting
from app.domain.actor import FinanceActor
from app.domain.errands import Errand
from app.domain.exporting import ExportFormat, ExportKind, ExportState
from app.domain.refusals import InvalidValues
from app.exports.refusals import FORMAT_NOT_OFFERED, PERIOD_BACKWARDS
from app.exports.tables import Export
from app.kit import queue
from app.kit.ids import new_id


async def order(
    session: AsyncSession,
    actor: FinanceActor,
    *,
    kind: ExportKind,
    form: ExportFormat,
    from_on: date,
    to_on: date,
    now: datetime,
) -> UUID:
    """Ask for a file of `[from_on, to_on]`, both inclusive; returns the export's id.

    Raises InvalidValues for a period that runs backwards or a format that the kind lacks.
    """
    faults = []
    if to_on < from_on:
        faults.append(PERIOD_BACKWARDS)
    if not exporting.offered(kind, form):
        faults.append(FORMAT_NOT_OFFERED)
    if faults:
        raise InvalidValues(errors=faults)
    export = Export(
        id=new_id(),
        kind=kind.value,
        format=form.value,
        from_on=from_on,
        to_on=to_on,
        state=ExportState.WAITING.value,
        created_by_user_id=actor.user_id,
        created_at=now,
    )
    session.add(export)
    await session.flush()
    await queue.enqueue(session, Errand.WRITE_EXPORT, {"export_id": str(export.id)})
    return export.id
