"""The whole application, on doors that earlier tests are done with.

FastAPI works out a door's routes at its first request, which takes longer than most tests' own
requests. Nothing of a test stays in a door but its runtime, and that is given anew.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from fastapi import FastAPI
from starlette.types import ASGIApp

from app import main
from app.api.door import Runtime
from app.main import build_app

_FREE: defaultdict[str, list[FastAPI]] = defaultdict(list)
_BUILD = dict(main.DOORS)


@contextmanager
def application(runtime: Runtime) -> Iterator[ASGIApp]:
    """As `build_app` makes it; its doors serve nobody else until the end of the block."""
    taken: dict[str, FastAPI] = {}

    def taking(name: str, runtime: Runtime) -> FastAPI:
        door = _FREE[name].pop() if _FREE[name] else _BUILD[name](runtime)
        door.state.runtime = runtime
        taken[name] = door
        return door

    doors = {name: lambda given, name=name: taking(name, given) for name in _BUILD}
    with patch.dict(main.DOORS, doors):
        app = build_app(runtime)
    try:
        yield app
    finally:
        for name, door in taken.items():
            assert not door.dependency_overrides
            _FREE[name].append(door)
