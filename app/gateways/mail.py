"""E-mail. The default adapter writes messages into a folder, so that nothing leaves a laptop."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from uuid import UUID


class MailDelayed(OSError):
    """The message was surely not taken; another try may be."""


class MailRefused(OSError):
    """The message was surely not taken and never will be: no such mailbox, or no such address."""


class MailLost(OSError):
    """The connection broke while the message was handed over; it may have been taken."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `id` makes a repeat recognisable."""

    id: UUID
    to: str
    subject: str
    text: str


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand the message over. Raises OSError when that failed: MailDelayed, MailRefused or
        MailLost where it is known which."""


def compose(mail: Mail, *, sender: str | None = None, domain: str) -> EmailMessage:
    """The message as it is sent; `Message-Id` repeats for the same mail.

    Raises MailRefused for a line break in a header: it would begin a header of somebody's own.
    """
    for value in (mail.to, mail.subject, sender or ""):
        if any(ord(sign) < 32 or sign in "\x7f\x85\u2028\u2029" for sign in value):
            raise MailRefused("a header holds a control character")
    message = EmailMessage(policy=SMTP)
    try:
        message["To"] = mail.to
        if sender is not None:
            message["From"] = sender
        message["Subject"] = mail.subject
        message["Message-Id"] = f"<{mail.id}@{domain}>"
    except (ValueError, IndexError):  # the header parser's ways of saying no
        raise MailRefused("a header cannot be written") from None
    message.set_content(mail.text)
    return message


class FolderMailer:
    """Writes `<id>.eml` into a folder; sending twice writes the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail) -> None:
        message = compose(mail, domain="lehrwerk.example")
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self._folder / f"{mail.id}.eml"
        target.write_bytes(bytes(message))
        target.chmod(0o600)
