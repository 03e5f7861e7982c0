"""Files as answers: saved under a name of ours, never shown inside a page of ours."""

from fastapi import Response

CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"


def attachment(content: bytes, *, name: str, media_type: str) -> Response:
    """`name` is ours and ASCII: nothing that a person typed belongs into a header."""
    return Response(
        content,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
