"""Structured logs. Keys that could hold a secret or an amount are masked, wherever they appear."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET = re.compile(
    r"password|secret|token|authorization|api_?key|otp|cookie|signature|iban|number|"
    r"amount|minor|rate|email",
    re.IGNORECASE,
)
_LOOKS_SECRET = re.compile(r"(sk|rk|whsec|lwk|lwr|lwa)_[A-Za-z0-9_.-]{6,}")


def mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: drop what must never be in a log line."""
    for key, value in event.items():
        if key != "event" and _SECRET.search(key):
            event[key] = "[masked]"
        elif isinstance(value, str):
            event[key] = _LOOKS_SECRET.sub("[masked]", value)
    return event


def set_up(log_format: str = "json", *, level: int = logging.INFO) -> None:
    """Configure once per process: `json` for machines, `console` for people."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if log_format == "console"
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # before the mask: errors quote what they got
            mask,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s"
    )
    for name in ("httpx", "httpcore", "hpack"):
        # They write whole addresses, and the address of a push is a phone's token.
        logging.getLogger(name).setLevel(logging.WARNING)
