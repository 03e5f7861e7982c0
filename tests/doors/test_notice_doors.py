"""Notices as a phone sees them: pages, languages, wishes, and tokens that never come back."""

from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.api.door import Runtime
from app.domain.notices import Kind
from app.kit.ids import new_id
from app.notices import telling
from app.notices.telling import News
from tests.factories import people

TOKEN = "dQw4w9WgXcQ:APA91bCanaryToken"


@pytest_asyncio.fixture
async def phone(doors: httpx.AsyncClient, runtime: Runtime) -> httpx.AsyncClient:
    """Signed in as a trainer who was told five things."""
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        trainer = await people.trainer(session, now=now)
        to = telling.trainer(trainer.id)
        for n in range(5):
            news = News(Kind.OFFER_RECEIVED, new_id(), to, stage=str(n), deadline_at=now)
            await telling.tell(session, news, now=now)
        token = await people.token(session, trainer.user_id, now=now)
    doors.headers["Authorization"] = f"Bearer {token}"
    return doors


async def listed(phone: httpx.AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    answer = await phone.get(f"/trainer/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_pages_are_stable_while_news_come_in(
    phone: httpx.AsyncClient, runtime: Runtime
) -> None:
    first = await listed(phone, "/notices", limit=3)
    me = (await phone.get("/trainer/v1/me")).json()["id"]
    async with runtime.database.begin() as session:
        news = News(Kind.OFFER_WITHDRAWN, new_id(), telling.trainer(me))
        await telling.tell(session, news, now=runtime.clock.now())
    second = await listed(phone, "/notices", limit=3, cursor=first["next_cursor"])
    ids = [item["id"] for page in (first, second) for item in page["items"]]
    assert len(set(ids)) == 5
    assert second["next_cursor"] is None
    assert (await listed(phone, "/notices"))["items"][0]["kind"] == "offer_withdrawn"


async def test_words_are_in_the_readers_language(phone: httpx.AsyncClient) -> None:
    english = (await listed(phone, "/notices", limit=1))["items"][0]
    answer = await phone.get(
        "/trainer/v1/notices", params={"limit": 1}, headers={"Accept-Language": "de"}
    )
    german = answer.json()["items"][0]
    assert (english["title"], german["title"]) == ("You have an offer", "Sie haben ein Angebot")
    assert english["about"] == "offer"
    assert english["deadline_at"] is not None


async def test_a_token_goes_in_and_never_comes_out(
    phone: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"platform": "fcm", "token": TOKEN}
    heard = [await phone.post("/trainer/v1/devices", json=said) for _ in range(2)]
    assert [answer.status_code for answer in heard] == [201, 201]
    assert heard[0].json() == heard[1].json()
    heard.append(await phone.get("/trainer/v1/devices"))
    heard.append(await phone.post("/trainer/v1/devices", json={**said, "token": "a b"}))
    assert [answer.status_code for answer in heard[2:]] == [200, 422]
    device = heard[0].json()["id"]
    for _ in range(2):
        assert (await phone.delete(f"/trainer/v1/devices/{device}")).status_code == 204
    assert (await listed(phone, "/devices"))["items"] == []
    written = capsys.readouterr()
    assert not [a.text for a in heard if "APA91b" in a.text or "a b" in a.text]
    assert "APA91b" not in written.out + written.err


async def test_wishes_are_kept_and_what_matters_stays_on(phone: httpx.AsyncClient) -> None:
    before = await listed(phone, "/notice-settings")
    wish = {"kind": "cap_reached", "email": False, "push": True}
    answer = await phone.put("/trainer/v1/notice-settings", json={"settings": [wish]})
    after = {each["kind"]: each for each in answer.json()["settings"]}
    assert after["cap_reached"] == {**wish, "mandatory": False}
    assert {**after, "cap_reached": None} == {
        **{each["kind"]: each for each in before["settings"]},
        "cap_reached": None,
    }
    for kind, status in (("hours_contested", 422), ("budget_near", 422), ("no_kind", 422)):
        wrong = {"settings": [{"kind": kind, "email": False, "push": False}]}
        answer = await phone.put("/trainer/v1/notice-settings", json=wrong)
        assert answer.status_code == status
        assert "budget" not in answer.text
