"""Push messages to phones. The default adapter writes them into a folder.

A push is never the only way in which somebody learns something: it may be lost without a word.
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

import structlog

from app.domain.notices import Platform

_log = structlog.get_logger("lehrwerk.push")


class PushOutcome(StrEnum):
    """gone: the phone has no such token any more. delayed: not now. unknown: no answer came."""

    SENT = "sent"
    GONE = "gone"
    REFUSED = "refused"
    DELAYED = "delayed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Push:
    """One message for one phone. `id` repeats for a repeat, so that the phone shows it once.

    `data` are ids and words that the app opens the right page with.
    """

    id: UUID
    platform: Platform
    token: str = field(repr=False)
    title: str
    body: str
    data: dict[str, str]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of a push. `code` is the provider's word for it, without any of our data."""

    outcome: PushOutcome
    code: str = ""


class Pusher(Protocol):
    async def send(self, push: Push) -> Pushed:
        """Send one push; an error outside is an outcome, never an exception."""


class FolderPusher:
    """Writes `<id>.json` into a folder and a log line; the token is in neither."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, push: Push) -> Pushed:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self._folder / f"{push.id}.json"
        words = {"title": push.title, "body": push.body, "data": push.data}
        target.write_text(json.dumps({"platform": push.platform, **words}, ensure_ascii=False))
        target.chmod(0o600)
        _log.info("push_written", platform=push.platform.value, push_id=str(push.id))
        return Pushed(PushOutcome.SENT)


class PlatformPusher:
    """To each phone by its platform's service."""

    def __init__(self, by_platform: dict[Platform, Pusher], otherwise: Pusher) -> None:
        self._by_platform = by_platform
        self._otherwise = otherwise

    async def send(self, push: Push) -> Pushed:
        return await self._by_platform.get(push.platform, self._otherwise).send(push)
