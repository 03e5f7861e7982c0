"""`/_sim/…` for what payers and their banks do after a payment: dispute it, send a refund back."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.simulators.stripe import disputes, refunds
from app.simulators.stripe.orders import BadOrder, NotFound, guarded, read
from app.simulators.stripe.simulator import Simulator
from app.simulators.stripe.store import PLATFORM


class Payers:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def routes(self) -> list[Route]:
        return [
            Route("/_sim/charges/{id}/dispute", guarded(self.dispute), methods=["POST"]),
            Route("/_sim/disputes/{id}/withdraw", guarded(self.withdraw), methods=["POST"]),
            Route("/_sim/disputes/{id}/win", guarded(self.win), methods=["POST"]),
            Route("/_sim/disputes/{id}/lose", guarded(self.lose), methods=["POST"]),
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
