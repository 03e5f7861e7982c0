"""An answer that never arrives: the connection is cut before its body."""

import asyncio
import contextlib

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class CutOff(Response):
    """Waits, then closes the connection; leaves earlier if the client has given up.

    HTTP servers offer no way to say nothing at all, so the header of an answer goes out and
    promises a body that does not follow; any client takes that for a lost connection.
    """

    def __init__(self, after_seconds: float = 0.0) -> None:
        super().__init__()
        self._after_seconds = after_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._after_seconds):
                while (await receive())["type"] != "http.disconnect":
                    pass
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
