"""How a door is built, and the one place where a request's transaction begins and commits."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from sqlalchemy.ext.asyncio import AsyncSession

from app.api import conditional, errors, guards
from app.api.idempotency import IdempotencyKeyRequired, Keeper
from app.domain.actor import Actor, describe
from app.domain.refusals import TooManyAttempts
from app.gateways.outside import Outside
from app.kit import crypto, limits
from app.kit.clock import Clock
from app.kit.db import Database
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """What every door is given by the composition root."""

    settings: Settings
    database: Database
    clock: Clock
    outside: Outside


Authenticate = Callable[[Request, AsyncSession, Runtime], Awaitable[Actor]]
Freshness = Callable[[Request, AsyncSession, Runtime], Awaitable[None]]
Usual = Callable[[Request, Runtime], Awaitable[Response | None]]


@dataclass(frozen=True, slots=True)
class DoorPolicy:
    """What a door's routes obey. `public`, `money` and `unkept` hold operation ids.

    public: no token needed. money: an Idempotency-Key is required. unkept: the answer is a token
    and never stored. unwrapped: the verb opens short transactions of its own, because it waits for
    the outside or is long, so that none may be open around it.
    stepped_up: a fresh second factor is needed; `freshness` raises the refusal.
    limited: most requests an hour from one address, by operation id.
    usual: a short way for what a hot operation is mostly asked, by operation id. It answers exactly
    as the route would, or None without having done anything: then the route does it.
    """

    name: str
    authenticate: Authenticate
    public: frozenset[str]
    money: frozenset[str] = frozenset()
    unkept: frozenset[str] = frozenset()
    unwrapped: frozenset[str] = frozenset()
    stepped_up: frozenset[str] = frozenset()
    freshness: Freshness | None = None
    limited: Mapping[str, int] = field(default_factory=dict)
    usual: Mapping[str, Usual] = field(default_factory=dict)


class DoorRoute(APIRoute):
    """One request, one transaction: actor, idempotency, handler, kept answer, commit, answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        original = super().get_route_handler()
        operation = self.operation_id or self.name

        async def handle(request: Request) -> Response:
            runtime: Runtime = request.app.state.runtime
            policy: DoorPolicy = request.app.state.policy
            request.scope["operation"] = f"{policy.name}.{operation}"
            await _count(request, runtime, policy, operation)
            if operation in policy.usual:
                short = await policy.usual[operation](request, runtime)
                if short is not None:
                    return conditional.answer(request, short)
            if operation in policy.unwrapped:
                response = await _handle_unwrapped(request, original, runtime, policy, operation)
                return conditional.answer(request, response)
            async with runtime.database.begin() as session:
                request.state.session = session
                keeper = await _enter(request, session, runtime, policy, operation)
                if keeper and (replayed := await keeper.replay(request, session)):
                    return replayed
                response = await original(request)
                if keeper:
                    await keeper.keep(session, response, request)
            return conditional.answer(request, response)

        return handle


async def _count(request: Request, runtime: Runtime, policy: DoorPolicy, operation: str) -> None:
    """Count a limited operation before anything is held: a flood must not fill the pool.

    Raises TooManyAttempts.
    """
    most = policy.limited.get(operation)
    if most is None:
        return
    address = crypto.keyed_digest(
        runtime.settings.secret.get_secret_value(),
        "caller address",
        guards.caller_address(request).encode(),
    ).hex()[:32]
    wait_s = await limits.take(
        runtime.database,
        f"{policy.name}.{operation}:{address}",
        now=runtime.clock.now(),
        most=most,
        window_s=3600,
    )
    if wait_s is not None:
        raise TooManyAttempts(retry_after_s=wait_s)


async def _enter(
    request: Request,
    session: AsyncSession,
    runtime: Runtime,
    policy: DoorPolicy,
    operation: str,
) -> Keeper | None:
    """Find the actor and the keeper of a POST's answer."""
    actor: Actor | None = None
    if operation not in policy.public:
        actor = await policy.authenticate(request, session, runtime)
        structlog.contextvars.bind_contextvars(actor=describe(actor))
    if operation in policy.stepped_up and policy.freshness is not None:
        await policy.freshness(request, session, runtime)
    request.state.actor = actor
    if request.method != "POST" or operation in policy.unkept:
        return None
    keeper = Keeper(
        request,
        door=policy.name,
        actor=actor,
        secret=runtime.settings.secret.get_secret_value(),
    )
    if operation in policy.money and not keeper.given:
        raise IdempotencyKeyRequired
    return keeper


async def _handle_unwrapped(
    request: Request,
    original: Callable[[Request], Coroutine[Any, Any, Response]],
    runtime: Runtime,
    policy: DoorPolicy,
    operation: str,
) -> Response:
    """For routes that call a provider or work long: transactions before and after, none around.

    Their verbs keep an intent under an id of their own, so that two at once end in one effect.
    """
    async with runtime.database.begin() as session:
        keeper = await _enter(request, session, runtime, policy, operation)
        if keeper and (replayed := await keeper.replay(request, session)):
            return replayed
    response = await original(request)
    if keeper:
        async with runtime.database.begin() as session:
            await keeper.keep(session, response, request)
    return response


# Coroutines though they wait for nothing: FastAPI sends a plain function to another thread, which
# costs more than all that it does.
async def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


async def _now(request: Request) -> datetime:
    runtime: Runtime = request.app.state.runtime
    return runtime.clock.now()


async def _language(request: Request) -> str:
    return errors.language_of(request)


async def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


Session = Annotated[AsyncSession, Depends(_session)]
Now = Annotated[datetime, Depends(_now)]
Run = Annotated[Runtime, Depends(_runtime)]
Language = Annotated[str, Depends(_language)]


def router(tag: str) -> APIRouter:
    """The router of one capability; its routes obey their door's policy."""
    return APIRouter(route_class=DoorRoute, tags=[tag])


def build(
    policy: DoorPolicy,
    *,
    runtime: Runtime,
    title: str,
    description: str,
    routers: Iterable[APIRouter],
) -> FastAPI:
    """A door as a sub-application with its own document and self-hosted documentation page."""
    app = FastAPIOffline(
        docs_url="/docs",
        redoc_url=None,
        title=title,
        description=description,
        version="1.0.0",
        openapi_url="/openapi.json",
        separate_input_output_schemas=False,
    )
    app.state.runtime = runtime
    app.state.policy = policy
    errors.install(app)
    for each in routers:
        app.include_router(each)
    app.openapi = lambda: _document(app, policy)  # type: ignore[method-assign]
    return app


_ERRORS = {
    "400": "The request cannot be read, or a needed header is missing.",
    "401": "No valid token.",
    "403": "Your role or scope does not allow it.",
    "404": "Not there, or not yours.",
    "409": "The state does not allow it now.",
    "412": "If-Match names a version that is no longer the current one.",
    "413": "The body is too large.",
    "422": "Values have a wrong shape or break a rule.",
    "429": "Too many attempts; see Retry-After.",
    "503": "Something we depend on does not answer; retry with the same id.",
}


def _document(app: FastAPI, policy: DoorPolicy) -> dict[str, Any]:
    """The OpenAPI document with security, complete error answers, headers and 64-bit integers."""
    if app.openapi_schema:
        return app.openapi_schema
    schema = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        separate_input_output_schemas=False,
        servers=[{"url": f"/{policy.name}/v1"}],
    )
    components = schema.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    problem = errors.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in schema["paths"].values():
        for method, operation in path.items():
            _complete(operation, method, policy)
    _widen_integers(schema)
    app.openapi_schema = schema
    return schema


def _complete(operation: dict[str, Any], method: str, policy: DoorPolicy) -> None:
    id_ = operation["operationId"]
    answers = operation["responses"]
    for status, text in _ERRORS.items():
        if id_ in policy.public and status in ("401", "403") and id_ not in policy.unkept:
            continue
        answers[status] = {
            "description": text,
            "content": {errors.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if method == "get":
        conditional.document(operation)
    if id_ not in policy.public:
        operation["security"] = [{"bearer": []}]
    parameters = operation.setdefault("parameters", [])
    if method == "post" and id_ not in policy.unkept:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": id_ in policy.money,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255,
                           "pattern": "^[\\x21-\\x7e]+$"},
                "description": "A UUID of yours. The same key and body answer the same bytes.",
            }
        )  # fmt: skip
    parameters.append(
        {
            "name": "Accept-Language",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "example": "de-DE, de;q=0.9",
            "description": "Language of messages: German where it is preferred, else English.",
        }
    )


def _widen_integers(node: Any) -> None:
    """Generated clients take a bare integer for 32 bits: money and ids would overflow."""
    if isinstance(node, dict):
        if node.get("type") == "integer" and "format" not in node:
            node["format"] = "int64"
        for value in node.values():
            _widen_integers(value)
    elif isinstance(node, list):
        for value in node:
            _widen_integers(value)
