"""E-mail over SMTP, encrypted from the first word or after STARTTLS, never less by accident."""

import ssl
from dataclasses import dataclass, field
from email.utils import formatdate, parseaddr
from enum import StrEnum

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPReadTimeoutError,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from app.gateways.mail import Mail, MailDelayed, MailLost, MailRefused, compose


class Encryption(StrEnum):
    """tls: from the first word (port 465). starttls: asked for, and the mail fails without it."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. `sender` may carry a name: `Lehrwerk <no-reply@…>`."""

    host: str
    port: int
    sender: str
    encryption: Encryption = Encryption.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_s: float = 15.0
    trust: ssl.SSLContext | None = field(default=None, repr=False)


class SmtpMailer:
    """One connection a message: a job sends few, and a dead connection is never reused."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._domain = parseaddr(server.sender)[1].rpartition("@")[2] or "lehrwerk.example"

    async def send(self, mail: Mail) -> None:
        """Raises MailRefused, MailDelayed, MailLost."""
        server = self._server
        message = compose(mail, sender=server.sender, domain=self._domain)
        # The real date, also where the clock was moved: mail servers distrust letters from then.
        message["Date"] = formatdate(usegmt=True)
        message["Auto-Submitted"] = "auto-generated"
        try:
            await aiosmtplib.send(
                message,
                sender=parseaddr(server.sender)[1],
                recipients=[mail.to],
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.encryption is Encryption.TLS,
                start_tls=server.encryption is Encryption.STARTTLS,
                timeout=server.timeout_s,
                tls_context=server.trust,
            )
        except (SMTPException, OSError, ValueError) as error:
            # Without the cause: its text quotes addresses.
            raise _meaning(error) from None


def _meaning(error: Exception) -> OSError:
    """What an error says about the message. What was never handed over can be sent again."""
    match error:
        case SMTPRecipientsRefused(recipients=refused):
            return _by_code(refused[0].code if refused else 451)
        case SMTPAuthenticationError() | SMTPSenderRefused():
            return MailDelayed("the mail server does not take mail from us now")
        case SMTPRecipientRefused(code=code) | SMTPDataError(code=code):
            return _by_code(code)
        case SMTPConnectError():
            return MailDelayed("the mail server cannot be reached")
        case SMTPReadTimeoutError() | SMTPServerDisconnected():
            return MailLost("the mail server went silent")
        case _:
            return MailDelayed("the mail could not be handed over")


def _by_code(code: int) -> OSError:
    """5xx is for ever, 4xx is for now."""
    if code >= 500:
        return MailRefused(f"refused with {code}")
    return MailDelayed(f"put off with {code}")
