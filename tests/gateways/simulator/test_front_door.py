"""Keys, versions, endpoints and parameters are refused in Stripe's own words."""

import base64
from typing import Any

import pytest
import stripe

from app.simulators.stripe.build import LiveKeyRefused, SimulatorConfig, build_simulator
from app.simulators.stripe.moments import API_VERSION
from tests.gateways.simulator.running import KEY, PAYEE, Running

BEARER = {"Authorization": f"Bearer {KEY}"}


async def test_it_says_what_it_is(sim: Running) -> None:
    banner = (await sim.http.get("/")).json()
    assert "not Stripe" in banner["simulator"]
    assert banner["livemode"] is False
    assert banner["api_version"] == API_VERSION == stripe.api_version


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_a_live_key_stops_the_start(key: str) -> None:
    with pytest.raises(LiveKeyRefused):
        build_simulator(SimulatorConfig(None, None, key, None, None))


async def test_a_live_key_in_a_request_is_refused(sim: Running) -> None:
    with pytest.raises(stripe.AuthenticationError, match="refuses live keys"):
        await sim.client(key="sk_live_abc").v1.balance.retrieve_async()


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer sk_test_other"}, {"Authorization": "Basic %%%"}],
)
async def test_no_or_wrong_key(sim: Running, headers: dict[str, str]) -> None:
    response = await sim.http.get("/v1/balance", headers=headers)
    assert response.status_code == 401
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert response.headers["request-id"].startswith("req_sim_")


async def test_basic_authentication_works(sim: Running) -> None:
    basic = base64.b64encode(f"{KEY}:".encode()).decode()
    response = await sim.http.get("/v1/balance", headers={"Authorization": f"Basic {basic}"})
    assert response.status_code == 200


async def test_another_version_is_refused(sim: Running) -> None:
    response = await sim.http.get("/v1/balance", headers={**BEARER, "Stripe-Version": "2020-08-27"})
    assert response.status_code == 400
    assert "Invalid Stripe API version" in response.json()["error"]["message"]


async def test_a_foreign_account_is_refused(sim: Running) -> None:
    with pytest.raises(stripe.PermissionError, match="does not have access"):
        await sim.client().v1.balance.retrieve_async(options={"stripe_account": "acct_other"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/invoices"),
        ("POST", "/v1/invoiceitems"),
        ("DELETE", "/v1/customers/cus_sim_1"),
        ("POST", "/v1/transfers/tr_sim_1/reversals"),
        ("POST", "/v2/money_management/outbound_payments"),
        ("GET", "/nowhere"),
    ],
)
async def test_what_is_not_simulated_does_not_exist(sim: Running, method: str, path: str) -> None:
    response = await sim.http.request(method, path, headers=BEARER)
    assert response.status_code == 404
    error = response.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert f"Unrecognized request URL ({method}: {path})" in error["message"]


REFUSED_FORMS = [
    ("currency=usd&destination=a&colour=red", "parameter_unknown", "colour"),
    ("currency=usd", "parameter_missing", "destination"),
    ("currency=usd&destination=a&amount=ten", "parameter_invalid_integer", "amount"),
    ("currency=usd&destination=a&amount=1.5", "parameter_invalid_integer", "amount"),
    ("currency=usd&destination=a&amount=" + "9" * 5000, "parameter_invalid_integer", "amount"),
    ("currency=usd&destination=", "parameter_invalid_empty", "destination"),
    ("currency=usd&destination=a&source_type=cash", None, "source_type"),
    ("currency=usd&destination=a&metadata=x", None, "metadata"),
    ("currency=usd&destination=a%00", None, "destination"),
    ("currency=usd&destination[x]=a", None, "destination"),
    ("currency=usd&destination=a&source_type=card", "parameter_not_simulated", "source_type"),
    ("currency[=usd", None, "currency["),
]


@pytest.mark.parametrize(("form", "code", "param"), REFUSED_FORMS)
async def test_wrong_parameters(sim: Running, form: str, code: str | None, param: str) -> None:
    response = await sim.http.post(
        "/v1/transfers",
        content=form,
        headers={**BEARER, "Content-Type": "application/x-www-form-urlencoded"},
    )
    error = response.json()["error"]
    assert response.status_code == 400
    assert (error.get("code"), error["param"]) == (code, param)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"contact_email": NaN}',
        b'{"contact_email": 5}',
        b'{"contact_email": "\\ud800"}',
        b'{"contact_email": "\\u0000"}',
        b'{"colour": "red"}',
        b'{"dashboard": "huge"}',
        b'{"defaults": {"responsibilities": {"fees_collector": "application"}}}',
        b'{"configuration": {"merchant": {"mcc": "1234"}}}',
        b"\xff",
        b'{"n": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
async def test_wrong_json(sim: Running, body: bytes) -> None:
    headers = {**BEARER, "Content-Type": "application/json", "Stripe-Version": API_VERSION}
    response = await sim.http.post("/v2/core/accounts", content=body, headers=headers)
    assert response.status_code == 400, response.text
    assert response.json()["error"]["type"] == "invalid_request_error"


async def test_a_huge_body_is_refused(sim: Running) -> None:
    response = await sim.http.post("/v1/customers", content=b"a" * 2_000_000, headers=BEARER)
    assert response.status_code == 413


async def test_unknown_objects_are_404_in_the_url_and_400_in_the_body(sim: Running) -> None:
    client = sim.client()
    with pytest.raises(stripe.InvalidRequestError) as found:
        await client.v1.transfers.retrieve_async("tr_sim_none")
    assert (found.value.http_status, found.value.code) == (404, "resource_missing")
    wanted: Any = {"amount": 1, "currency": "usd", "destination": "acct_none"}
    with pytest.raises(stripe.InvalidRequestError) as found:
        await client.v1.transfers.create_async(wanted)
    assert (found.value.http_status, found.value.code) == (400, "resource_missing")


async def test_expanding_what_is_no_reference_is_refused(sim: Running) -> None:
    session = await sim.session()
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        await sim.client().v1.checkout.sessions.retrieve_async(
            session.id, {"expand": ["success_url"]}
        )


async def test_lists_are_paged_newest_first(sim: Running) -> None:
    client = sim.client()
    for _ in range(5):
        await sim.session()
    every = await client.v1.checkout.sessions.list_async({"limit": 2})
    assert every.has_more
    ids = [session.id async for session in every.auto_paging_iter()]
    assert len(set(ids)) == 5
    newest_two = await client.v1.checkout.sessions.list_async({"limit": 2})
    assert [session.id for session in newest_two.data] == ids[:2]
    back = await client.v1.checkout.sessions.list_async({"limit": 2, "ending_before": ids[3]})
    assert [session.id for session in back.data] == ids[1:3]
    assert back.has_more
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.checkout.sessions.list_async({"limit": 101})
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.checkout.sessions.list_async({"starting_after": "cs_test_none"})


async def test_an_account_is_as_strict_about_what_it_ignores(sim: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does not act on") as found:
        await sim.client().v2.core.accounts.create_async(
            {**PAYEE, "configuration": {"customer": {"automatic_indirect_tax": {}}}}
        )
    assert found.value.code == "parameter_not_simulated"
