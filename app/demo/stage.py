"""An installation for the demo: `lehrwerk serve` in a process of its own, and who plays whom."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from app.demo.clients import Client, SignIn, Written, read_map
from app.settings import Settings

_PROGRAM = [sys.executable, "-m", "app.cli.program"]


class StageFault(RuntimeError):
    """The installation did not come up; the message says where to look."""


@dataclass
class Stage(AbstractContextManager["Stage"]):
    """An installation on this machine: `start` it inside a `with`, which stops it on leaving."""

    data_dir: Path
    base: str = ""
    simulator: str = ""
    http: httpx.Client = field(init=False)
    memory: list[Written] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None
    _maps: dict[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)

    def start(self) -> None:
        """Bring it up, once. Raises StageFault."""
        port = _free_port()
        self.data_dir.mkdir(parents=True, exist_ok=True)
        log = (self.data_dir / "serve.log").open("w")
        self._process = subprocess.Popen(  # noqa: S603 – our own command
            [*_PROGRAM, "serve", "--port", str(port), "--data-dir", str(self.data_dir),
             "--stripe-log", str(self.data_dir / "stripe.jsonl")],
            stdout=subprocess.PIPE, stderr=log, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        log.close()
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"Lehrwerk answers at (\S+)", line):
                self.base = found.group(1)
            if found := re.search(r"Stripe simulator at (\S+)", line):
                self.simulator = found.group(1)
            if line.startswith("Clock:"):
                break
        if not self.base or not self.simulator:
            raise StageFault(f"the installation did not start; see {self.data_dir / 'serve.log'}")
        self.http = httpx.Client(base_url=self.base, timeout=60, trust_env=False)
        self._maps = {
            door: read_map(self.http, door)
            for door in ("client", "trainer", "finance", "operations")
        }

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def wait(self) -> None:
        """Until the installation ends by itself or by Ctrl-C."""
        assert self._process is not None
        self._process.wait()

    def player(self, door: str, name: str, sign_in: SignIn) -> Client:
        return Client(self.http, door, name, self.memory, sign_in, self._maps[door])

    def staff(self, role: str, email: str) -> Client:
        """Create staff as an administrator would, and sign in with the second factor."""
        done = subprocess.run(  # noqa: S603 – our own command
            [*_PROGRAM, "create-staff", "--email", email, "--role", role,
             "--data-dir", str(self.data_dir)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise StageFault(f"create-staff failed: {done.stderr.strip()}")
        printed = json.loads(done.stdout)
        sign_in = SignIn(printed["email"], printed["password"], printed["totp_secret"])
        client = self.player(role, email, sign_in)
        client.sign_in()
        return client

    def advance(self, **span: int) -> None:
        """Move the development clock, and the simulator's with it."""
        factors = {"minutes": 60, "hours": 3600, "days": 86_400, "seconds": 1}
        seconds = sum(factors[unit] * value for unit, value in span.items())
        self.http.post("/_dev/clock/advance", json={"seconds": seconds}).raise_for_status()

    def now(self) -> str:
        return str(self.http.get("/_dev/clock").json()["now"])

    def stand_in(self, path: str, **body: Any) -> Any:
        """What a person or a bank would do, at the simulator."""
        answer = httpx.post(f"{self.simulator}/_sim/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def open_form(self, url: str) -> None:
        """A person opens a hosted page of the simulator and presses its button."""
        httpx.get(url, timeout=60).raise_for_status()
        answer = httpx.post(url, data={}, timeout=60)
        if answer.is_error:
            answer.raise_for_status()

    def stripe_get(self, path: str) -> Any:
        """A list at the simulator, as Stripe's own dashboard would show it."""
        key = Settings().stripe_key.get_secret_value()
        answer = httpx.get(
            f"{self.simulator}{path}", headers={"Authorization": f"Bearer {key}"}, timeout=60
        )
        answer.raise_for_status()
        return answer.json()

    def books(self) -> tuple[int, dict[str, Any]]:
        """`lehrwerk books --json`: its exit code and its findings."""
        done = subprocess.run(  # noqa: S603 – our own command
            [*_PROGRAM, "books", "--json", "--data-dir", str(self.data_dir)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, json.loads(done.stdout)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
