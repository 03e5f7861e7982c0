"""The platform's rate cards."""

from typing import Any

from fastapi import Request

from app.api import paging
from app.api.door import Now, Session, router
from app.api.finance.actor import Caller
from app.api.finance.inputs.rate_cards import SetRateCard
from app.api.finance.views import rate_cards as views
from app.api.finance.views.rate_cards import RateCardView
from app.api.paging import Listed, PageAsked
from app.domain.money import Money
from app.projects import rate_cards

ROUTER = router("Rate cards")


@ROUTER.post("/rate-cards", operation_id="set_rate_card", status_code=201)
async def set_rate_card(
    said: SetRateCard, caller: Caller, session: Session, now: Now
) -> RateCardView:
    """Add a dated card. Rates that were agreed stay; offers made from then on obey it.

    Both caps hold at once: a bill rate whose pay rate would exceed the pay cap is refused as well.
    Where no card speaks, 200.00 is the pay cap and 250.00 the bill cap.
    """
    card = await rate_cards.set_rate_card(
        session,
        caller,
        domain=said.domain,
        country_band=said.country_band,
        pay_cap=Money(said.pay_cap.minor, said.pay_cap.currency),
        bill_cap=Money(said.bill_cap.minor, said.bill_cap.currency),
        effective_at=said.effective_at,
        now=now,
    )
    return views.rate_card_view(card)


@ROUTER.get("/rate-cards", operation_id="list_rate_cards", response_model=Listed[RateCardView])
async def list_rate_cards(
    request: Request, page: PageAsked, caller: Caller, session: Session
) -> dict[str, Any]:
    """Every card ever set, the latest to take effect first."""
    found = await rate_cards.list_rate_cards(session, caller, page)
    return paging.listed(request, found, views.rate_card_view)
