"""A closed-loop load generator: each connection sends its next request when it has its answer.

It shares the machine with what it measures, so it does as little as it can: requests are bytes
made as they are needed, and of an answer only the status and the length are read.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """What came back. `seconds` each, in order of arrival; the first answer of a bad status."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    elapsed_s: float = 0.0
    first_fault: str = ""

    @property
    def per_second(self) -> float:
        """Good answers a second. Raises RuntimeError when one was not."""
        if self.first_fault:
            raise RuntimeError(f"an answer under load: {self.first_fault}")
        return len(self.seconds) / self.elapsed_s

    def percentile_ms(self, share: float) -> float:
        """The time within which this share of answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], tally: Tally, until: float) -> None:
        self._requests, self._tally, self._until = requests, tally, until
        self._buffer = b""
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        place = head.find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        status = int(head[9:12])
        self._tally.statuses[status] += 1
        self._tally.seconds.append(time.perf_counter() - self._sent_at)
        if status >= 300 and not self._tally.first_fault:
            self._tally.first_fault = self._buffer.decode(errors="replace")[-600:]
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._tally.first_fault = self._tally.first_fault or f"connection lost: {exc}"
            self.done.set_result(None)

    def _next(self) -> None:
        request = None if time.perf_counter() >= self._until else next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


async def drive(
    ports: Sequence[int], streams: Sequence[Iterator[bytes]], *, seconds: float
) -> Tally:
    """A connection for each stream, spread over the ports, until time or its requests are up."""
    tally = Tally()
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    until = began + seconds
    made = []
    for number, stream in enumerate(streams):
        _, protocol = await loop.create_connection(
            lambda stream=stream: _Connection(stream, tally, until),  # type: ignore[misc]
            "127.0.0.1",
            ports[number % len(ports)],
        )
        made.append(protocol)
    await asyncio.gather(*(protocol.done for protocol in made))
    tally.elapsed_s = time.perf_counter() - began
    return tally


def request(method: str, path: str, *, token: str, body: bytes = b"") -> bytes:
    """One HTTP/1.1 request of a signed-in trainer."""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
