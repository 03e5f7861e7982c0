"""E-mail. The default adapter writes messages into a folder, so that nothing leaves a laptop."""

from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. `id` makes a repeat recognisable."""

    id: UUID
    to: str
    subject: str
    text: str


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Hand the message over. Raises OSError when that failed."""


class FolderMailer:
    """Writes `<id>.eml` into a folder; sending twice writes the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail) -> None:
        message = EmailMessage()
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Message-Id"] = f"<{mail.id}@lehrwerk.example>"
        message.set_content(mail.text)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self._folder / f"{mail.id}.eml"
        target.write_bytes(bytes(message))
        target.chmod(0o600)
