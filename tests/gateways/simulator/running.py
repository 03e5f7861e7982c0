"""The simulator on a real port inside the test process, its webhooks caught, the real SDK on it."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import stripe
import uvicorn
from asgi_lifespan import LifespanManager
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.simulators.stripe import serve
from app.simulators.stripe.build import SimulatorConfig, WebhookTarget, build_simulator

# The SDK would otherwise write a file into the home directory.
stripe.enable_telemetry = False

KEY = "sk_test_simulated"
PLATFORM_SECRET = "whsec_platform"
CONNECT_SECRET = "whsec_connect"


@dataclass
class Delivery:
    """One webhook as it arrived."""

    path: str
    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


@dataclass
class Letterbox:
    """Catches webhooks; `answers` are the next statuses to give, 200 when none is left."""

    deliveries: list[Delivery] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        header = request.headers.get("stripe-signature", "")
        self.deliveries.append(Delivery(request.url.path, body, header))
        self.arrived.set()
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    def kinds(self) -> list[str]:
        return [delivery.event["type"] for delivery in self.deliveries]

    def of(self, kind: str) -> list[Delivery]:
        return [delivery for delivery in self.deliveries if delivery.event["type"] == kind]

    async def wait_for(self, condition: Callable[["Letterbox"], bool]) -> None:
        """Until it holds; the time limit only keeps a broken test from hanging."""
        async with asyncio.timeout(10):
            while not condition(self):
                self.arrived.clear()
                await self.arrived.wait()


@dataclass
class Running:
    """A running simulator: `url` its base address, `http` for the stand-ins."""

    url: str
    letters: Letterbox
    http: httpx.AsyncClient
    opened: dict[float, stripe.HTTPXClient] = field(default_factory=dict)

    def client(
        self, *, retries: int = 0, timeout: float = 5.0, key: str = KEY
    ) -> stripe.StripeClient:
        """The real SDK; its connections are closed with the simulator."""
        if timeout not in self.opened:
            self.opened[timeout] = stripe.HTTPXClient(timeout=timeout)
        return stripe.StripeClient(
            key,
            base_addresses={
                "api": self.url,
                "files": self.url,
                "connect": self.url,
                "meter_events": self.url,
            },
            max_network_retries=retries,
            http_client=self.opened[timeout],
        )

    async def order(self, path: str, /, **body: Any) -> dict[str, Any]:
        """Ask a stand-in; anything but success fails the test."""
        response = await self.http.post(f"/_sim/{path}", json=body)
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def proof(self) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.http.get("/_sim/proof")).json()
        return answer

    async def payee(self, *, onboarded: bool = True, delay_seconds: int = 0) -> str:
        """A connected account that may receive and pay out, unless told otherwise."""
        account = await self.client().v2.core.accounts.create_async(PAYEE)
        if onboarded:
            await self.order(f"accounts/{account.id}/onboard", transfer_delay_seconds=delay_seconds)
        return account.id

    async def session(self, amount: int = 100_000, **params: Any) -> Any:
        """An open Checkout session over `amount` in USD."""
        return await self.client().v1.checkout.sessions.create_async(checkout(amount, **params))


PAYEE: Any = {
    "contact_email": "payee@example.test",
    "display_name": "Invented Payee",
    "dashboard": "express",
    "identity": {"country": "us", "entity_type": "individual"},
    "configuration": {
        "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
    },
    "defaults": {
        "currency": "usd",
        "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
    },
    "include": ["configuration.recipient", "requirements"],
}


def checkout(amount: int, **params: Any) -> Any:
    line = {
        "quantity": 1,
        "price_data": {
            "currency": "usd",
            "unit_amount": amount,
            "product_data": {"name": "Invoice 2026-1"},
        },
    }
    return {
        "mode": "payment",
        "success_url": "https://client.example.test/paid?session={CHECKOUT_SESSION_ID}",
        "line_items": [line],
        **params,
    }


@contextlib.asynccontextmanager
async def listening(server: uvicorn.Server) -> AsyncIterator[str]:
    """Run a server in this loop on a free port; yields its address."""
    # Named as TCP so that asyncio switches Nagle's delay off on what it accepts.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                if serving.done():
                    serving.result()
                await asyncio.sleep(0.002)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@dataclass
class Line:
    """A port whose application can be exchanged, so that a test need not wait for a server."""

    url: str = ""
    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@contextlib.asynccontextmanager
async def line() -> AsyncIterator[Line]:
    opened = Line()
    config = uvicorn.Config(
        opened, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    async with listening(serve.Server(config)) as url:
        opened.url = url
        yield opened


@contextlib.asynccontextmanager
async def simulator(
    *,
    state_path: Path | None = None,
    log_path: Path | None = None,
    lines: tuple[Line, Line] | None = None,
) -> AsyncIterator[Running]:
    """A simulator with both webhooks wired to a letterbox, on `lines` or on ports of its own."""
    async with contextlib.AsyncExitStack() as stack:
        if lines is None:
            lines = (
                await stack.enter_async_context(line()),
                await stack.enter_async_context(line()),
            )
        letters = Letterbox()
        lines[0].app = Starlette(routes=[Route("/{path:path}", letters.receive, methods=["POST"])])
        config = SimulatorConfig(
            state_path=state_path,
            log_path=log_path,
            secret_key=KEY,
            platform_webhook=WebhookTarget(f"{lines[0].url}/platform", PLATFORM_SECRET),
            connect_webhook=WebhookTarget(f"{lines[0].url}/connect", CONNECT_SECRET),
        )
        lines[1].app = app = build_simulator(config)
        await stack.enter_async_context(LifespanManager(app))
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=lines[1].url, trust_env=False, verify=False)
        )
        running = Running(lines[1].url, letters, http)
        try:
            yield running
        finally:
            for opened in running.opened.values():
                await opened.close_async()
