"""Conditional GETs: at every door, of objects and of lists, and never a stale one."""

import string

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api import conditional
from tests.walls import documents

TAGS = st.text(string.ascii_letters + string.digits + ".-/,*", max_size=20).map(lambda t: f'"{t}"')


@given(TAGS, st.lists(st.tuples(st.booleans(), TAGS), max_size=5))
def test_a_list_matches_when_it_names_the_tag(tag: str, others: list[tuple[bool, str]]) -> None:
    """Weak or strong on either side, at any place; a comma inside a tag is no bound."""
    header = ", ".join(("W/" if weak else "") + other for weak, other in others)
    named = any(other == tag for _, other in others)
    assert conditional.matches(header, tag) == named
    assert conditional.matches(f"{header} , W/{tag}" if header else f"W/{tag}", tag)
    assert conditional.matches(header, f"W/{tag}") == named


@pytest.mark.parametrize("header", [None, "", "abc", '"abc', 'abc"', "W/abc", '"a" "abc"', "w/*"])
def test_what_cannot_be_read_matches_nothing(header: str | None) -> None:
    assert not conditional.matches(header, '"abc"')


def test_a_star_matches_whatever_is_there() -> None:
    assert conditional.matches(" * ", '"abc"')


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_other_bytes_have_another_tag(one: bytes, other: bytes) -> None:
    assert (conditional.tag_of(one) == conditional.tag_of(other)) == (one == other)
    assert conditional.tag_of(one, version='"3"') == f'"3.{conditional.tag_of(one)[1:]}'


def test_the_documents_say_it_of_every_reading_operation() -> None:
    reading = [each for each in documents.operations() if each.method.lower() == "get"]
    assert len(reading) > 30
    for each in reading:
        answers = each.said["responses"]
        told = "304" in answers and "ETag" in answers["200"]["headers"]
        assert told == ("application/json" in answers["200"]["content"]), each


async def test_without_a_token_too(doors: httpx.AsyncClient) -> None:
    path = "/trainer/v1/vocabularies"
    first = await doors.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Accept-Language, Authorization"
    again = await doors.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["vary"] == first.headers["vary"]
    assert "content-type" not in again.headers
    other = await doors.get(path, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)
    refused = await doors.get("/trainer/v1/me", headers={"If-None-Match": "*"})
    assert refused.status_code == 401
    assert refused.headers["cache-control"] == "no-store"
