"""Places: what counts as the same one."""

import pytest

from app.identity import attempts
from app.settings import Settings


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("unknown", "unknown", True),
    ],
)
def test_a_place_is_an_address_or_a_network_of_ipv6(
    settings: Settings, left: str, right: str, same: bool
) -> None:
    places = [attempts.place_of(address, settings) for address in (left, right)]
    assert (places[0] == places[1]) is same
    assert left.encode() not in places[0]


def test_staff_have_fewer_tries(settings: Settings) -> None:
    place = attempts.place_of("192.0.2.1", settings)
    for door, most in (("client", 20), ("finance", 10)):
        for familiar in (True, False):
            buckets = attempts.for_sign_in(
                settings, door=door, email="A@example.org", place=place, familiar=familiar
            )
            assert buckets[-1].most == most
            assert "example" not in str(buckets)
