"""Every kind of forgery is refused and leaves nothing; every honest letter is kept once."""

import gzip
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from app.api.door import Runtime
from app.api.webhooks import routes as letterbox
from app.api.webhooks.routes import Letterbox
from app.domain.errands import Errand
from app.gateways.stripe.notices import StripeNotices
from app.kit.inbox import InboxEvent
from tests.factories.jobs import queued
from tests.factories.letters import CONNECT, PLATFORM, header, mac, raw, snapshot, thin

ROLLED = "whsec_our_platform_before"
EVENT = snapshot("evt_1", "checkout.session.completed", {"id": "cs_1"})
BODY = raw(EVENT)
OF_AN_ACCOUNT = raw(snapshot("evt_2", "payout.paid", {"id": "po_1"}, account="acct_1"))
THIN = raw(thin("evt_3", "v2.core.account[requirements].updated", "acct_1"))


@pytest.fixture
def secrets() -> dict[str, list[str]]:
    return {"platform": [PLATFORM, ROLLED], "connect": [CONNECT]}


@pytest_asyncio.fixture
async def post(runtime: Runtime, secrets: dict[str, list[str]]) -> AsyncIterator[Any]:
    reader = StripeNotices(
        platform_secrets=secrets["platform"], connect_secrets=secrets["connect"], live=False
    )
    app = letterbox.build(Letterbox(runtime.database, runtime.clock, reader))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x.test") as http:

        async def send(
            body: bytes, signature: str | None, *, to: str = "stripe", **headers: str
        ) -> int:
            said = {} if signature is None else {"Stripe-Signature": signature.encode()}
            return (
                await http.post(f"/{to}", content=body, headers={**said, **headers})
            ).status_code

        yield send


async def kept(runtime: Runtime) -> list[tuple[str, str]]:
    async with runtime.database.begin() as session:
        rows = await session.execute(
            select(InboxEvent.source, InboxEvent.provider_event_id).order_by(
                InboxEvent.source, InboxEvent.provider_event_id
            )
        )
        found = [(source, id_) for source, id_ in rows]
        assert len(await queued(session, Errand.HANDLE_STRIPE_EVENT)) == len(found)
    return found


def forgeries() -> dict[str, tuple[bytes, str | None, str]]:
    now_s = int(time.time())
    good = header(BODY, PLATFORM, now_s)
    live = raw({**EVENT, "livemode": True})
    live_thin = raw({**json.loads(THIN), "livemode": True})
    zipped = gzip.compress(BODY)
    large = raw({**EVENT, "padding": "x" * 5_000_000})
    return {
        "no header": (BODY, None, "stripe"),
        "an empty header": (BODY, "", "stripe"),
        "no hex": (BODY, f"t={now_s},v1=zz{'0' * 62}", "stripe"),
        "hex of nothing": (BODY, f"t={now_s},v1={'0' * 64}", "stripe"),
        "no characters that a header may hold": (BODY, f"t={now_s},v1=é", "stripe"),
        "v0 only": (BODY, f"t={now_s},v0={mac(BODY, PLATFORM, now_s)}", "stripe"),
        "no time": (BODY, f"v1={mac(BODY, PLATFORM, now_s)}", "stripe"),
        "a secret of somebody else": (BODY, header(BODY, "whsec_other", now_s), "stripe"),
        "an empty secret": (BODY, header(BODY, "", now_s), "stripe"),
        "another body": (BODY.replace(b"cs_1", b"cs_2"), good, "stripe"),
        "the same body, written again": (json.dumps(EVENT).encode(), good, "stripe"),
        "too old": (BODY, header(BODY, PLATFORM, now_s - 400), "stripe"),
        "from the future": (BODY, header(BODY, PLATFORM, now_s + 400), "stripe"),
        "sent again with a new time": (
            BODY, f"t={now_s},v1={mac(BODY, PLATFORM, now_s - 400)}", "stripe"),
        "two times": (BODY, f"t={now_s - 400},t={now_s},v1={mac(BODY, PLATFORM, now_s)}", "stripe"),
        "the other endpoint's": (BODY, header(BODY, PLATFORM, now_s), "stripe-connect"),
        "the other endpoint's, backwards": (
            OF_AN_ACCOUNT, header(OF_AN_ACCOUNT, CONNECT, now_s), "stripe"),
        "for the other endpoint, with this one's secret": (
            OF_AN_ACCOUNT, header(OF_AN_ACCOUNT, PLATFORM, now_s), "stripe"),
        "of no account, at the accounts' endpoint": (
            BODY, header(BODY, CONNECT, now_s), "stripe-connect"),
        "live, on a test endpoint": (live, header(live, PLATFORM, now_s), "stripe"),
        "live and thin": (live_thin, header(live_thin, CONNECT, now_s), "stripe-connect"),
        "zipped": (zipped, good, "stripe"),
        "zipped and signed so": (zipped, header(zipped, PLATFORM, now_s), "stripe"),
        "five megabytes": (large, good, "stripe"),
        "signed, but no event": (b"[]", header(b"[]", PLATFORM, now_s), "stripe"),
        "signed, but no JSON": (b"\xff{", header(b"\xff{", PLATFORM, now_s), "stripe"),
        "signed, and far too deep": (
            b"[" * 100_000, header(b"[" * 100_000, PLATFORM, now_s), "stripe"),
    }  # fmt: skip


async def test_nothing_forged_is_kept(runtime: Runtime, post: Any) -> None:
    for kind, (body, signature, to) in forgeries().items():
        assert await post(body, signature, to=to) == 400, kind
        zipped = {"Content-Encoding": "gzip"} if "zipped" in kind else {}
        assert await post(body, signature, to=to, **zipped) == 400, kind
    assert await kept(runtime) == []


async def test_what_is_honest_is_kept_once(runtime: Runtime, post: Any) -> None:
    """While a secret is rolled over both signatures come, and either secret does."""
    now_s = int(time.time())
    old, new = mac(BODY, ROLLED, now_s), mac(BODY, PLATFORM, now_s)
    for signature in (
        header(BODY, PLATFORM, now_s),
        header(BODY, ROLLED, now_s),
        f"t={now_s},v1={'0' * 64},v1={new}",
        f"t={now_s},v1={old},v1={new},v0=abc",
        header(BODY, PLATFORM, now_s - 200),
        header(BODY, PLATFORM, now_s + 200),
    ):
        assert await post(BODY, signature) == 200
    assert (
        await post(OF_AN_ACCOUNT, header(OF_AN_ACCOUNT, CONNECT, now_s), to="stripe-connect") == 200
    )
    assert await post(THIN, header(THIN, CONNECT, now_s), to="stripe-connect") == 200
    unknown = raw(snapshot("evt_4", "tax.rate.imagined", {"id": "tr_1"}))
    assert await post(unknown, header(unknown, PLATFORM, now_s)) == 200
    assert await kept(runtime) == [
        ("stripe", "evt_1"), ("stripe", "evt_4"), ("stripe-connect", "evt_2"),
        ("stripe-connect", "evt_3"),
    ]  # fmt: skip


@pytest.mark.parametrize("secrets", [{"platform": [], "connect": [""]}])
async def test_without_a_secret_everything_is_refused(runtime: Runtime, post: Any) -> None:
    now_s = int(time.time())
    for secret in ("", PLATFORM, CONNECT):
        assert await post(BODY, header(BODY, secret, now_s)) == 400
        signature = header(OF_AN_ACCOUNT, secret, now_s)
        assert await post(OF_AN_ACCOUNT, signature, to="stripe-connect") == 400
    assert await kept(runtime) == []
