"""Reading the orders of `/_sim/…`: JSON objects with known fields; what is wrong is told."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.simulators.stripe.moments import Json


class BadOrder(ValueError):
    """The stand-in was asked for something that makes no sense; the message says what."""


class NotFound(BadOrder):
    """There is no such object here."""


Handler = Callable[[Request], Any]


def guarded(handler: Handler) -> Handler:
    """Turn a BadOrder into an answer."""

    async def answer(request: Request) -> Response:
        try:
            response: Response = await handler(request)
        except BadOrder as problem:
            status = 404 if isinstance(problem, NotFound) else 400
            return JSONResponse({"error": {"message": str(problem)}}, status_code=status)
        return response

    return answer


async def read(request: Request, fields: dict[str, type] | None) -> Json:
    """The JSON object of an order; `fields` are the ones known, None leaves that to the caller."""
    body = await request.body()
    try:
        order = json.loads(body or b"{}")
    except (ValueError, RecursionError) as problem:
        raise BadOrder("the body is not JSON") from problem
    if not isinstance(order, dict):
        raise BadOrder("the body must be a JSON object")
    for name, value in order.items() if fields is not None else ():
        if fields is None or name not in fields:
            raise BadOrder(f"unknown field; known are {', '.join(fields or {}) or 'none'}")
        if not isinstance(value, fields[name]) or isinstance(value, bool):
            raise BadOrder(f"the field {name} has the wrong type")
    return order
