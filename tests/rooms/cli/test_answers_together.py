"""What leaves for a client is what was written, in order, whoever closes when."""

import asyncio
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from app.cli.answers import Together

_STEPS = st.lists(st.one_of(st.binary(max_size=4), st.just("turn")), max_size=12)


class _Wire:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed_after: int | None = None

    def write(self, data: bytes) -> None:
        assert self.closed_after is None
        self.sent.append(data)

    def close(self) -> None:
        self.closed_after = len(self.sent)

    def is_closing(self) -> bool:
        return self.closed_after is not None


def over(wire: _Wire) -> Together:
    return Together(cast(asyncio.Transport, cast(Any, wire)))


@given(steps=_STEPS, closing=st.booleans())
def test_everything_is_sent_in_order_by_the_next_turn(
    steps: list[bytes | str], closing: bool
) -> None:
    async def play() -> _Wire:
        wire = _Wire()
        transport = over(wire)
        for step in steps:
            if isinstance(step, bytes):
                transport.write(step)
            else:
                await asyncio.sleep(0)
                await asyncio.sleep(0)
        if closing:
            transport.close()
        else:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return wire

    wire = asyncio.run(play())
    written = b"".join(step for step in steps if isinstance(step, bytes))
    assert b"".join(wire.sent) == written
    assert wire.is_closing() == closing


async def test_head_and_body_are_one_write_and_a_head_alone_goes_too() -> None:
    wire = _Wire()
    transport = over(wire)
    transport.write(b"head ")
    transport.write(b"body")
    assert wire.sent == [b"head body"]
    transport.write(b"head alone")
    assert wire.sent == [b"head body"]
    await asyncio.sleep(0)
    assert wire.sent == [b"head body", b"head alone"]
    assert not transport.is_closing()
    transport.write(b"for nobody")
    wire.close()
    await asyncio.sleep(0)
    assert wire.sent == [b"head body", b"head alone"]
