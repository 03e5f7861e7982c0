"""API keys: made by owners, shown once, scoped, revoked at once."""

from uuid import uuid4

import httpx

from app.api.door import Runtime
from app.domain.actor import CompanyRole
from tests.factories.accounts import account, bearer, signed_in

PATH = "/client/v1/api-keys"
SAID = {"name": "Nightly import", "scopes": ["projects:write", "invoices:read"]}


async def test_a_key_from_making_to_revoking(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    headers = await signed_in(doors, runtime, await account(runtime, "client"))
    made = await doors.post(PATH, headers=headers, json=SAID)
    assert made.status_code == 201
    key = made.json()
    assert set(key) == {"id", "name", "prefix", "scopes", "created_at", "secret"}
    assert key["secret"].startswith(key["prefix"] + ".")
    assert key["scopes"] == ["invoices:read", "projects:write"]

    listed = await doors.get(PATH, headers=headers)
    assert listed.status_code == 200
    assert [item["id"] for item in listed.json()["items"]] == [key["id"]]
    assert key["secret"].split(".")[1] not in listed.text

    machine = bearer(key["secret"])
    assert (await doors.get(PATH, headers=machine)).status_code == 403  # known, and not an owner
    for _ in range(2):
        gone = await doors.delete(f"{PATH}/{key['id']}", headers=headers)
        assert gone.status_code == 200
        assert gone.json()["revoked_at"] is not None
    assert (await doors.get(PATH, headers=machine)).status_code == 401
    wrong = bearer(key["secret"][:-1] + ("a" if key["secret"][-1] != "a" else "b"))
    assert (await doors.get(PATH, headers=wrong)).status_code == 401
    assert (await doors.get("/trainer/v1/me", headers=machine)).status_code == 401


async def test_a_repeat_with_the_same_idempotency_key_makes_no_second_key(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    headers = await signed_in(doors, runtime, await account(runtime, "client"))
    once = {**headers, "Idempotency-Key": str(uuid4())}
    first, second = [await doors.post(PATH, headers=once, json=SAID) for _ in range(2)]
    assert first.content == second.content
    assert second.headers["idempotent-replayed"] == "true"
    assert len((await doors.get(PATH, headers=headers)).json()["items"]) == 1


async def test_only_owners_manage_keys(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    for role in set(CompanyRole) - {CompanyRole.OWNER}:
        member = await account(runtime, "client", role=role)
        headers = await signed_in(doors, runtime, member)
        answers = [
            await doors.post(PATH, headers=headers, json=SAID),
            await doors.get(PATH, headers=headers),
            await doors.delete(f"{PATH}/{uuid4()}", headers=headers),
        ]
        for answer in answers:
            assert answer.status_code == 403
            assert answer.json()["code"] == "not_allowed"
    for method in ("POST", "GET"):
        assert (await doors.request(method, PATH, json=SAID)).status_code == 401


async def test_a_key_with_every_scope_makes_no_key_and_does_not_sign_out(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    headers = await signed_in(doors, runtime, await account(runtime, "client"))
    vocabulary = [f"{noun}:read" for noun in ("projects", "hiring", "time", "invoices")]
    every = [*vocabulary, "projects:write", "hiring:write", "time:approve", "invoices:pay"]
    made = await doors.post(PATH, headers=headers, json={"name": "all", "scopes": every})
    machine = bearer(made.json()["secret"])
    assert (await doors.post(PATH, headers=machine, json=SAID)).status_code == 403
    gone = await doors.delete(f"{PATH}/{made.json()['id']}", headers=machine)
    assert gone.status_code == 403
    out = await doors.delete("/client/v1/sessions/current", headers=machine)
    assert out.status_code == 403


async def test_another_companys_key_is_not_there(
    doors: httpx.AsyncClient, runtime: Runtime
) -> None:
    mine = await signed_in(doors, runtime, await account(runtime, "client"))
    theirs = await signed_in(doors, runtime, await account(runtime, "client"))
    made = await doors.post(PATH, headers=theirs, json=SAID)
    foreign = await doors.delete(f"{PATH}/{made.json()['id']}", headers=mine)
    never = await doors.delete(f"{PATH}/{uuid4()}", headers=mine)
    for answer in (foreign, never):
        assert answer.status_code == 404
    assert {**foreign.json(), "request_id": ""} == {**never.json(), "request_id": ""}
    assert (await doors.get(PATH, headers=mine)).json()["items"] == []
    still = await doors.get(PATH, headers=bearer(made.json()["secret"]))
    assert still.status_code == 403


async def test_bad_shapes_and_pages(doors: httpx.AsyncClient, runtime: Runtime) -> None:
    headers = await signed_in(doors, runtime, await account(runtime, "client"))
    for change in (
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": "projects:read"},
        {"name": " "},
        {"name": "a\u0000b"},
        {"owner": True},
    ):
        answer = await doors.post(PATH, headers=headers, json={**SAID, **change})
        assert answer.status_code == 422
        assert "everything" not in answer.text
    assert (await doors.delete(f"{PATH}/not-an-id", headers=headers)).status_code == 422
    for name in ("one", "two", "three"):
        await doors.post(PATH, headers=headers, json={**SAID, "name": name})
    seen, cursor = [], None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await doors.get(PATH, headers=headers, params=params)).json()
        seen += [item["name"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == ["three", "two", "one"]
