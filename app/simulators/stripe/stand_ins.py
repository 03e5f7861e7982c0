"""`/_sim/…`: what people, banks and time would do, and what a test wants to break or know."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.simulators.stripe import (
    accounts,
    banks,
    checkout,
    clock,
    idempotency,
    money,
    payouts,
    proof,
)
from app.simulators.stripe.faults import BadFault
from app.simulators.stripe.moments import Json
from app.simulators.stripe.orders import BadOrder, NotFound, guarded, read
from app.simulators.stripe.payers import means
from app.simulators.stripe.payment_methods import CARD
from app.simulators.stripe.refusals import Refused
from app.simulators.stripe.simulator import Simulator
from app.simulators.stripe.store import PLATFORM, new_id

MOST_ACCOUNTS = 1000
FURTHEST_SECONDS = 366 * clock.DAY


class StandIns:
    """Answers are JSON; a wrong order is 400, an unknown object 404, with `error.message`."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def routes(self) -> list[Route]:
        return [
            Route("/_sim/clock", self.show_clock),
            Route("/_sim/clock/advance", guarded(self.advance_clock), methods=["POST"]),
            Route("/_sim/faults", self.list_faults),
            Route("/_sim/faults", guarded(self.order_fault), methods=["POST"]),
            Route("/_sim/faults", self.clear_faults, methods=["DELETE"]),
            Route("/_sim/faults/chance", guarded(self.order_chance), methods=["POST"]),
            Route("/_sim/faults/shuffle", guarded(self.order_shuffle), methods=["POST"]),
            Route("/_sim/checkout/{id}/pay", guarded(self.pay), methods=["POST"]),
            Route("/_sim/accounts", guarded(self.make_accounts), methods=["POST"]),
            Route("/_sim/accounts/{id}/onboard", guarded(self.onboard), methods=["POST"]),
            Route("/_sim/accounts/{id}/restrict", guarded(self.restrict), methods=["POST"]),
            Route("/_sim/accounts/{id}/bank", guarded(self.change_bank), methods=["POST"]),
            Route("/_sim/payouts/{id}/fail", guarded(self.fail_payout), methods=["POST"]),
            Route("/_sim/top-ups", guarded(self.top_up), methods=["POST"]),
            Route("/_sim/limits", self.show_limits),
            Route("/_sim/limits", guarded(self.order_limit), methods=["POST"]),
            Route("/_sim/keys/lifetime", guarded(self.order_lifetime), methods=["POST"]),
            Route("/_sim/keys/prune", self.prune_keys, methods=["POST"]),
            Route("/_sim/proof", self.prove),
        ]

    async def show_clock(self, request: Request) -> Response:
        now = self._simulator.clock.now()
        offset = self._simulator.clock.offset()
        return JSONResponse({"now": now, "now_text": clock.as_text(now), "offset_seconds": offset})

    async def advance_clock(self, request: Request) -> Response:
        order = await read(request, {"seconds": int})
        seconds = order.get("seconds")
        if seconds is None or not 0 <= seconds <= FURTHEST_SECONDS:
            raise BadOrder(f"seconds must be between 0 and {FURTHEST_SECONDS}")
        now = self._simulator.advance(seconds)
        delivered = await self._simulator.courier.settle()
        return JSONResponse(
            {"now": now, "now_text": clock.as_text(now), "webhooks_tried": delivered}
        )

    async def list_faults(self, request: Request) -> Response:
        return JSONResponse({"data": [asdict(fault) for fault in self._simulator.faults.all()]})

    async def order_fault(self, request: Request) -> Response:
        try:
            fault = self._simulator.faults.order(await read(request, None))
        except BadFault as problem:
            raise BadOrder(str(problem)) from problem
        return JSONResponse(asdict(fault), status_code=201)

    async def order_chance(self, request: Request) -> Response:
        try:
            chance = self._simulator.faults.order_by_chance(await read(request, None))
        except BadFault as problem:
            raise BadOrder(str(problem)) from problem
        return JSONResponse(asdict(chance), status_code=201)

    async def order_shuffle(self, request: Request) -> Response:
        try:
            shuffle = self._simulator.faults.order_shuffle(await read(request, None))
        except BadFault as problem:
            raise BadOrder(str(problem)) from problem
        return JSONResponse(asdict(shuffle), status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        self._simulator.faults.clear()
        return JSONResponse({"data": []})

    async def pay(self, request: Request) -> Response:
        by_form = request.headers.get("content-type", "").startswith("application/x-www-form")
        kind, bank = (CARD, "pays") if by_form else await means(request)
        with self._simulator.change() as moment:
            session = checkout.load(moment, request.path_params["id"])
            if session is None:
                raise NotFound("no such Checkout session")
            if session["status"] != "open":
                raise BadOrder(f"this Checkout session is {session['status']}")
            if session["mode"] == "setup":
                session = checkout.save(moment, session, kind=kind, bank=bank)
            elif kind == CARD and bank != "pays":
                raise BadOrder("on the page a card pays; only a debit comes back later")
            else:
                session = checkout.pay(moment, session, kind=kind, bank=bank)
        await self._simulator.courier.settle()
        if by_form:
            back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
            return RedirectResponse(back, status_code=303)
        return JSONResponse(checkout.shown(session))

    async def make_accounts(self, request: Request) -> Response:
        """Many people at once who have filled in everything: ground for a bench."""
        order = await read(request, {"count": int})
        count = order.get("count")
        if count is None or not 1 <= count <= MOST_ACCOUNTS:
            raise BadOrder(f"count must be between 1 and {MOST_ACCOUNTS}")
        with self._simulator.change() as moment:
            made = [accounts.onboarded(moment) for _ in range(count)]
        await self._simulator.courier.settle()
        return JSONResponse({"accounts": made})

    async def onboard(self, request: Request) -> Response:
        order = await read(request, {"currency": str, "transfer_delay_seconds": int})
        delay = order.get("transfer_delay_seconds", 0)
        if not 0 <= delay <= FURTHEST_SECONDS:
            raise BadOrder(f"transfer_delay_seconds must be between 0 and {FURTHEST_SECONDS}")
        with self._simulator.change() as moment:
            account = _account(self._simulator, request)
            in_currency = order.get("currency", account["defaults"].get("currency"))
            if in_currency is not None:
                in_currency = _currency(in_currency)
            accounts.onboard(moment, account, in_currency=in_currency, delay_seconds=delay)
        await self._simulator.courier.settle()
        return JSONResponse(accounts.shown(account, sorted(accounts.INCLUDABLE)))

    async def restrict(self, request: Request) -> Response:
        order = await read(request, {"capability": str, "code": str})
        chosen = order.get("capability")
        if chosen not in (None, *accounts.CAPABILITIES):
            raise BadOrder(f"capability must be one of {', '.join(accounts.CAPABILITIES)}")
        with self._simulator.change() as moment:
            account = _account(self._simulator, request)
            accounts.restrict(
                moment,
                account,
                capabilities=[chosen] if chosen else list(accounts.CAPABILITIES),
                code=order.get("code", "requirements_past_due"),
            )
        await self._simulator.courier.settle()
        return JSONResponse(accounts.shown(account, sorted(accounts.INCLUDABLE)))

    async def change_bank(self, request: Request) -> Response:
        await read(request, {})
        with self._simulator.change() as moment:
            account = _account(self._simulator, request)
            if "external_account" not in account.get("sim", {}):
                raise BadOrder("this account has not named a bank account yet")
            bank = banks.change(moment, account)
        await self._simulator.courier.settle()
        return JSONResponse(bank)

    async def fail_payout(self, request: Request) -> Response:
        order = await read(request, {"failure_code": str})
        code = order.get("failure_code", "account_closed")
        if code not in payouts.FAILURES:
            raise BadOrder(f"failure_code must be one of {', '.join(payouts.FAILURES)}")
        with self._simulator.change() as moment:
            identifier = request.path_params["id"]
            owner = moment.store.owner("payout", identifier)
            payout = owner and moment.store.find("payout", identifier, account=owner)
            if not owner or not payout:
                raise NotFound("no such payout")
            if payout["status"] in ("failed", "canceled"):
                raise BadOrder(f"this payout is {payout['status']}")
            payout = payouts.fail(moment, payout, owner, code)
        await self._simulator.courier.settle()
        return JSONResponse(payout)

    async def top_up(self, request: Request) -> Response:
        order = await read(request, {"amount": int, "currency": str})
        if "amount" not in order or "currency" not in order:
            raise BadOrder("amount and currency are needed")
        in_currency = _currency(order["currency"])
        try:
            amount = money.positive(order["amount"])
        except Refused as refused:
            raise BadOrder(refused.message) from refused
        with self._simulator.change() as moment:
            top_up: Json = {
                "id": new_id("tu"),
                "object": "topup",
                "amount": amount,
                "created": moment.now,
                "currency": in_currency,
                "livemode": False,
                "status": "succeeded",
            }
            top_up["balance_transaction"] = money.move(
                moment,
                account=PLATFORM,
                kind="topup",
                source=top_up["id"],
                in_currency=in_currency,
                amount=amount,
                announced=False,
            )
            moment.store.add("topup", top_up, account=PLATFORM)
        # The next change would announce the money; nobody should have to wait for one.
        self._simulator.advance(0)
        await self._simulator.courier.settle()
        return JSONResponse(top_up, status_code=201)

    async def show_limits(self, request: Request) -> Response:
        return JSONResponse(self._simulator.limits.shown())

    async def order_limit(self, request: Request) -> Response:
        order = await read(request, {"per_second": int})
        per_second = order.get("per_second")
        if per_second is not None and per_second < 1:
            raise BadOrder("per_second starts at 1; left out, nothing is limited")
        self._simulator.limits.order(per_second)
        return JSONResponse(self._simulator.limits.shown())

    async def order_lifetime(self, request: Request) -> Response:
        seconds = (await read(request, {"seconds": int})).get("seconds")
        if seconds is None or not 0 <= seconds <= FURTHEST_SECONDS:
            raise BadOrder(f"seconds must be between 0 and {FURTHEST_SECONDS}")
        with self._simulator.change() as moment:
            idempotency.live(moment.store, seconds)
        return JSONResponse({"seconds": seconds})

    async def prune_keys(self, request: Request) -> Response:
        with self._simulator.change() as moment:
            pruned = idempotency.prune(moment.store)
        return JSONResponse({"pruned": pruned})

    async def prove(self, request: Request) -> Response:
        with self._simulator.change() as moment:
            taken = proof.take(moment)
        return JSONResponse(taken)


def _currency(text: str) -> str:
    try:
        return money.currency(text)
    except Refused as refused:
        raise BadOrder(refused.message) from refused


def _account(simulator: Simulator, request: Request) -> Json:
    account = accounts.load(simulator.store, request.path_params["id"])
    if account is None:
        raise NotFound("no such account")
    if account["configuration"]["recipient"] is None:
        raise BadOrder("this account has no recipient configuration")
    return account
