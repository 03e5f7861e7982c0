"""Exports: the job that writes a file."""

from collections.abc import Mapping
from uuid import UUID

from app.exports import writing
from app.jobs.toolbox import Toolbox


async def write_export(tools: Toolbox, ids: Mapping[str, str]) -> None:
    """Write the file of one export. Does nothing if it is written."""
    await writing.write(tools.database, tools.outside.files, tools.clock, UUID(ids["export_id"]))
