"""A mail server on a real port that takes, refuses, hangs up, and speaks TLS as it is told."""

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

BEGUN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@dataclass
class MailServer:
    """What arrived, and what the next recipient, or the next message, is answered."""

    port: int
    trust: ssl.SSLContext
    taken: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)
    to_recipient: str = "250 fine"
    to_message: str | None = "250 taken"  # None: hang up after the message
    offers_starttls: bool = True


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's and the client's side of a certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(BEGUN)
        .not_valid_after(BEGUN.replace(year=2050))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    paper, secret = folder / "paper.pem", folder / "secret.pem"
    paper.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(paper, secret)
    return ours, ssl.create_default_context(cafile=str(paper))


@contextlib.asynccontextmanager
async def serving(folder: Path, *, tls: bool = False) -> AsyncIterator[MailServer]:
    """A server; `tls`: encrypted from the first word."""
    ours, trust = certificate(folder)
    found = MailServer(0, trust)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await _talk(reader, writer, found, ours, encrypted=tls)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=ours if tls else None)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


async def _talk(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    at: MailServer,
    context: ssl.SSLContext,
    *,
    encrypted: bool,
) -> None:
    def say(*lines: str) -> None:
        writer.write("".join(f"{line}\r\n" for line in lines).encode())

    say("220 stand-in")
    while line := (await reader.readline()).decode().strip():
        verb = line.split(" ")[0].upper()
        if verb == "EHLO":
            extra = ["250-STARTTLS"] if at.offers_starttls and not encrypted else []
            say("250-stand-in", *extra, "250 AUTH PLAIN")
        elif verb == "STARTTLS":
            say("220 go ahead")
            await writer.drain()
            await writer.start_tls(context)
            encrypted = True
        elif verb == "AUTH":
            at.credentials.append(line)
            say("235 in")
        elif verb == "RCPT":
            at.recipients.append(line)
            say(at.to_recipient)
        elif verb == "DATA":
            say("354 go on")
            body = await reader.readuntil(b"\r\n.\r\n")
            if at.to_message is None:
                return
            at.taken.append(body)
            at.encrypted.append(encrypted)
            say(at.to_message)
        elif verb == "QUIT":
            say("221 bye")
            return
        else:
            say("250 fine")
