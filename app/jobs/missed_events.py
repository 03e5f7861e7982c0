"""Webhooks that never arrived: asked for, and put into the same inbox as those that did.

The provider gives up after three days and forgets after thirty. An event that arrives after all is
known by its id; kinds that nobody needs are kept like any other.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from app.domain.errands import Errand
from app.gateways.payments import Notice, PaymentsUnavailable
from app.jobs import stripe_events
from app.jobs.toolbox import Toolbox
from app.kit import inbox, queue
from app.notices import reminding
from app.payouts import queries

_log = structlog.get_logger("lehrwerk.jobs")
EVERY = timedelta(hours=6)
KEPT_FOR = timedelta(days=30)


async def look_for_missed_events(tools: Toolbox) -> None:
    """Sweep: leave the errand four times a day."""
    async with tools.database.begin() as session:
        if await reminding.begin_round(
            session, "missed_events", every=EVERY, now=tools.clock.now()
        ):
            await queue.enqueue(session, Errand.FETCH_MISSED_EVENTS, {}, dedupe_key="missed_events")


async def fetch_missed_events(tools: Toolbox, payload: Mapping[str, str]) -> None:
    """Errand FETCH_MISSED_EVENTS: the platform's, and those of every account that was paid within
    the thirty days: nothing else could have happened there that we must hear of. Thin ones last.

    A silent provider is asked again with the next round.
    """
    del payload
    async with tools.database.begin() as session:
        since = tools.clock.now() - KEPT_FOR
        accounts = await queries.accounts_paid_since(session, since)
    try:
        for account in (None, *accounts):
            await _fetch(tools, account)
        await _fetch_thin(tools)
    except PaymentsUnavailable as error:
        _log.warning("missed_events_not_fetched", why=str(error))


async def _fetch(tools: Toolbox, account: str | None) -> None:
    since, cursor = tools.clock.now() - KEPT_FOR, None
    while True:
        page = await tools.outside.statements.undelivered(account, since=since, after=cursor)
        await _store(tools, "stripe" if account is None else "stripe-connect", page.notices)
        if (cursor := page.cursor) is None:
            return


async def _fetch_thin(tools: Toolbox) -> None:
    """Of the kinds that do something here: the provider lists all, delivered or not."""
    kinds = [kind for kind in stripe_events.LOOKS if kind.startswith("v2.")]
    page = await tools.outside.statements.thin_notices(
        kinds, since=tools.clock.now() - KEPT_FOR, after=None
    )
    async with tools.database.begin() as session:
        # Such an event may have come to either address.
        missing = await inbox.not_here(session, [notice.event_id for notice in page.notices])
    await _store(
        tools, "stripe-connect", [each for each in page.notices if each.event_id in missing]
    )


async def _store(tools: Toolbox, source: str, notices: Sequence[Notice]) -> None:
    async with tools.database.begin() as session:
        for notice in notices:
            event_id = await inbox.store(
                session,
                source=source,
                provider_event_id=notice.event_id,
                kind=notice.kind,
                body=notice.body,
                now=tools.clock.now(),
            )
            if event_id is not None:
                _log.info("missed_event_found", kind=notice.kind)
                await queue.enqueue(
                    session, Errand.HANDLE_STRIPE_EVENT, {"inbox_event_id": str(event_id)}
                )
