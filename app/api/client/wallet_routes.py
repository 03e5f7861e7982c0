"""The wallet at the client door: what is in it, and paying ahead."""

from app.api import door
from app.api.client.actor import Caller
from app.api.client.inputs.wallet import TopUpWallet
from app.api.client.views import wallet as views
from app.api.client.views.wallet import ClientTopUpPage, ClientWallet
from app.api.door import Now, Run, Session
from app.invoicing import topping_up, wallets

ROUTER = door.router("wallet")


@ROUTER.get("/wallet", operation_id="get_wallet")
async def get_wallet(caller: Caller, session: Session, now: Now) -> ClientWallet:
    """What your company has paid ahead or too much, what is set aside, and the newest moves.
    Invoices are paid from it by themselves."""
    return views.wallet(await wallets.of_company(session, caller, now=now))


@ROUTER.post("/wallet/top-ups", operation_id="top_up_wallet", status_code=201)
async def top_up_wallet(said: TopUpWallet, caller: Caller, run: Run, now: Now) -> ClientTopUpPage:
    """The address of a payment page for a sum into your wallet. Each call opens a page of its
    own: send an Idempotency-Key. 503 means that nothing was paid, so retry with a new key."""
    page = await topping_up.top_up(
        run.database,
        run.outside.payments,
        caller,
        said.money(),
        return_url=run.settings.public_url,
        now=now,
    )
    return views.top_up_page(page)
