"""What a sign-in answers."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.api.words import Seen
from app.identity.sessions import Tokens


class SessionView(Seen):
    """A pair of tokens, shown once. Send the access token as `Authorization: Bearer …`."""

    access_token: str = Field(examples=["lwa_3fJ0…"])
    refresh_token: str = Field(
        description="Good for one refresh. A second use later on ends the session.",
        examples=["lwr_9sKq…"],
    )
    expires_in: int = Field(description="Seconds until the access token ends.", examples=[900])


class SignedInView(Seen):
    """The answer of a sign-in and of a refresh."""

    session: SessionView


class SecondFactorView(Seen):
    """Until when the code that was shown counts as fresh."""

    fresh_until: datetime


class DoneView(Seen):
    """It is done, or in the case of `accepted` on its way."""

    state: Literal["accepted", "verified", "reset"]


def session_view(tokens: Tokens) -> SessionView:
    return SessionView(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
    )
