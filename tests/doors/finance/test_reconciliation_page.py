"""Reconciliation for programs and for eyes: what it says, who gets in, and with which headers."""

import re
from html.parser import HTMLParser

import httpx
import pytest
import pytest_asyncio

from app.api.door import Runtime
from app.api.finance.pages import charts
from app.api.finance.pages.charts import Sides
from app.domain.errands import Errand
from app.identity import page_passes
from app.main import build_app
from app.reconciling.tables import ReconciliationDifference
from app.settings import Environment
from tests.factories import people, reconciled
from tests.factories.jobs import queued

PAGES = "/finance/pages"
Headers = dict[str, str]


@pytest_asyncio.fixture
async def finance(runtime: Runtime) -> Headers:
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        user = await people.user(session, now=now, door="finance")
        token = await people.token(session, user.id, now=now)
    return {"Authorization": f"Bearer {token}"}


async def plant(runtime: Runtime, *, differs: bool) -> None:
    async with runtime.database.begin() as session:
        await reconciled.fortnight(session, now=runtime.clock.now(), differs=differs)


async def link(doors: httpx.AsyncClient, headers: Headers) -> str:
    answer = await doors.post("/finance/v1/reconciliation/page-links", headers=headers)
    assert answer.status_code == 201, answer.text
    url = httpx.URL(answer.json()["url"])
    assert url.path == f"{PAGES}/enter"
    return str(url.params["ticket"])


async def enter(doors: httpx.AsyncClient, ticket: str, **headers: str) -> httpx.Response:
    return await doors.post(f"{PAGES}/enter", data={"ticket": ticket}, headers=headers)


class _Read(HTMLParser):
    """The text that a reader sees, the elements, and that every one of them is closed."""

    VOID = frozenset({"meta", "input", "br", "link", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.open = "", list[str](), list[str]()
        self.attributes = list[tuple[str, dict[str, str | None]]]()
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data


async def opened(doors: httpx.AsyncClient, headers: Headers) -> None:
    answer = await enter(doors, await link(doors, headers))
    assert answer.status_code == 303, answer.text


async def test_programs_read_where_reconciliation_stands(
    doors: httpx.AsyncClient, runtime: Runtime, finance: Headers
) -> None:
    empty = (await doors.get("/finance/v1/reconciliation", headers=finance)).json()
    assert (empty["is_reconciled"], empty["last_run"], empty["clearing"]) == (False, None, [])
    await plant(runtime, differs=True)
    found = (await doors.get("/finance/v1/reconciliation", headers=finance)).json()
    assert (found["is_reconciled"], found["differences_open"]) == (False, 5)
    assert found["balances"][0]["difference"] == {"minor": 33_870, "currency": "USD"}
    assert [each["account"] for each in found["clearing"]] == [
        "asset:transit:platform_payout",
        f"asset:transit:bank_payout:{reconciled.PAYEE}",
    ]
    path, seen, cursor = "/finance/v1/reconciliation/differences", list[str](), None
    german = {**finance, "Accept-Language": "de"}
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await doors.get(path, headers=german, params=params)).json()
        seen += [each["next_action"] for each in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == 5
    assert "Eine der Buchungen stornieren." in seen
    gone = await doors.get(path, headers=finance, params={"state": "resolved"})
    assert gone.json()["items"] == []


async def test_a_run_is_ordered_once_and_watched(
    doors: httpx.AsyncClient, runtime: Runtime, finance: Headers
) -> None:
    answers = [
        await doors.post("/finance/v1/reconciliation/runs", headers=finance) for _ in range(2)
    ]
    assert {answer.status_code for answer in answers} == {202}
    run = answers[0].json()
    assert answers[1].json()["id"] == run["id"]
    assert (run["state"], run["accounts_done"]) == ("ordered", 0)
    watched = await doors.get(f"/finance/v1/reconciliation/runs/{run['id']}", headers=finance)
    assert watched.json() == run
    async with runtime.database.begin() as session:
        assert await queued(session, Errand.RECONCILE) == [{"reconciliation_run_id": run["id"]}]


@pytest.mark.parametrize("differs", [False, True], ids=["even", "differs"])
async def test_the_page_says_in_both_languages_what_programs_are_told(
    doors: httpx.AsyncClient, runtime: Runtime, finance: Headers, differs: bool
) -> None:
    await opened(doors, finance)
    assert "Not reconciled yet" in (await doors.get(f"{PAGES}/reconciliation")).text
    await plant(runtime, differs=differs)
    said = {
        "en": ("5 differences are open" if differs else "Everything agrees to the cent"),
        "de": ("5 Abweichungen sind offen" if differs else "Alles stimmt auf den Cent"),
    }
    for language, verdict in said.items():
        by_choice = await doors.get(f"{PAGES}/reconciliation", params={"lang": language})
        by_browser = await doors.get(
            f"{PAGES}/reconciliation", headers={"Accept-Language": f"{language}, en;q=0.5"}
        )
        assert by_choice.text == by_browser.text
        assert by_choice.headers["content-language"] == language
        page = _Read(by_choice.text)
        assert verdict in page.text
        assert ("48,712.30 USD" if language == "en" else "48.712,30 USD") in page.text
        assert ("tr_sim_90be" in page.text) is differs
        assert "svg" in page.tags
        assert page.tags.count("table") == page.tags.count("caption") == 2 + differs
        assert ("html", {"lang": language}) in page.attributes
        assert not {"script", "link", "img", "iframe"} & set(page.tags)
        for _, attributes in page.attributes:
            assert not {"style", "onclick", "onload", "src"} & set(attributes)
            assert not (attributes.get("href") or "").startswith("http")


async def test_what_is_in_the_data_stays_text(
    doors: httpx.AsyncClient, runtime: Runtime, finance: Headers
) -> None:
    await opened(doors, finance)
    await plant(runtime, differs=True)
    async with runtime.database.begin() as session:
        row = (await session.scalars(ReconciliationDifference.__table__.select())).first()
        assert row is not None
        await session.execute(
            ReconciliationDifference.__table__.update().values(reference="<b onload=x>&")
        )
    answer = await doors.get(f"{PAGES}/reconciliation")
    assert "<b onload" not in answer.text
    assert "<b onload=x>&" in _Read(answer.text).text


async def test_a_link_opens_the_page_once_and_looking_uses_nothing_up(
    doors: httpx.AsyncClient, finance: Headers
) -> None:
    ticket = await link(doors, finance)
    for _ in range(3):
        shown = await doors.get(f"{PAGES}/enter", params={"ticket": ticket, "lang": "de"})
        assert shown.status_code == 200
        assert "set-cookie" not in shown.headers
        assert "Seite öffnen" in shown.text
    answer = await enter(doors, ticket)
    assert (answer.status_code, answer.headers["location"]) == (303, "reconciliation?lang=en")
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(
        r"lehrwerk_pages=[\w-]{43}; HttpOnly; Max-Age=1800; Path=/finance/pages; SameSite=strict",
        cookie,
    )
    assert (await doors.get(f"{PAGES}/reconciliation")).status_code == 200
    again = await enter(doors, ticket)
    assert again.status_code == 401
    assert "Ask for a new one" in again.text


async def test_who_does_not_get_in(
    doors: httpx.AsyncClient, runtime: Runtime, finance: Headers
) -> None:
    page = f"{PAGES}/reconciliation"
    assert (await doors.get(page)).status_code == 401
    assert (await doors.get(page, headers=finance)).status_code == 401  # a bearer is no cookie
    for ticket in ("", "x", "x" * 43, "<script>", "ü" * 43):
        assert (await enter(doors, ticket)).status_code == 401
    assert (await doors.get(f"{PAGES}/enter", params={"ticket": "<b>"})).status_code == 401
    ticket = await link(doors, finance)
    foreign = await enter(doors, ticket, **{"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 401
    runtime.clock.set_offset(int(page_passes.TICKET_LASTS.total_seconds()) + 1)
    assert (await enter(doors, ticket)).status_code == 401  # too late
    late = await link(doors, finance)
    assert (await enter(doors, late)).status_code == 303
    assert (await doors.get(page)).status_code == 200
    lasts = page_passes.COOKIE_LASTS + page_passes.TICKET_LASTS
    runtime.clock.set_offset(int(lasts.total_seconds()) + 2)
    assert (await doors.get(page)).status_code == 401


@pytest.mark.parametrize("way", ["sign_out", "leave"])
async def test_the_page_closes_with_the_session_and_by_its_button(
    doors: httpx.AsyncClient, finance: Headers, way: str
) -> None:
    await opened(doors, finance)
    kept = dict(doors.cookies)
    if way == "sign_out":
        answer = await doors.delete("/finance/v1/sessions/current", headers=finance)
    else:
        answer = await doors.post(f"{PAGES}/leave")
        assert dict(doors.cookies) == {}
    assert answer.is_success
    # Who has kept the cookie has kept nothing.
    late = await doors.get(
        f"{PAGES}/reconciliation", headers={"Cookie": f"lehrwerk_pages={kept['lehrwerk_pages']}"}
    )
    assert late.status_code == 401


async def test_every_answer_is_strict_and_kept_nowhere(
    doors: httpx.AsyncClient, finance: Headers
) -> None:
    ticket = await link(doors, finance)
    answers = [
        await doors.get(f"{PAGES}/enter", params={"ticket": ticket}),
        await doors.get(f"{PAGES}/reconciliation"),
        await enter(doors, ticket),
        await doors.get(f"{PAGES}/reconciliation"),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 303, 200]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy


async def test_the_cookie_is_for_encrypted_connections_only_outside_development(
    runtime: Runtime, finance: Headers
) -> None:
    settings = runtime.settings.model_copy(update={"environment": Environment.PRODUCTION})
    assert not settings.is_development
    app = build_app(Runtime(settings, runtime.database, runtime.clock, runtime.outside))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://x.test") as doors:
        answer = await enter(doors, await link(doors, finance))
    assert answer.headers["set-cookie"].endswith("; Secure")


def test_bars_are_to_scale_within_a_currency_and_a_cent_can_be_seen() -> None:
    drawn = charts.pairs(
        [
            Sides("a", "USD", 1_000, 1_000),
            Sides("b", "USD", 500, 499),
            Sides("c", "EUR", 1, 0),
            Sides("d", "EUR", None, -4),
        ]
    )
    assert [(p.stripe.width if p.stripe else None, p.books.width) for p in drawn] == [
        (1_000, 1_000), (500, 499), (250, 0), (None, 1_000),
    ]  # fmt: skip
    assert [p.differs_minor for p in drawn] == [0, 1, 1, 0]
    assert [p.books.percent for p in drawn] == ["100.0%", "49.9%", "0.0%", "100.0%"]
    assert [column.height for column in charts.columns([("x", 0), ("y", 1), ("z", 90)])] == [
        0, 2, 120,
    ]  # fmt: skip
    assert charts.columns([]) == []
