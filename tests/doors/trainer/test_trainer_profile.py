"""A trainer registers and describes herself."""

from typing import Any

import httpx
from sqlalchemy import text

from app.api.door import Runtime

ERIKA = {
    "email": "erika@klinik.example",
    "password": "correct horse battery",
    "full_name": "Dr. Erika Beispiel",
    "country": "DE",
    "timezone": "Europe/Berlin",
}
ME = "/trainer/v1/me"


async def _register(doors: httpx.AsyncClient, **over: Any) -> httpx.Response:
    return await doors.post("/trainer/v1/registrations", json={**ERIKA, **over})


async def _signed_in(doors: httpx.AsyncClient) -> dict[str, str]:
    session = (await _register(doors)).json()["session"]
    return {"Authorization": f"Bearer {session['access_token']}"}


async def test_a_trainer_comes_in_signed_in(doors: httpx.AsyncClient) -> None:
    answer = await _register(doors)
    assert answer.status_code == 201
    made = answer.json()
    assert made["trainer"]["full_name"] == "Dr. Erika Beispiel"
    assert made["trainer"]["email_verified"] is False
    assert made["trainer"]["asking_pay_rate"] is None
    headers = {"Authorization": f"Bearer {made['session']['access_token']}"}
    assert (await doors.get(ME, headers=headers)).json() == made["trainer"]


async def test_the_profile_changes_where_it_is_told_to(doors: httpx.AsyncClient) -> None:
    headers = await _signed_in(doors)
    rate = {"minor": 11_500, "currency": "USD"}
    changed = await doors.patch(
        ME, json={"headline": "Emergency physician", "asking_pay_rate": rate}, headers=headers
    )
    assert changed.status_code == 200
    assert changed.json()["asking_pay_rate"] == rate
    kept = (await doors.patch(ME, json={"country": "AT"}, headers=headers)).json()
    assert (kept["headline"], kept["country"]) == ("Emergency physician", "AT")
    assert kept["asking_pay_rate"] == rate
    gone = (await doors.patch(ME, json={"asking_pay_rate": None}, headers=headers)).json()
    assert gone["asking_pay_rate"] is None
    assert gone["headline"] == "Emergency physician"


async def test_skills_languages_and_hours_are_replaced(doors: httpx.AsyncClient) -> None:
    headers = await _signed_in(doors)
    said = {"skills": ["Toxicology", "  emergency  MEDICINE", "Emergency medicine", "toxicology"]}
    skills = await doors.put(f"{ME}/skills", json=said, headers=headers)
    assert skills.json()["skills"] == ["emergency  MEDICINE", "Toxicology"]
    await doors.put(f"{ME}/skills", json={"skills": ["Triage"]}, headers=headers)
    spoken = {"languages": [{"code": "en", "level": "C1"}, {"code": "de", "level": "native"}]}
    languages = await doors.put(f"{ME}/languages", json=spoken, headers=headers)
    assert languages.json()["languages"] == spoken["languages"][::-1]
    hours = {"weekly_minutes": 720, "available_from_on": "2030-01-01"}
    answer = await doors.put(f"{ME}/availability", json=hours, headers=headers)
    me = answer.json()
    assert me["skills"] == ["Triage"]
    assert (me["weekly_minutes"], me["available_from_on"]) == (720, "2030-01-01")
    cleared = await doors.put(f"{ME}/availability", json={"weekly_minutes": 0}, headers=headers)
    assert cleared.json()["available_from_on"] is None


async def test_what_does_not_fit_is_refused(doors: httpx.AsyncClient) -> None:
    headers = await _signed_in(doors)
    before = (await doors.get(ME, headers=headers)).json()
    cases: list[tuple[str, str, dict[str, Any], str]] = [
        ("PATCH", "", {"country": "ZZ"}, "country_unknown"),
        ("PATCH", "", {"asking_pay_rate": {"minor": 0, "currency": "USD"}}, "invalid_shape"),
        ("PATCH", "", {"asking_pay_rate": {"minor": 1.5, "currency": "USD"}}, "invalid_shape"),
        ("PATCH", "", {"asking_pay_rate": {"minor": 1, "currency": "XAU"}}, "currency_not_offered"),
        ("PATCH", "", {"full_name": "Somebody Else"}, "invalid_shape"),
        ("PATCH", "", {"email_verified": True}, "invalid_shape"),
        ("PUT", "/skills", {"skills": ["x" * 81]}, "invalid_shape"),
        ("PUT", "/skills", {"skills": ["a"] * 101}, "invalid_shape"),
        ("PUT", "/skills", {"skills": ["a\u0000"]}, "invalid_shape"),
        ("PUT", "/skills", {"skills": [1]}, "invalid_shape"),
        ("PUT", "/languages", {"languages": [{"code": "de", "level": "D1"}]}, "invalid_shape"),
        ("PUT", "/languages", {"languages": [{"code": "DE", "level": "C1"}]}, "invalid_shape"),
        ("PUT", "/languages", {"languages": [{"code": "de", "level": "C1"}] * 2},
         "language_repeated"),
        ("PUT", "/availability", {"weekly_minutes": 10_081}, "invalid_shape"),
        ("PUT", "/availability", {"weekly_minutes": -1}, "invalid_shape"),
        ("PUT", "/availability", {"weekly_minutes": True}, "invalid_shape"),
        ("PUT", "/availability", {"weekly_minutes": 60.0}, "invalid_shape"),
        ("PUT", "/availability", {"weekly_minutes": 1, "available_from_on": "9999-01-01"},
         "invalid_shape"),
    ]  # fmt: skip
    for method, path, body, code in cases:
        answer = await doors.request(method, ME + path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
    assert (await doors.get(ME, headers=headers)).json() == before


async def test_nobody_gets_in_without_a_token(doors: httpx.AsyncClient) -> None:
    for method, path in (("GET", ""), ("PATCH", ""), ("PUT", "/skills"), ("PUT", "/languages"),
                         ("PUT", "/availability")):  # fmt: skip
        answer = await doors.request(method, ME + path, json={})
        assert answer.status_code == 401


async def test_two_trainers_with_one_address_keep_apart(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    first, second = await _signed_in(doors), await _signed_in(doors)
    await doors.put(f"{ME}/skills", json={"skills": ["Triage"]}, headers=first)
    assert (await doors.get(ME, headers=second)).json()["skills"] == []
    async with runtime.database.begin() as session:
        assert await session.scalar(text("SELECT count(*) FROM trainers")) == 2


async def test_vocabularies_need_no_token_and_speak_german(doors: httpx.AsyncClient) -> None:
    english = (await doors.get("/trainer/v1/vocabularies")).json()
    assert (await doors.get("/client/v1/vocabularies")).json() == english
    german = (await doors.get("/trainer/v1/vocabularies", headers={"Accept-Language": "de"})).json()
    assert {"key": "medicine", "name": "Medicine"} in english["domains"]
    assert {"key": "medicine", "name": "Medizin"} in german["domains"]
    npi = next(t for t in english["credential_types"] if t["key"] == "us_npi")
    assert npi["has_check_digit"] is True
    assert npi["jurisdiction"] == "US"
    assert [level["rank"] for level in english["language_levels"]] == list(range(1, 8))
    for word in ("bill", "margin", "budget", "fee"):
        assert word not in str(english).lower()
