"""The way every API call takes: key, version, endpoint, parameters, idempotency, answer."""

import asyncio
import base64
import binascii
import json
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from app.simulators.stripe import (
    accounts,
    expanding,
    forms,
    idempotency,
    operations,
    traffic,
)
from app.simulators.stripe.faults import Fault
from app.simulators.stripe.moments import API_VERSION, Call, Json
from app.simulators.stripe.refusals import Declined, Invalid, Refused, unrecognized_url
from app.simulators.stripe.severing import CutOff
from app.simulators.stripe.simulator import Simulator
from app.simulators.stripe.store import PLATFORM, new_id

LARGEST_BODY = 1_000_000
# A word that no parameter of Stripe has: where the page of a v2 list is kept beside them.
NEXT_PAGE = " page"


@dataclass
class Answer:
    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request once it is known to be addressed to an endpoint of ours."""

    operation: operations.Operation
    url_path: str
    path: dict[str, str]
    params: Json
    account: str
    key: str | None
    fault: Fault | None
    request_id: str


class FrontDoor:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._in_flight: set[tuple[str, str]] = set()

    async def answer(self, request: Request) -> Response:
        request_id = new_id("req")
        body, fault = b"", None
        try:
            body = await _body(request)
            account = self._authenticate(request)
            self._simulator.limits.pass_or_refuse(request.url.path)
            fault = self._simulator.faults.for_request(request.method, request.url.path)
            answer = await self._answer(
                request, body, account=account, fault=fault, request_id=request_id
            )
        except ClientDisconnect:
            return Response(status_code=400)
        except Refused as refused:
            answer = Answer(refused.status, json.dumps(refused.body()))
        answer.headers |= {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        if fault and fault.should_retry is not None and answer.status in (409, 429, 500):
            answer.headers["Stripe-Should-Retry"] = str(fault.should_retry).lower()
        self._log(request, body, answer, fault)
        if fault and fault.kind in ("timeout_after_commit", "timeout_before_commit"):
            return CutOff(after_seconds=fault.seconds)
        if fault and fault.kind == "close_after_commit":
            return CutOff()
        return Response(answer.text, answer.status, answer.headers, media_type="application/json")

    def _authenticate(self, request: Request) -> str:
        """The account that the request acts for; 401 and 403 as Stripe words them."""
        key = _secret(request.headers.get("authorization", ""))
        if not key:
            raise Invalid(
                "You did not provide an API key. You need to provide your API key in the "
                "Authorization header, using Bearer auth.",
                status=401,
            )
        if "_live_" in key:
            raise Invalid(
                "This is a local simulator and refuses live keys. If this key is real, it was "
                "just sent to the wrong place: look at your configuration.",
                status=401,
            )
        if key != self._simulator.config.secret_key:
            raise Invalid(f"Invalid API Key provided: {key[:8]}***", status=401)
        version = request.headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise Invalid(
                f"Invalid Stripe API version: {version[:40]}. This simulator speaks {API_VERSION}."
            )
        named = request.headers.get("stripe-account") or request.headers.get("stripe-context")
        if named and accounts.load(self._simulator.store, named) is None:
            raise Invalid(
                f"The provided key does not have access to account '{named[:40]}' (or that "
                "account does not exist). Application access may have been revoked.",
                code="account_invalid",
                status=403,
            )
        return named or PLATFORM

    async def _answer(
        self,
        request: Request,
        body: bytes,
        *,
        account: str,
        fault: Fault | None,
        request_id: str,
    ) -> Answer:
        found = operations.find(request.method, request.url.path)
        if found is None:
            raise unrecognized_url(request.method, request.url.path)
        operation, path = found
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if fault and fault.kind == "rate_limit_429":
            raise Invalid(
                "Too many requests hit the API too quickly. We recommend an exponential backoff "
                "of your requests.",
                code="rate_limit",
                status=429,
            )
        if fault and fault.kind == "conflict_409":
            raise idempotency.in_use(key or "none")
        if fault and fault.kind == "timeout_before_commit":
            return Answer(504, "null")
        if key is not None:
            idempotency.check(key)
        params = _params(request, body, operation)
        asked = Asked(
            operation=operation,
            url_path=request.url.path,
            path=path,
            params=params,
            account=account,
            key=key,
            fault=fault,
            request_id=request_id,
        )
        scope = (account, key) if key is not None else None
        if scope is not None and scope in self._in_flight:
            raise idempotency.in_use(key or "")
        if scope is not None:
            self._in_flight.add(scope)
        try:
            if fault and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            return self._execute(asked, f"{request.url.scheme}://{request.url.netloc}")
        finally:
            if scope is not None:
                self._in_flight.discard(scope)

    def _execute(self, asked: Asked, base_url: str) -> Answer:
        """One transaction: the kept answer, or the endpoint and the keeping of its answer."""
        simulator, key = self._simulator, asked.key
        headers = {"Idempotency-Key": key} if key is not None else {}
        with simulator.change(request_id=asked.request_id, idempotency_key=key) as moment:
            if key is not None:
                kept = idempotency.find(
                    moment.store, asked.account, key, asked.url_path, asked.params
                )
                if kept is not None:
                    headers["Idempotent-Replayed"] = "true"
                    return Answer(kept["status"], kept["body"], headers)
            params = _copy(asked.params)
            page = params.pop(NEXT_PAGE, None)
            call = Call(moment, params, asked.path, asked.account, base_url, page)
            done = self._attempt(call, asked)
            shown = done
            if asked.fault and asked.fault.kind == "error_500_after_commit":
                shown = Answer(500, json.dumps(_broken().body()))
            worth_keeping = _worth_keeping(asked, done, shown)
            if key is not None and worth_keeping is not None:
                idempotency.keep(
                    moment.store,
                    (asked.account, key),
                    (asked.url_path, asked.params),
                    (worth_keeping.status, worth_keeping.text),
                    moment.now,
                )
        return Answer(shown.status, shown.text, headers)

    def _attempt(self, call: Call, asked: Asked) -> Answer:
        try:
            with call.store.attempt():
                answer = self._perform(call, asked)
                if asked.fault and asked.fault.kind == "error_500_before_commit":
                    raise _broken()
        except Invalid:
            raise
        except Refused as refused:
            return Answer(refused.status, json.dumps(refused.body()))
        return answer

    def _perform(self, call: Call, asked: Asked) -> Answer:
        try:
            body = expanding.expand(call, asked.operation.handler(call))
        except Declined as declined:
            # Unlike any other refusal this one has happened: its failed intent is there to see.
            return Answer(402, json.dumps({"error": declined.error}))
        return Answer(200, json.dumps(body))

    def _log(self, request: Request, body: bytes, answer: Answer, fault: Fault | None) -> None:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        line: Json = {
            "method": request.method,
            "path": target,
            "headers": traffic.headers(request.headers.items()),
            "body": traffic.readable(body.decode("utf-8", "replace")),
            "status": answer.status,
            "response": traffic.readable(answer.text),
        }
        if fault is not None:
            line["fault"] = fault.kind
        self._simulator.traffic.exchange(line)


def _worth_keeping(asked: Asked, done: Answer, shown: Answer) -> Answer | None:
    """v1 keeps what an endpoint answered, v2 only success.

    A fault with `stored=false` is one outside the endpoint, so that the key knows nothing of it.
    """
    if asked.operation.is_v2:
        return done if done.status < 300 else None
    if asked.fault is not None and not asked.fault.stored:
        return done if done.status < 500 else None
    return shown


def _broken() -> Refused:
    return Refused(
        "An unexpected error occurred. (A fault ordered at this simulator.)",
        status=500,
        kind="api_error",
    )


def _copy(params: Json) -> Json:
    copied: Json = json.loads(json.dumps(params))
    return copied


def _params(request: Request, body: bytes, operation: operations.Operation) -> Json:
    if request.method == "GET":
        said = forms.decode(request.url.query)
        page = said.pop("page", None) if operation.is_v2 else None
        read = operation.shape.read(said, as_text=True)
        return read if page is None else {**read, NEXT_PAGE: _cursor(page)}
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Invalid("Invalid request body: not UTF-8.") from problem
    if not operation.is_v2:
        return operation.shape.read(forms.decode(text), as_text=True)
    try:
        read = json.loads(text or "{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise Invalid("Invalid request body: not JSON.") from problem
    return operation.shape.read(read, as_text=False)


def _cursor(page: str) -> int:
    if not (isinstance(page, str) and page.isascii() and page.isdigit() and len(page) < 19):
        raise Invalid("Invalid page token.", param="page")
    return int(page)


def _no_constant(name: str) -> None:
    raise ValueError(name)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Invalid("Request body too large.", status=413)
    return body


def _secret(header: str) -> str:
    """The key of `Bearer KEY`, or the user name of Basic authentication."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
