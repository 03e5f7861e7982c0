"""Form bodies as Stripe's libraries write them."""

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe._encode import _api_encode  # type: ignore[attr-defined]

from app.simulators.stripe import forms
from app.simulators.stripe.refusals import Invalid

LEAVES = st.text(st.characters(codec="utf-8"), max_size=20)
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=4),
            st.dictionaries(NAMES, inner, min_size=1, max_size=4),
        ),
        max_leaves=12,
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_what_the_sdk_writes_is_read_back(tree: dict[str, object]) -> None:
    assert forms.decode(urlencode(list(_api_encode(tree)))) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {}),
        ("a=1&a=2", {"a": "2"}),
        ("a[]=1&a[]=2", {"a": ["1", "2"]}),
        ("a[1]=y&a[0]=x", {"a": ["x", "y"]}),
        ("a[b][0][c]=1", {"a": {"b": [{"c": "1"}]}}),
        ("a=", {"a": ""}),
    ],
)
def test_forms(text: str, tree: dict[str, object]) -> None:
    assert forms.decode(text) == tree


@pytest.mark.parametrize(
    "text", ["a[b=1", "a]=1", "[a]=1", "=1", "a=1&a[b]=2", "a[b]=2&a=1", "a%ff=1", "a[b]x=1"]
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        forms.decode(text)


def test_depth_is_limited() -> None:
    with pytest.raises(Invalid):
        forms.decode("a" + "[b]" * 50 + "=1")
