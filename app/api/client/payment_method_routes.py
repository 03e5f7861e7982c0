"""Saved means of payment at the client door: due invoices are charged to the newest one."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api import door
from app.api.client.actor import Caller
from app.api.client.inputs.payment_methods import SavePaymentMethod
from app.api.client.views import payment_methods as views
from app.api.client.views.payment_methods import (
    ClientPaymentConsent,
    ClientPaymentMethod,
    ClientSetupPage,
)
from app.api.door import Language, Now, Run, Session
from app.api.paging import Listed, PageAsked, listed
from app.invoicing import methods, saving

ROUTER = door.router("payment methods")


@ROUTER.get("/payment-methods/consent", operation_id="get_payment_consent")
async def get_payment_consent(_: Caller, language: Language) -> ClientPaymentConsent:
    """The words to show before `save_payment_method`: what your company agrees to."""
    return views.consent(language)


@ROUTER.post("/payment-methods", operation_id="save_payment_method", status_code=201)
async def save_payment_method(
    said: SavePaymentMethod, caller: Caller, run: Run, now: Now
) -> ClientSetupPage:
    """The address of a page on which a member names a card or a bank account. From then on each
    invoice is charged to it on its due day; until then it can be paid in any other way. A signed-in
    member is needed, for a key cannot agree. 409 `consent_outdated` after the words have changed.
    """
    page = await saving.save(
        run.database,
        run.outside.mandates,
        caller,
        said.agreed(),
        return_url=run.settings.public_url,
        now=now,
    )
    return views.setup_page(page)


@ROUTER.get(
    "/payment-methods",
    operation_id="list_payment_methods",
    response_model=Listed[ClientPaymentMethod],
)
async def list_payment_methods(
    request: Request, page: PageAsked, caller: Caller, session: Session
) -> dict[str, Any]:
    """Your company's saved means of payment, newest first, removed ones too."""
    return listed(request, await methods.list_methods(session, caller, page), views.method)


@ROUTER.delete(
    "/payment-methods/{payment_method_id}",
    operation_id="remove_payment_method",
    status_code=204,
)
async def remove_payment_method(
    payment_method_id: UUID, caller: Caller, session: Session, now: Now
) -> None:
    """Withdraw the consent: it is charged no more. A charge under way ends as it will."""
    await saving.remove(session, caller, payment_method_id, now=now)
