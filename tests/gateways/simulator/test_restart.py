"""State in a file outlives the process; the traffic log tells what happened; SIGTERM is clean."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import stripe

from tests.gateways.simulator import running
from tests.gateways.simulator.conftest import Lines
from tests.gateways.simulator.running import KEY

PROGRAM = """
import sys
from pathlib import Path
from app.simulators.stripe.build import SimulatorConfig
from app.simulators.stripe.serve import run
run(SimulatorConfig(Path(sys.argv[2]), None, sys.argv[3], None, None), port=int(sys.argv[1]))
"""


@contextlib.asynccontextmanager
async def process(state_path: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The simulator as a process of its own, ready to answer."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        str(port),
        str(state_path),
        KEY,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert started.stdout is not None
        assert b"not Stripe" in await started.stdout.readline()
        async with asyncio.timeout(20), httpx.AsyncClient(trust_env=False) as http:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    await http.get(f"http://127.0.0.1:{port}/")
                    break
                await asyncio.sleep(0.02)
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()
        started._transport.close()  # type: ignore[attr-defined]


async def test_a_killed_process_keeps_what_was_committed(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = tmp_path / "state.sqlite"
    url = f"http://127.0.0.1:{port}"
    wanted: Any = {"name": "Invented Labs"}
    http_client = stripe.HTTPXClient(timeout=5.0)
    client = stripe.StripeClient(
        KEY,
        base_addresses={"api": url, "files": url, "connect": url, "meter_events": url},
        max_network_retries=0,
        http_client=http_client,
    )
    async with process(state, port) as first, httpx.AsyncClient(trust_env=False) as http:
        await http.post(f"{url}/_sim/clock/advance", json={"seconds": 5000})
        fault = {"kind": "timeout_after_commit", "path": "/v1/customers"}
        await http.post(f"{url}/_sim/faults", json=fault)
        lost = asyncio.create_task(
            client.v1.customers.create_async(wanted, {"idempotency_key": "k"})
        )
        await asyncio.sleep(0.3)
        os.kill(first.pid, signal.SIGKILL)
        outcome = (await asyncio.gather(lost, return_exceptions=True))[0]
        assert isinstance(outcome, stripe.APIConnectionError)
    async with process(state, port) as second, httpx.AsyncClient(trust_env=False) as http:
        replayed = await client.v1.customers.create_async(wanted, {"idempotency_key": "k"})
        assert replayed.last_response is not None
        assert replayed.last_response.headers["idempotent-replayed"] == "true"
        assert (await http.get(f"{url}/_sim/clock")).json()["offset_seconds"] == 5000
        await http_client.close_async()
        second.send_signal(signal.SIGTERM)
        assert await second.wait() == 0


async def test_a_restart_delivers_what_was_waiting(tmp_path: Path, lines: Lines) -> None:
    state = tmp_path / "state.sqlite"
    async with running.simulator(state_path=state, lines=lines) as sim:
        sim.letters.answers = [500] * 100
        await sim.order("top-ups", amount=100, currency="usd")
        (refused, *_) = sim.letters.deliveries
    async with running.simulator(state_path=state, lines=lines) as sim:
        await sim.letters.wait_for(lambda letters: bool(letters.deliveries))
        assert sim.letters.deliveries[0].event["id"] == refused.event["id"]
        balance = await sim.client().v1.balance.retrieve_async()
        assert balance.available[0].amount == 100


async def test_the_log_has_every_exchange_and_event_and_no_key(
    tmp_path: Path, lines: Lines
) -> None:
    log = tmp_path / "traffic.jsonl"
    async with running.simulator(log_path=log, lines=lines) as sim:
        payee = await sim.payee()
        await sim.order("top-ups", amount=100, currency="usd")
        client = sim.client()
        made = await client.v1.transfers.create_async(
            {"amount": 5, "currency": "usd", "destination": payee}, {"idempotency_key": "k"}
        )
        await client.v1.transfers.list_async({"destination": payee})
        with contextlib.suppress(stripe.InvalidRequestError):
            await client.v1.charges.retrieve_async("ch_none")
    text = log.read_text()
    assert KEY not in text
    written = [json.loads(line) for line in text.splitlines()]
    exchanges = [line for line in written if "event" not in line]
    assert [(line["method"], line["path"], line["status"]) for line in exchanges] == [
        ("POST", "/v2/core/accounts", 200),
        ("POST", "/v1/transfers", 200),
        ("GET", f"/v1/transfers?destination={payee}", 200),
        ("GET", "/v1/charges/ch_none", 404),
    ]
    assert exchanges[0]["body"]["identity"]["country"] == "us"
    sent = exchanges[1]
    assert set(sent) == {"method", "path", "headers", "body", "status", "response"}
    assert sent["headers"]["Idempotency-Key"] == "k"
    assert sent["headers"]["Authorization"] == "Bearer ***"
    assert sent["body"] == f"amount=5&currency=usd&destination={payee}"
    assert sent["response"]["id"] == made.id
    events = [line["event"]["type"] for line in written if "event" in line]
    assert events[-2:] == ["balance.available", "transfer.created"]
