"""What every door does alike."""

import httpx


async def test_health_and_documents(doors: httpx.AsyncClient) -> None:
    assert (await doors.get("/health/live")).status_code == 200
    assert (await doors.get("/health/ready")).json() == {"status": "ready"}
    for name in ("client", "trainer", "finance", "operations"):
        document = (await doors.get(f"/{name}/v1/openapi.json")).json()
        assert document["openapi"].startswith("3.1")
        page = await doors.get(f"/{name}/v1/docs")
        assert page.status_code == 200
        assert "cdn" not in page.text


async def test_an_unknown_path_is_a_problem(doors: httpx.AsyncClient) -> None:
    answer = await doors.get("/client/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no_such_path"


async def test_fifty_megabytes_are_refused_unread(doors: httpx.AsyncClient) -> None:
    answer = await doors.post("/client/v1/sessions", content=b"x" * 50_000_000)
    assert answer.status_code == 413
    assert len(answer.content) < 1000
