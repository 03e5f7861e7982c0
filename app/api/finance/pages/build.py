"""The pages as a sub-application: who may open them, and with which headers they leave."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.api import errors
from app.api.door import Runtime
from app.api.finance.pages import drawing
from app.api.finance.pages.words import WORDS
from app.domain.refusals import NotSignedIn
from app.identity import page_passes

PATH = "/finance/pages"
COOKIE = "lehrwerk_pages"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_FOLDER = Path(__file__).parent / "templates"
# Ours to the last letter, and named in the policy by its hash.
_STYLE = Markup((_FOLDER / "style.css").read_text(encoding="utf-8"))  # noqa: S704 – our own file
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def build(runtime: Runtime) -> FastAPI:
    """To be mounted at /finance/pages. No document: these are for eyes, not for programs."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.runtime = runtime
    errors.install(app)
    app.add_exception_handler(NotSignedIn, _closed)
    app.add_api_route("/enter", _show_button, methods=["GET"])
    app.add_api_route("/enter", _enter, methods=["POST"])
    app.add_api_route("/reconciliation", _reconciliation, methods=["GET"])
    app.add_api_route("/leave", _leave, methods=["POST"])
    return app


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "")
    return asked if asked in WORDS else errors.language_of(request)


def _page(request: Request, name: str, *, status: int = 200, **filled: Any) -> Response:
    language = _language(request)
    html = _TEMPLATES.get_template(f"{name}.html").render(
        words=WORDS[language], style=_STYLE, **filled
    )
    headers = {**_HEADERS, "Content-Language": language}
    return HTMLResponse(html, status_code=status, headers=headers)


async def _closed(request: Request, error: Exception) -> Response:
    del error
    return _page(request, "closed", status=401)


def _operation(request: Request, name: str) -> Runtime:
    request.scope["operation"] = f"finance.pages.{name}"
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _show_button(request: Request) -> Response:
    """Changes nothing: whoever fetches a link before its reader does uses nothing up."""
    _operation(request, "show_button")
    ticket = request.query_params.get("ticket", "")
    if not _SECRET.fullmatch(ticket):
        raise NotSignedIn
    return _page(request, "enter", ticket=ticket)


async def _enter(request: Request) -> Response:
    """The ticket for a cookie. From our own button the way on is same-site, so that even a strict
    cookie goes along; from a link in a message it would not."""
    runtime = _operation(request, "enter")
    _refuse_strangers(request)
    form = await request.form()
    ticket = form.get("ticket")
    if not isinstance(ticket, str) or not _SECRET.fullmatch(ticket):
        raise NotSignedIn
    async with runtime.database.begin() as session:
        cookie = await page_passes.swap(session, ticket, now=runtime.clock.now())
    answer = RedirectResponse(f"reconciliation?lang={_language(request)}", 303, headers=_HEADERS)
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=int(page_passes.COOKIE_LASTS.total_seconds()),
        path=PATH,
        secure=not runtime.settings.is_development,
        httponly=True,
        samesite="strict",
    )
    return answer


def _refuse_strangers(request: Request) -> None:
    """A form of another site's: its browser says so."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise NotSignedIn


async def _reconciliation(request: Request) -> Response:
    """Stripe's statement beside the books."""
    runtime = _operation(request, "reconciliation")
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        await page_passes.finance_reader(session, _cookie(request), now=now)
        facts = await drawing.read(session, now=now)
    return _page(request, "reconciliation", **drawing.page(facts, _language(request)))


async def _leave(request: Request) -> Response:
    """End the pass, not only the cookie."""
    runtime = _operation(request, "leave")
    _refuse_strangers(request)
    async with runtime.database.begin() as session:
        await page_passes.end(session, _cookie(request), now=runtime.clock.now())
    answer = _page(request, "closed")
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")
    return answer


def _cookie(request: Request) -> str:
    """Raises NotSignedIn for what cannot be one of ours."""
    cookie = request.cookies.get(COOKIE, "")
    if not _SECRET.fullmatch(cookie):
        raise NotSignedIn
    return cookie
