"""Processes of our own program beside a bench, ended with it."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(*arguments: str, environment: Mapping[str, str]) -> Iterator[None]:
    """`lehrwerk <arguments>` as long as the block lasts."""
    process = subprocess.Popen(  # noqa: S603 – our own program
        [sys.executable, "-m", "app.cli.program", *arguments],
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@contextmanager
def all_started(*arguments: str, count: int, environment: Mapping[str, str]) -> Iterator[None]:
    """The same, several times."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(started(*arguments, environment=environment))
        yield
