"""Start, attach to and stop the embedded server.

Rules learnt the hard way: liveness is a real query, not an open port; a stale postmaster.pid may
name a stranger's process; start is retried because orphaned back ends hold shared memory for a
moment after a kill -9 of the postmaster.
"""

import asyncio
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import asyncpg

from app.kit.postgres import binaries

_SETTINGS = """
# appended by lehrwerk
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
jit = off
default_transaction_isolation = 'read committed'
timezone = 'UTC'
log_timezone = 'UTC'
password_encryption = 'scram-sha-256'
"""


class ServerFault(RuntimeError):
    """The embedded server did not start or is not ours."""


@dataclass
class Server:
    """A running embedded server. `owned` is true for the process that started it."""

    url: str
    pgdata: Path
    process: subprocess.Popen[bytes] | None
    _lock: IO[str] | None

    @property
    def owned(self) -> bool:
        return self.process is not None

    def stop(self, timeout_s: float = 20) -> None:
        """Fast shutdown (SIGINT) when this process started it; otherwise nothing."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)
                try:
                    self.process.wait(timeout_s)
                except subprocess.TimeoutExpired:
                    self.process.send_signal(signal.SIGQUIT)
                    self.process.wait(timeout_s)
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def home_of(data_dir: Path) -> Path:
    """Where the cluster of `data_dir` lies: inside it, or, for root below a closed path, in the
    system's temporary folder under a name derived from it."""
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    if binaries.server_user().is_other and not binaries.reachable(data_dir):
        mark = hashlib.sha256(str(data_dir).encode()).hexdigest()[:16]
        home = Path(tempfile.gettempdir()) / f"lehrwerk-{mark}"
        home.mkdir(exist_ok=True)
        home.chmod(0o755)
        return home
    return data_dir / "postgres"


def ensure(
    data_dir: Path, *, durable: bool = True, tell: Callable[[str], None] = lambda _: None
) -> Server:
    """Attach to the server of `data_dir` or start it. Raises ServerFault, NoBinaries.

    `durable=False` switches fsync off and is for tests' throw-away clusters only.
    """
    home = home_of(data_dir)
    home.mkdir(parents=True, exist_ok=True)
    lock = (home / "lehrwerk.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return _attach(home)
    return _start(home, lock, durable=durable, tell=tell)


def _attach(home: Path, timeout_s: float = 60) -> Server:
    """Another process owns the server: wait until it answers."""
    limit = time.monotonic() + timeout_s
    url_file = home / "url"
    while time.monotonic() < limit:
        if url_file.exists():
            url = url_file.read_text().strip()
            if url and _answers(url):
                return Server(url, home / "pgdata", None, None)
        time.sleep(0.1)
    raise ServerFault(f"{home} is locked by another process whose server does not answer")


def _start(home: Path, lock: IO[str], *, durable: bool, tell: Callable[[str], None]) -> Server:
    user = binaries.server_user()
    bin_dir = binaries.find(home, user)
    pgdata = home / "pgdata"
    password_file = home / "password"
    if not password_file.exists():
        password_file.touch(0o600)
        password_file.write_text(secrets.token_urlsafe(24))
    password = password_file.read_text().strip()
    if not (pgdata / "PG_VERSION").exists():
        tell("creating the database cluster")
        _initdb(bin_dir, pgdata, password, user, durable=durable)
    url_file = home / "url"
    url_file.unlink(missing_ok=True)
    for attempt in range(5):
        _drop_stale_pid(pgdata)
        port = _free_port()
        log = (home / "server.log").open("ab")
        process = subprocess.Popen(
            [bin_dir / "postgres", "-D", pgdata, "-p", str(port)],
            stdout=log,
            stderr=log,
            start_new_session=True,
            **_as_user(user),
        )
        log.close()
        url = f"postgresql://lehrwerk:{password}@127.0.0.1:{port}/lehrwerk"
        if _wait_until_ready(url, process):
            url_file.touch(0o600)
            url_file.write_text(url)
            return Server(url, pgdata, process, lock)
        time.sleep(0.3 * (attempt + 1))
    lock.close()
    raise ServerFault(f"PostgreSQL did not start; see {home / 'server.log'}")


def _as_user(user: binaries.ServerUser) -> dict[str, Any]:
    if not user.is_other:
        return {}
    return {"user": user.uid, "group": user.gid, "extra_groups": []}


def _initdb(
    bin_dir: Path, pgdata: Path, password: str, user: binaries.ServerUser, *, durable: bool
) -> None:
    shutil.rmtree(pgdata, ignore_errors=True)
    pgdata.mkdir(mode=0o700)
    with tempfile.TemporaryDirectory() as scratch:
        secret = Path(scratch) / "password"
        secret.write_text(password)
        if user.is_other:
            for path in (pgdata, Path(scratch), secret):
                os.chown(path, user.uid or 0, user.gid or 0)
        done = subprocess.run(
            [bin_dir / "initdb", "-D", pgdata, "-U", "lehrwerk", "-A", "scram-sha-256",
             "--pwfile", secret, "-E", "UTF8", "--locale-provider=builtin",
             "--builtin-locale=C.UTF-8", "--locale=C", *([] if durable else ["--no-sync"])],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **_as_user(user),
        )  # fmt: skip
    if done.returncode:
        shutil.rmtree(pgdata, ignore_errors=True)
        raise ServerFault(f"initdb failed: {done.stderr.strip()[-800:]}")
    extra = _SETTINGS
    if not durable:
        extra += "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
    with (pgdata / "postgresql.conf").open("a") as configuration:
        configuration.write(extra)


def _drop_stale_pid(pgdata: Path) -> None:
    """Remove a postmaster.pid whose process is gone or is not this cluster's postgres.

    We hold the folder's lock, so a live postmaster here is an orphan of a killed run: stop it.
    """
    pid_file = pgdata / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        pid_file.unlink(missing_ok=True)
        return
    if os.fsencode(pgdata) not in arguments:
        pid_file.unlink(missing_ok=True)
        return
    os.kill(pid, signal.SIGINT)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            break
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], timeout_s: float = 30) -> bool:
    limit = time.monotonic() + timeout_s
    while time.monotonic() < limit and process.poll() is None:
        if _answers(url):
            return True
        time.sleep(0.05)
    if process.poll() is None:
        process.send_signal(signal.SIGQUIT)
        process.wait(10)
    return False


def _answers(url: str) -> bool:
    """A real query: an open port says nothing about a server that was just killed."""

    async def ask() -> bool:
        maintenance = url.rsplit("/", 1)[0] + "/postgres"
        connection = await asyncpg.connect(maintenance, timeout=5)
        try:
            exists = await connection.fetchval(
                "SELECT true FROM pg_database WHERE datname = 'lehrwerk'"
            )
            if not exists:
                await connection.execute("CREATE DATABASE lehrwerk")
        finally:
            await connection.close()
        return True

    try:
        return _run_apart(ask)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False


def _run_apart(ask: Callable[[], Coroutine[None, None, bool]]) -> bool:
    """Run a coroutine function in a loop of its own, also when a loop is already running here."""
    with ThreadPoolExecutor(1) as pool:
        return bool(pool.submit(lambda: asyncio.run(ask())).result())
