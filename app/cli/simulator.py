"""`lehrwerk stripe-sim`, and the simulator that `serve` starts beside itself."""

import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.settings import Settings
from app.simulators.stripe import serve
from app.simulators.stripe.build import SimulatorConfig, WebhookTarget


@dataclass
class RunningSimulator:
    """A simulator in a process of its own."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self, timeout_s: float = 10) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout_s)


def free_port() -> int:
    """A port that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_here(
    settings: Settings,
    *,
    port: int,
    log: Path | None,
    state: Path | None,
    notify: str | None,
    with_parent: bool,
) -> None:
    """Serve until SIGTERM. `notify` is the base address whose letterbox gets the webhooks."""
    if with_parent:
        threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    targets = [
        WebhookTarget(f"{notify}/webhooks/{path}", secrets[0].get_secret_value())
        if notify
        else None
        for path, secrets in (
            ("stripe", settings.stripe_webhook_secrets),
            ("stripe-connect", settings.stripe_connect_webhook_secrets),
        )
    ]
    config = SimulatorConfig(
        state_path=state,
        log_path=log,
        secret_key=settings.stripe_key.get_secret_value(),
        platform_webhook=targets[0],
        connect_webhook=targets[1],
    )
    serve.run(config, port=port)


def _end_with_parent(parent: int) -> None:
    """A killed `serve` must not leave a simulator behind."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def start_beside(settings: Settings, *, notify: str, log: Path | None) -> RunningSimulator:
    """Start `lehrwerk stripe-sim` and wait until it answers. Raises RuntimeError."""
    port = free_port()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "app.cli.program", "stripe-sim", "--port", str(port),
        "--state", str(settings.data_dir / "stripe-sim.sqlite"), "--notify", notify,
        "--with-parent",
    ]  # fmt: skip
    if log is not None:
        command += ["--log", str(log)]
    with (settings.data_dir / "stripe-sim.log").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 – our own command, arguments made by us
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            httpx.get(url, timeout=1)
            return RunningSimulator(url, process)
        except httpx.TransportError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"the Stripe simulator did not start; see {settings.data_dir}")
