"""Files for other systems: ask, watch, download."""

from base64 import b64encode
from uuid import UUID

from fastapi import Response

from app.api import door
from app.api.door import Now, Run, Session
from app.api.finance.actor import Caller
from app.api.finance.inputs.exports import CreateExport
from app.api.finance.views.exports import FinanceExport
from app.exports import formats, ordering, queries
from app.exports.queries import WrittenFile

router = door.router("exports")


@router.post("/exports", operation_id="create_export", status_code=202)
async def create_export(
    said: CreateExport, caller: Caller, session: Session, now: Now
) -> FinanceExport:
    """Ask for a file of invoices, invoice lines, timesheets, payouts or ledger entries.

    It is written in the background; fetch the export until its state is `finished`.
    """
    export_id = await ordering.order(
        session,
        caller,
        kind=said.kind,
        form=said.format,
        from_on=said.from_on,
        to_on=said.to_on,
        now=now,
    )
    return FinanceExport.of(await queries.get_export(session, export_id))


@router.get("/exports/{export_id}", operation_id="get_export")
async def get_export(export_id: UUID, _: Caller, session: Session) -> FinanceExport:
    """How far the file is."""
    return FinanceExport.of(await queries.get_export(session, export_id))


@router.get(
    "/exports/{export_id}/file",
    operation_id="download_export",
    response_class=Response,
    responses={
        200: {
            "description": "The file. `Repr-Digest` (RFC 9530) holds its SHA-256.",
            "content": {
                media_type.split(";", maxsplit=1)[0]: {"schema": {"type": "string"}}
                for media_type in formats.MEDIA_TYPES.values()
            },
        }
    },
)
async def download_export(export_id: UUID, _: Caller, run: Run) -> Response:
    """The finished file, always the same bytes. 409 `export_not_finished` before that."""
    async with run.database.begin() as session:
        file = await queries.get_file(session, export_id)
    return _attached(file, await run.outside.files.get(file.file_key))


def _attached(file: WrittenFile, content: bytes) -> Response:
    return Response(
        content,
        media_type=formats.MEDIA_TYPES[file.form],
        headers={
            "Content-Disposition": f'attachment; filename="{file.file_name}"',
            "Repr-Digest": f"sha-256=:{b64encode(file.sha256).decode()}:",
            "ETag": f'"{file.sha256.hex()}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
