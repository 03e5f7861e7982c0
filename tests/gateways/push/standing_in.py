"""Stand-ins for Apple's and Google's push services on real ports: HTTP/2, and HTTP/1.1."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded


@dataclass
class Heard:
    """One request: path, headers and body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}


@dataclass
class Service:
    """What was heard, how many connections came, and the answers to give; then 200.

    An answer of status 0 hangs up instead.
    """

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    connections: int = 0
    fine: dict[str, Any] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self) -> tuple[int, bytes]:
        status, body = self.answers.pop(0) if self.answers else (200, self.fine)
        return status, json.dumps(body).encode() if body else b""


@contextlib.asynccontextmanager
async def apple() -> AsyncIterator[Service]:
    """HTTP/2 with prior knowledge: the frames are Apple's, the encryption is left out."""
    found = Service()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        with contextlib.suppress(ConnectionError):
            await _speak_h2(reader, writer, found)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


async def _speak_h2(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, at: Service
) -> None:
    connection = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
    connection.initiate_connection()
    writer.write(connection.data_to_send())
    open_: dict[int, Heard] = {}
    while data := await reader.read(65_536):
        for event in connection.receive_data(data):
            if isinstance(event, RequestReceived):
                headers = {str(k): str(v) for k, v in event.headers or ()}
                open_[event.stream_id or 0] = Heard(headers[":path"], headers, b"")
            elif isinstance(event, DataReceived):
                open_[event.stream_id or 0].body += event.data or b""
            elif isinstance(event, StreamEnded):
                stream = event.stream_id or 0
                at.heard.append(open_.pop(stream))
                status, body = at.answer()
                if status == 0:
                    return
                connection.send_headers(stream, [(":status", str(status))], end_stream=not body)
                if body:
                    connection.send_data(stream, body, end_stream=True)
        writer.write(connection.data_to_send())
        await writer.drain()


@contextlib.asynccontextmanager
async def google() -> AsyncIterator[Service]:
    """HTTP/1.1, one request a connection: the sign-in and the messages."""
    found = Service(fine={"name": "projects/lehrwerk/messages/1"})

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _speak_http(reader, writer, found)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


async def _speak_http(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, at: Service
) -> None:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    path = first.split(" ")[1]
    at.heard.append(Heard(path, headers, body))
    if path == "/token":
        status, answer = 200, json.dumps({"access_token": f"t{len(at.heard)}"}).encode()
    else:
        status, answer = at.answer()
    if status == 0:
        return
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + answer)
    await writer.drain()
