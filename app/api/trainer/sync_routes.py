"""Hours that a phone kept while it was away."""

from pydantic import ValidationError

from app.api.door import Language, Now, Run, router
from app.api.trainer.actor import Caller
from app.api.trainer.inputs.sync import SyncItem, SyncTime
from app.api.trainer.views.sync import (
    SyncResultsView,
    SyncResultView,
    result_view,
    unreadable_view,
)
from app.domain.refusals import Refusal
from app.timesheets import syncing
from app.timesheets.syncing import Item, Outcome, Result

ROUTER = router("time")


@ROUTER.post("/time-entries/sync", operation_id="sync_time")
async def sync_time(
    said: SyncTime, caller: Caller, run: Run, language: Language, now: Now
) -> SyncResultsView:
    """Send up to 10,000 entries that were logged offline, and get a result for each, in order.

    Ids are your own, so the whole call may be sent again after a lost connection: what stands is
    `unchanged`, the rest goes on. One bad item harms no other. Items of one engagement are taken
    in their order. Times may be local with a zone, as for `record_time`. An entry for a week that
    was handed in goes on the next open timesheet and counts in the week in which it was worked.
    """
    readable: list[Item] = []
    found: list[SyncResultView | None] = []
    for each in said.items:
        try:
            item = SyncItem.model_validate(each)
        except ValidationError as fault:
            found.append(unreadable_view(each, fault, language))
            continue
        try:
            readable.append(item.item())
            found.append(None)
        except Refusal as unclear:
            refused = Result(item.entry_id, Outcome.REFUSED, refusal=unclear)
            found.append(result_view(refused, language))
    done = await syncing.sync(run.database, caller, readable, now=now)
    results = iter(done)
    return SyncResultsView(results=[seen or result_view(next(results), language) for seen in found])
