"""The two pages a person would see: a Checkout and an onboarding, both saying what they are."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.simulators.stripe import accounts, checkout
from app.simulators.stripe.moments import Json
from app.simulators.stripe.simulator import Simulator
from app.simulators.stripe.store import PLATFORM

FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} (simulation)</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto }}
body {{ padding: 0 1rem }}
.notice {{ background: #fff3cd; border: 1px solid #b58900; padding: .75rem 1rem }}
table {{ width: 100%; border-collapse: collapse; margin: 1.5rem 0 }}
td {{ padding: .4rem 0; border-bottom: 1px solid #ddd }} td:last-child {{ text-align: right }}
button {{ font: inherit; padding: .6rem 1.5rem }}
</style></head><body>
<p class="notice">This is a local simulation and not Stripe. No money moves.</p>
<h1>{title}</h1>
{content}
</body></html>"""


class Pages:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def routes(self) -> list[Route]:
        return [
            Route("/_sim/checkout/{id}", self.show_checkout),
            Route("/_sim/onboarding/{token}", self.show_onboarding),
            Route("/_sim/onboarding/{token}", self.finish_onboarding, methods=["POST"]),
        ]

    async def show_checkout(self, request: Request) -> Response:
        with self._simulator.change() as moment:
            session = checkout.load(moment, request.path_params["id"])
        if session is None:
            return _page("No such Checkout", "", 404)
        if session["status"] != "open":
            return _page(f"This Checkout is {escape(session['status'])}", "", 410)
        rows = [
            f"<tr><td>{escape(line['description'])} × {line['quantity']}</td>"
            f"<td>{_amount(line['amount_total'], line['currency'])}</td></tr>"
            for line in session["sim"]["lines"]
        ]
        is_setup = session["mode"] == "setup"
        content = "<p>Save a means of payment for later.</p>" if is_setup else _total(rows, session)
        content += (
            f'<form method="post" action="/_sim/checkout/{escape(session["id"])}/pay">'
            f"<button>{'Save' if is_setup else 'Pay'}</button></form>"
        )
        if session["cancel_url"]:
            content += f'<p><a href="{escape(session["cancel_url"])}">Back without paying</a></p>'
        return _page("Checkout", content)

    async def show_onboarding(self, request: Request) -> Response:
        link = self._link(request)
        if link is None:
            return _page("No such link", "", 404)
        if self._is_spent(link):
            return RedirectResponse(link["refresh_url"], status_code=303)
        account = accounts.load(self._simulator.store, link["account"]) or {}
        name = escape(account.get("display_name") or account.get("contact_email") or "you")
        content = (
            f"<p>Stripe would now ask {name} for identity and a bank account.</p>"
            '<form method="post"><button>Everything is filled in</button></form>'
        )
        return _page("Get paid", content)

    async def finish_onboarding(self, request: Request) -> Response:
        link = self._link(request)
        if link is None:
            return _page("No such link", "", 404)
        if self._is_spent(link):
            return RedirectResponse(link["refresh_url"], status_code=303)
        with self._simulator.change() as moment:
            moment.store.save({**link, "used": True})
            account = accounts.load(moment.store, link["account"])
            assert account is not None
            accounts.onboard(
                moment,
                account,
                in_currency=account["defaults"].get("currency"),
                delay_seconds=0,
            )
        await self._simulator.courier.settle()
        return RedirectResponse(link.get("return_url") or link["refresh_url"], status_code=303)

    def _link(self, request: Request) -> Json | None:
        token = request.path_params["token"]
        return self._simulator.store.find("account_link", token, account=PLATFORM)

    def _is_spent(self, link: Json) -> bool:
        return bool(link["used"]) or self._simulator.clock.now() >= link["expires_at"]


def _page(title: str, content: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(FRAME.format(title=title, content=content), status_code=status)


def _total(rows: list[str], session: Json) -> str:
    total = _amount(session["amount_total"], session["currency"])
    return f"<table>{''.join(rows)}<tr><td><b>Total</b></td><td><b>{total}</b></td></tr></table>"


def _amount(minor: int, in_currency: str) -> str:
    return f"{minor // 100:,}.{minor % 100:02d} {escape(in_currency.upper())}"
