"""Reading the mails that the jobs really wrote."""

import email
import email.policy
import re
from email.message import EmailMessage

from app.api.door import Runtime

_TOKEN = re.compile(r"#token=([A-Za-z0-9_-]{43})")


def mails(runtime: Runtime, to: str) -> list[EmailMessage]:
    """Everything that was mailed to an address, oldest first."""
    folder = runtime.settings.data_dir / "mail"
    files = sorted(folder.glob("*.eml")) if folder.exists() else []
    parsed = [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]
    return [m for m in parsed if isinstance(m, EmailMessage) and m["To"] == to]


def token_in(message: EmailMessage, runtime: Runtime) -> str:
    """The token of a mailed link, which stands there twice: in the link and to be typed."""
    body = message.get_content()
    found = _TOKEN.search(body)
    assert found is not None
    assert runtime.settings.public_url in body
    assert body.count(found[1]) == 2
    return found[1]
