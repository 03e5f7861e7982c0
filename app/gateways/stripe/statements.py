"""The questions of `gateways.statements` as calls of the Stripe API (2026-10-28.endive)."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from stripe import BalanceTransaction, Event, RequestOptions, StripeClient
from stripe.params import BalanceTransactionListParams, EventListParams
from stripe.params.v2.core import EventListParams as ThinListParams
from stripe.v2.core import Event as ThinEvent

from app.gateways.payments import Notice
from app.gateways.statements import Holding, NoticePage, StatementEntry, StatementPage
from app.gateways.stripe.outcomes import asking

_PAGE = 100


class StripeStatements:
    """Balance transactions, balances and events, of the platform and of connected accounts."""

    def __init__(self, client: StripeClient) -> None:
        self._client = client

    async def entries(
        self, account: str | None, *, since: datetime, after: str | None
    ) -> StatementPage:
        params: BalanceTransactionListParams = {
            "created": {"gte": int(since.timestamp())},
            # A payment in a payee's account names its transfer only in itself.
            "expand": ["data.source"],
            "limit": _PAGE,
        }
        if after is not None:
            params["starting_after"] = after
        async with asking():
            page = await self._client.v1.balance_transactions.list_async(
                params=params, options=_of(account)
            )
        cursor = page.data[-1].id if page.has_more and page.data else None
        return StatementPage([_entry(each) for each in page.data], cursor)

    async def holdings(self, account: str | None) -> Sequence[Holding]:
        async with asking():
            balance = await self._client.v1.balance.retrieve_async(options=_of(account))
        available = {each.currency.upper(): each.amount for each in balance.available}
        pending = {each.currency.upper(): each.amount for each in balance.pending}
        return [
            Holding(currency, available.get(currency, 0), pending.get(currency, 0))
            for currency in sorted({*available, *pending})
        ]

    async def has_arrived(self, own_payout_id: str) -> bool:
        async with asking():
            found = await self._client.v1.payouts.retrieve_async(own_payout_id)
        return found.status == "paid"

    async def undelivered(
        self, account: str | None, *, since: datetime, after: str | None
    ) -> NoticePage:
        params: EventListParams = {
            "created": {"gte": int(since.timestamp())},
            "delivery_success": False,
            "limit": _PAGE,
        }
        if after is not None:
            params["starting_after"] = after
        async with asking():
            page = await self._client.v1.events.list_async(params=params, options=_of(account))
        cursor = page.data[-1].id if page.has_more and page.data else None
        return NoticePage([_notice(each) for each in page.data], cursor)

    async def thin_notices(
        self, kinds: Sequence[str], *, since: datetime, after: str | None
    ) -> NoticePage:
        notices: list[Notice] = []
        params: ThinListParams = {
            "types": list(kinds), "created": {"gte": since.isoformat()}, "limit": _PAGE
        }  # fmt: skip
        # A page of API v2 has an address and no cursor, so that all of them are one page of ours.
        async with asking():
            page = await self._client.v2.core.events.list_async(params)
            async for each in page.auto_paging_iter():
                notices.append(_thin(each))  # noqa: PERF401 – an iterator of the SDK, not ours
        return NoticePage(notices, None)


def _of(account: str | None) -> RequestOptions:
    return {} if account is None else {"stripe_account": account}


def _entry(said: BalanceTransaction) -> StatementEntry:
    source = said.source
    source_id = source if isinstance(source, str) else getattr(source, "id", None)
    origin = getattr(source, "source_transfer", None)
    origin_id = origin if isinstance(origin, str) else getattr(origin, "id", None)
    return StatementEntry(
        provider_id=said.id,
        kind=said.type,
        category=said.reporting_category,
        source_id=source_id,
        origin_id=origin_id,
        gross_minor=said.amount,
        fee_minor=said.fee,
        net_minor=said.net,
        currency=said.currency.upper(),
        happened_at=datetime.fromtimestamp(said.created, UTC),
        available_at=datetime.fromtimestamp(said.available_on, UTC),
    )


def _thin(said: ThinEvent) -> Notice:
    body = json.loads(json.dumps(said.to_dict(), default=str))
    # As it would have come: the letterbox gets a thin event without its data.
    return Notice(said.id, said.type, {k: v for k, v in body.items() if k != "data"})


def _notice(said: Event) -> Notice:
    body = json.loads(json.dumps(said.to_dict(), default=str))  # the SDK reads some as Decimal
    return Notice(said.id, said.type, body)
