"""`/_sim/…` for what payers and their banks do: save a card, dispute a payment, refuse a refund."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulators.stripe import disputes, payment_methods, refunds, setups
from app.simulators.stripe.moments import Json, Moment
from app.simulators.stripe.orders import BadOrder, NotFound, guarded, read
from app.simulators.stripe.simulator import Simulator
from app.simulators.stripe.store import PLATFORM


async def means(request: Request) -> tuple[str, str]:
    """With what somebody pays, and what its bank says: `method` and `bank` of an order."""
    order = await read(request, {"method": str, "bank": str})
    kind, bank = order.get("method", payment_methods.CARD), order.get("bank", "pays")
    if kind not in payment_methods.KINDS:
        raise BadOrder(f"method must be one of {', '.join(payment_methods.KINDS)}")
    if bank not in payment_methods.BANKS:
        raise BadOrder(f"bank must be one of {', '.join(payment_methods.BANKS)}")
    return kind, bank


class Payers:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def routes(self) -> list[Route]:
        return [
            Route("/_sim/charges/{id}/dispute", guarded(self.dispute), methods=["POST"]),
            Route("/_sim/disputes/{id}/withdraw", guarded(self.withdraw), methods=["POST"]),
            Route("/_sim/disputes/{id}/win", guarded(self.win), methods=["POST"]),
            Route("/_sim/disputes/{id}/lose", guarded(self.lose), methods=["POST"]),
            Route("/_sim/payment_methods/{id}/bank", guarded(self.change_bank), methods=["POST"]),
            Route("/_sim/setup_intents/{id}/complete", guarded(self.set_up), methods=["POST"]),
            Route("/_sim/setup_intents/{id}/refuse", guarded(self.refuse), methods=["POST"]),
            Route("/_sim/refunds/{id}/fail", guarded(self.fail_refund), methods=["POST"]),
        ]

    async def dispute(self, request: Request) -> Response:
        order = await read(request, {"amount": int, "reason": str, "inquiry": str})
        with self._simulator.change() as moment:
            charge = moment.store.find("charge", request.path_params["id"], account=PLATFORM)
            if charge is None:
                raise NotFound("no such charge")
            left = charge["amount"] - charge["amount_refunded"]
            amount, reason = order.get("amount", left), order.get("reason", "fraudulent")
            if not 0 < amount <= left:
                raise BadOrder(f"amount must be between 1 and {left}")
            if charge["disputed"]:
                raise BadOrder("this charge is disputed already")
            if reason not in disputes.REASONS:
                raise BadOrder(f"reason must be one of {', '.join(disputes.REASONS)}")
            made = disputes.start(
                moment, charge, amount=amount, reason=reason, inquiry="inquiry" in order
            )
        await self._simulator.courier.settle()
        return JSONResponse(made, status_code=201)

    async def withdraw(self, request: Request) -> Response:
        await read(request, {})
        with self._simulator.change() as moment:
            found = disputes.load(moment, request.path_params["id"])
            if found is None:
                raise NotFound("no such dispute")
            if found["balance_transactions"]:
                raise BadOrder("its money was taken already")
            found = disputes.withdraw(moment, found)
        await self._simulator.courier.settle()
        return JSONResponse(found)

    async def win(self, request: Request) -> Response:
        return await self._decide(request, won=True)

    async def lose(self, request: Request) -> Response:
        return await self._decide(request, won=False)

    async def _decide(self, request: Request, *, won: bool) -> Response:
        await read(request, {})
        with self._simulator.change() as moment:
            found = disputes.load(moment, request.path_params["id"])
            if found is None:
                raise NotFound("no such dispute")
            # A lost one may be won on appeal; a won one is over.
            if found["status"] in ("won", "warning_closed") or (
                found["status"] == "lost" and not won
            ):
                raise BadOrder(f"this dispute is {found['status']}")
            found = disputes.decide(moment, found, won=won)
        await self._simulator.courier.settle()
        return JSONResponse(found)

    async def change_bank(self, request: Request) -> Response:
        """What the bank says to charges from now on."""
        _, bank = await means(request)
        with self._simulator.change() as moment:
            method = payment_methods.load(moment, request.path_params["id"])
            if method is None:
                raise NotFound("no such payment method")
            method["sim"]["bank"] = bank
            moment.store.save(method)
        return JSONResponse(payment_methods.shown(method))

    async def set_up(self, request: Request) -> Response:
        kind, bank = await means(request)
        with self._simulator.change() as moment:
            setup = _open_setup(moment, request)
            setup = setups.complete(moment, setup, kind=kind, bank=bank)
        await self._simulator.courier.settle()
        return JSONResponse(setup)

    async def refuse(self, request: Request) -> Response:
        await read(request, {})
        with self._simulator.change() as moment:
            setup = setups.refuse(moment, _open_setup(moment, request))
        await self._simulator.courier.settle()
        return JSONResponse(setup)

    async def fail_refund(self, request: Request) -> Response:
        order = await read(request, {"failure_reason": str})
        reason = order.get("failure_reason", "expired_or_canceled_card")
        if reason not in refunds.FAILURES:
            raise BadOrder(f"failure_reason must be one of {', '.join(refunds.FAILURES)}")
        with self._simulator.change() as moment:
            found = moment.store.find("refund", request.path_params["id"], account=PLATFORM)
            if found is None:
                raise NotFound("no such refund")
            if found["status"] != "succeeded":
                raise BadOrder(f"this refund is {found['status']}")
            found = refunds.fail(moment, found, reason)
        await self._simulator.courier.settle()
        return JSONResponse(found)


def _open_setup(moment: Moment, request: Request) -> Json:
    setup = setups.load(moment, request.path_params["id"])
    if setup is None:
        raise NotFound("no such setup intent")
    if setup["status"] in ("succeeded", "canceled"):
        raise BadOrder(f"this setup intent is {setup['status']}")
    return setup
