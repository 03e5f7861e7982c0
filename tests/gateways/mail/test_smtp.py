"""Handing mail over: encrypted, once, and with an answer that says what to do next."""

import email
import email.policy
import logging
import os
from pathlib import Path
from uuid import UUID

import pytest

from app.gateways.mail import FolderMailer, Mail, MailDelayed, MailLost, MailRefused, compose
from app.gateways.smtp import Encryption, SmtpMailer, SmtpServer
from tests.gateways.mail.standing_in import MailServer, serving

MAIL = Mail(
    UUID("5a3c0f6e-9d14-4d0c-8f3e-2b7a51c6d901"),
    "rosa.erfunden@example.org",
    "Ihre Prüfung läuft ab",
    "Bis morgen.\n.\nEine Zeile mit einem Punkt.\n",
)


def mailer(server: MailServer, *, how: Encryption = Encryption.STARTTLS) -> SmtpMailer:
    return SmtpMailer(
        SmtpServer(
            host="127.0.0.1",
            port=server.port,
            sender="Lehrwerk <no-reply@lehrwerk.example>",
            encryption=how,
            username="lehrwerk",
            password="canary-smtp-5a31",
            timeout_s=5,
            trust=server.trust,
        )
    )


@pytest.mark.parametrize("how", [Encryption.STARTTLS, Encryption.TLS])
async def test_a_letter_arrives_encrypted_and_whole(tmp_path: Path, how: Encryption) -> None:
    async with serving(tmp_path, tls=how is Encryption.TLS) as server:
        await mailer(server, how=how).send(MAIL)
        assert server.encrypted == [True]
        assert server.recipients == ["RCPT TO:<rosa.erfunden@example.org>"]
        assert len(server.credentials) == 1
    raw = server.taken[0].removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == MAIL.subject
    assert message["To"] == MAIL.to
    assert message["From"] == "Lehrwerk <no-reply@lehrwerk.example>"
    assert message["Message-Id"] == f"<{MAIL.id}@lehrwerk.example>"
    assert message["Date"]
    body = message.get_content()  # type: ignore[attr-defined]
    assert body.replace("\r\n", "\n") == MAIL.text


async def test_without_the_promised_encryption_nothing_is_sent(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        server.offers_starttls = False
        with pytest.raises(MailDelayed):
            await mailer(server).send(MAIL)
        assert server.taken == server.credentials == []


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with serving(tmp_path) as server, serving(tmp_path / "other") as other:
        server.trust = other.trust
        with pytest.raises(MailDelayed):
            await mailer(server).send(MAIL)
        assert server.taken == server.credentials == []


@pytest.mark.parametrize(
    ("to_recipient", "to_message", "meaning"),
    [
        ("550 no such mailbox", "250 taken", MailRefused),
        ("450 try later", "250 taken", MailDelayed),
        ("250 fine", "554 spam", MailRefused),
        ("250 fine", "451 full", MailDelayed),
        ("250 fine", None, MailLost),
    ],
)
async def test_every_answer_says_what_to_do_next(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    *,
    to_recipient: str,
    to_message: str | None,
    meaning: type[OSError],
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(tmp_path) as server:
        server.to_recipient, server.to_message = to_recipient, to_message
        with pytest.raises(meaning) as raised:
            await mailer(server).send(MAIL)
    said = f"{raised.value} {raised.value.__cause__} {caplog.text}"
    assert MAIL.to not in said
    assert "canary-smtp" not in said


async def test_a_server_that_is_not_there_is_asked_again_later(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        away = mailer(server)
    with pytest.raises(MailDelayed):
        await away.send(MAIL)


def test_the_password_is_in_no_text() -> None:
    server = SmtpServer("127.0.0.1", 25, "a@example.org", password="canary-smtp-5a31")
    assert "canary" not in repr(server)


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("rosa@example.org\r\nBcc: all@example.org", "Hello"),
        ("rosa@example.org", "Hello\nBcc: all@example.org"),
        ("rosa@example.org", "Hello\rX: y"),
        ("rosa@example.org", "Hello\u2028X: y"),
        ("rosa@example.org\x00", "Hello"),
    ],
)
async def test_no_header_can_begin_inside_another(tmp_path: Path, to: str, subject: str) -> None:
    wrong = Mail(MAIL.id, to, subject, "text")
    with pytest.raises(MailRefused):
        compose(wrong, domain="lehrwerk.example")
    with pytest.raises(MailRefused):
        await FolderMailer(tmp_path).send(wrong)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 – an async test may not walk a path
