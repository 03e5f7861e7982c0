"""Files: evidence, invoices, exports. Names are ours; content types stand in the database."""

from pathlib import Path
from typing import Protocol

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore


class FileGone(RuntimeError):
    """A file that a row names is not in the store."""


class Files(Protocol):
    """A store of immutable files by key."""

    async def put(self, key: str, content: bytes) -> None:
        """Store once. The same key again keeps the first content."""

    async def get(self, key: str) -> bytes:
        """The content. Raises FileGone."""


class LocalFiles:
    """Files in a local folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._store = LocalStore(str(folder.resolve()))

    async def put(self, key: str, content: bytes) -> None:
        try:
            await obstore.put_async(self._store, key, content, mode="create")
        except AlreadyExistsError:
            return

    async def get(self, key: str) -> bytes:
        try:
            result = await obstore.get_async(self._store, key)
        except FileNotFoundError as error:
            raise FileGone(key) from error
        return bytes(await result.bytes_async())
