"""From a claim over evidence and a human's decision to a credential that counts, at both doors."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from sqlalchemy import text

from app.api.door import Runtime
from tests.factories import papers, people

MINE = "/trainer/v1/me/credentials"
CHECKS = "/operations/v1/credential-checks"
NPI = {"type": "us_npi", "issuer": "CMS", "jurisdiction": "US", "number": "1234567893",
       "specialty": "Emergency medicine"}  # fmt: skip
Headers = dict[str, str]


class Actors:
    """Headers of a trainer, of another one, and of an operator."""

    trainer: Headers
    other: Headers
    operator: Headers


@pytest_asyncio.fixture
async def actors(runtime: Runtime) -> Actors:
    now = runtime.clock.now()
    made = Actors()
    async with runtime.database.begin() as session:
        erika = await people.trainer(session, now=now)
        frieda = await people.trainer(session, now=now, full_name="Frieda Muster")
        operator = await people.user(session, now=now, door="operations")
        tokens = [await people.token(session, id_, now=now)
                  for id_ in (erika.user_id, frieda.user_id, operator.id)]  # fmt: skip
    made.trainer, made.other, made.operator = (
        {"Authorization": f"Bearer {token}"} for token in tokens
    )
    return made


async def _claim(doors: httpx.AsyncClient, headers: Headers, **over: Any) -> httpx.Response:
    return await doors.post(MINE, json={**NPI, **over}, headers=headers)


async def _upload(
    doors: httpx.AsyncClient, headers: Headers, id_: str, *file: Any, **extra: Any
) -> httpx.Response:
    part = file or ("licence.pdf", papers.PDF, "application/pdf")
    return await doors.post(
        f"{MINE}/{id_}/evidence", files={"file": part}, headers=headers, **extra
    )


async def test_from_claim_to_verified(
    doors: httpx.AsyncClient, actors: Actors, runtime: Runtime
) -> None:
    claimed = await _claim(doors, actors.trainer, number=" 123 456 7893")
    assert claimed.status_code == 201
    mine = claimed.json()
    assert (mine["state"], mine["form_check"], mine["number"]) == (
        "claimed",
        "passed",
        "1234567893",
    )
    assert "Upload evidence" in mine["next_step"]
    uploaded = await _upload(doors, actors.trainer, mine["id"])
    assert uploaded.status_code == 201
    assert uploaded.json()["state"] == "checking"

    waiting = (await doors.get(CHECKS, headers=actors.operator)).json()["items"]
    assert [each["id"] for each in waiting] == [mine["id"]]
    assert waiting[0]["trainer"]["full_name"] == "Dr. Erika Beispiel"
    document_id = waiting[0]["documents"][0]["id"]
    file = await doors.get(f"/operations/v1/evidence/{document_id}", headers=actors.operator)
    assert file.content == papers.PDF
    assert file.headers["content-type"] == "application/pdf"
    assert (
        file.headers["content-disposition"] == f'attachment; filename="evidence-{document_id}.pdf"'
    )
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in file.headers["cache-control"]
    assert "sandbox" in file.headers["content-security-policy"]

    decided = await doors.post(
        f"{CHECKS}/{mine['id']}/decision",
        json={"outcome": "verified", "explanation": "It agrees.", "source": "NPPES by hand"},
        headers=actors.operator,
    )
    assert decided.status_code == 200
    assert decided.json()["state"] == "verified"
    (seen,) = (await doors.get(MINE, headers=actors.trainer)).json()["items"]
    assert seen["state"] == "verified"
    receipt = {k: seen["receipt"][k] for k in ("method", "source", "outcome", "explanation")}
    assert receipt == {"method": "document", "source": "NPPES by hand", "outcome": "verified",
                       "explanation": "It agrees."}  # fmt: skip
    assert len(seen["documents"][0]["opened_at"]) == 1
    assert (await doors.get(CHECKS, headers=actors.operator)).json()["items"] == []
    stored = list((runtime.settings.data_dir / "files").rglob("*"))
    assert len([f for f in stored if f.is_file()]) == 1


async def test_every_no_says_why_and_what_next(doors: httpx.AsyncClient, actors: Actors) -> None:
    id_ = (await _claim(doors, actors.trainer)).json()["id"]

    async def decide(outcome: str) -> httpx.Response:
        body = {"outcome": outcome, "explanation": f"Because of {outcome}."}
        return await doors.post(f"{CHECKS}/{id_}/decision", json=body, headers=actors.operator)

    async def mine(language: str = "en") -> dict[str, Any]:
        headers = {**actors.trainer, "Accept-Language": language}
        item: dict[str, Any] = (await doors.get(MINE, headers=headers)).json()["items"][0]
        return item

    assert (await decide("unknown")).status_code == 200
    seen = await mine()
    assert (seen["state"], seen["receipt"]["method"]) == ("unknown", "attestation")
    assert "not a no" in seen["next_step"]
    assert "kein Nein" in (await mine("de"))["next_step"]
    waiting = (await doors.get(CHECKS, headers=actors.operator)).json()["items"]
    assert [each["state"] for each in waiting] == ["unknown"]

    await decide("not_found")
    seen = await mine()
    assert seen["receipt"]["explanation"] == "Because of not_found."
    assert "Check the number" in seen["next_step"]
    assert (await _upload(doors, actors.trainer, id_)).json()["state"] == "checking"
    await decide("verified")
    assert (await decide("unknown")).json()["code"] == "illegal_move"
    await decide("revoked")
    assert (await mine())["receipt"]["explanation"] == "Because of revoked."
    for again in (await decide("verified"), await _upload(doors, actors.trainer, id_)):
        assert again.status_code == 409
    assert (await _claim(doors, actors.trainer)).status_code == 201, "a new claim is possible"


async def test_claims_that_do_not_fit(doors: httpx.AsyncClient, actors: Actors) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"number": "1234567890"}, "check_digit_wrong"),
        ({"number": "123456789"}, "credential_number_malformed"),
        ({"number": None}, "credential_number_missing"),
        ({"type": "orcid", "number": "0000-0002-1694-2330"}, "check_digit_wrong"),
        ({"type": "knighthood"}, "credential_type_unknown"),
        ({"jurisdiction": "GB"}, "jurisdiction_does_not_fit"),
        ({"type": "us_bar", "jurisdiction": "US"}, "jurisdiction_does_not_fit"),
        ({"type": "degree", "jurisdiction": "world"}, "jurisdiction_does_not_fit"),
        ({"jurisdiction": "US\u0000"}, "jurisdiction_does_not_fit"),
        ({"expires_on": "2020-01-01"}, "credential_dates_wrong"),
        ({"issued_on": "2100-01-01"}, "credential_dates_wrong"),
        ({"issued_on": "20200101"}, "invalid_shape"),
        ({"number": "1\u0000"}, "invalid_shape"),
        ({"state": "verified"}, "invalid_shape"),
        ({"issuer": ""}, "invalid_shape"),
    ]
    for over, code in cases:
        answer = await _claim(doors, actors.trainer, **over)
        assert (answer.status_code, answer.json()["code"]) == (422, code), over
    assert (await doors.get(MINE, headers=actors.trainer)).json()["items"] == []
    german = await doors.post(
        MINE,
        json={**NPI, "number": "1234567890"},
        headers={**actors.trainer, "Accept-Language": "de"},
    )
    assert "Prüfziffer" in german.json()["detail"]
    assert "1234567890" not in german.text
    assert (await _claim(doors, actors.trainer)).status_code == 201
    twice = await _claim(doors, actors.trainer)
    assert (twice.status_code, twice.json()["code"]) == (409, "credential_already_claimed")
    renewed = await _claim(doors, actors.trainer, expires_on="2190-01-01")
    assert renewed.status_code == 201


async def test_uploads_that_are_refused(
    doors: httpx.AsyncClient, actors: Actors, runtime: Runtime
) -> None:
    id_ = (await _claim(doors, actors.trainer)).json()["id"]
    html_pdf = b"<html><script>alert(1)</script></html>" + papers.PDF
    cases = [
        (("a.pdf", html_pdf, "application/pdf"), 422, "evidence_type_refused"),
        (("a.png", papers.jpeg(), "image/png"), 422, "evidence_type_refused"),
        (("a.svg", b"<svg/>", "image/svg+xml"), 422, "evidence_type_refused"),
        (("a.pdf", papers.PDF, "text/html"), 422, "evidence_type_refused"),
        (("a.pdf", papers.PDF + b"PK\x03\x04", "application/pdf"), 422, "evidence_damaged"),
        (("a.png", papers.png(30_000, 30_000), "image/png"), 422, "evidence_damaged"),
        (("../../x.pdf", papers.PDF, "application/pdf"), 422, "evidence_name_unsafe"),
        (("a\u202efdp.pdf", papers.PDF, "application/pdf"), 422, "evidence_name_unsafe"),
        (("a.pdf", papers.PDF + b"\x00" * 10_485_760, "application/pdf"), 413,
         "evidence_too_large"),
        (("a.pdf", b"x" * 12_000_000, "application/pdf"), 413, "body_too_large"),
    ]  # fmt: skip
    for file, status, code in cases:
        answer = await _upload(doors, actors.trainer, id_, *file)
        assert (answer.status_code, answer.json()["code"]) == (status, code), file[0]
    raw = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a\x00.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + papers.PDF + b"\r\n--b--\r\n"
    )
    bodies: list[tuple[bytes, str]] = [
        (raw, "multipart/form-data; boundary=b"),
        (raw.replace(b'"file"', b'"other"'), "multipart/form-data; boundary=b"),
        (raw.replace(b'; filename="a\x00.pdf"', b""), "multipart/form-data; boundary=b"),
        (raw.replace(b"a\x00.pdf", b""), "multipart/form-data; boundary=b"),
        (raw, "multipart/form-data"),
        (b"garbage", "multipart/form-data; boundary=b"),
        (papers.PDF, "application/pdf"),
        (b'{"file": "x"}', "application/json"),
        (b"file=x", "application/x-www-form-urlencoded"),
    ]
    for body, kind in bodies:
        answer = await doors.post(
            f"{MINE}/{id_}/evidence",
            content=body,
            headers={**actors.trainer, "Content-Type": kind},
        )
        assert answer.status_code in (400, 422), (kind, answer.text)
    extra = await _upload(doors, actors.trainer, id_, data={"state": "verified"})
    assert extra.status_code == 422
    (seen,) = (await doors.get(MINE, headers=actors.trainer)).json()["items"]
    assert (seen["state"], seen["documents"]) == ("claimed", [])
    assert not [f for f in runtime.settings.data_dir.rglob("*") if f.is_file()]


async def test_repeats_and_the_quota(
    doors: httpx.AsyncClient, actors: Actors, runtime: Runtime
) -> None:
    id_ = (await _claim(doors, actors.trainer)).json()["id"]
    key = {**actors.trainer, "Idempotency-Key": "phone-1"}
    first, second = await _upload(doors, key, id_), await _upload(doors, key, id_)
    assert first.content == second.content
    assert second.headers["idempotent-replayed"] == "true", "whatever its boundary"
    other = await _upload(doors, key, id_, "b.png", papers.png(), "image/png")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    same = await _upload(doors, actors.trainer, id_, "renamed.pdf", papers.PDF, "application/pdf")
    assert len(same.json()["documents"]) == 1
    for size in range(1, 10):
        answer = await _upload(
            doors, actors.trainer, id_, f"{size}.png", papers.png(size, 1), "image/png"
        )
        assert answer.status_code == 201
    full = await _upload(doors, actors.trainer, id_, "x.jpg", papers.jpeg(), "image/jpeg")
    assert (full.status_code, full.json()["code"]) == (409, "evidence_quota_reached")
    again = await _upload(doors, actors.trainer, id_)
    assert again.status_code == 201, "what is there already needs no room"


async def test_what_is_not_yours_looks_like_nothing(
    doors: httpx.AsyncClient, actors: Actors
) -> None:
    id_ = (await _claim(doors, actors.trainer)).json()["id"]
    await _upload(doors, actors.trainer, id_)
    foreign = await _upload(doors, actors.other, id_)
    never = await _upload(doors, actors.other, str(uuid4()))
    assert foreign.status_code == never.status_code == 404
    ignored = {"request_id"}
    assert {k: v for k, v in foreign.json().items() if k not in ignored} == {
        k: v for k, v in never.json().items() if k not in ignored
    }
    assert (await doors.get(MINE, headers=actors.other)).json()["items"] == []
    assert (await _claim(doors, actors.other)).status_code == 201, "two may claim one number"
    for headers in ({}, actors.trainer):
        assert (await doors.get(CHECKS, headers=headers)).status_code == 401
        document = f"/operations/v1/evidence/{uuid4()}"
        assert (await doors.get(document, headers=headers)).status_code == 401
    for answer in (
        await doors.get(f"/operations/v1/evidence/{uuid4()}", headers=actors.operator),
        await doors.post(f"{CHECKS}/{uuid4()}/decision", headers=actors.operator,
                         json={"outcome": "verified", "explanation": "x"}),
    ):  # fmt: skip
        assert answer.status_code == 404
    bad = await doors.post(
        f"{CHECKS}/{id_}/decision",
        json={"outcome": "claimed", "explanation": "x"},
        headers=actors.operator,
    )
    assert bad.status_code == 422


async def test_expiry_is_seen_at_once_and_takes_no_evidence(
    doors: httpx.AsyncClient, actors: Actors, runtime: Runtime
) -> None:
    today = runtime.clock.now().date()
    answer = await _claim(doors, actors.trainer, expires_on=today.isoformat())
    id_ = answer.json()["id"]
    await doors.post(
        f"{CHECKS}/{id_}/decision",
        json={"outcome": "verified", "explanation": "Good until tonight."},
        headers=actors.operator,
    )
    async with runtime.database.begin() as session:
        await session.execute(
            text("UPDATE credentials SET expires_on = :d"), {"d": today - timedelta(days=1)}
        )
    (seen,) = (await doors.get(MINE, headers=actors.trainer)).json()["items"]
    assert seen["state"] == "expired"
    assert "Claim it again" in seen["next_step"]
    late = await _upload(doors, actors.trainer, id_)
    assert (late.status_code, late.json()["code"]) == (409, "evidence_not_wanted")


async def test_a_lost_file_is_our_fault_and_says_so(
    doors: httpx.AsyncClient, actors: Actors, runtime: Runtime
) -> None:
    id_ = (await _claim(doors, actors.trainer)).json()["id"]
    document_id = (await _upload(doors, actors.trainer, id_)).json()["documents"][0]["id"]
    for file in (runtime.settings.data_dir / "files").rglob("*"):
        if file.is_file():
            file.unlink()
    answer = await doors.get(f"/operations/v1/evidence/{document_id}", headers=actors.operator)
    assert (answer.status_code, answer.json()["code"]) == (503, "evidence_unavailable")
