"""What each role of a company's members may do, asked at the client door.

Everything else of the door is asked of the owner and of a viewer by the authorisation matrix.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.walls import documents
from tests.walls.authorisation_matrix import MATRIX
from tests.walls.test_authorisation import request_of
from tests.walls.world import Desk, World

_HIRING = {"make_offer", "shortlist_application", "create_project", "end_engagement"}
_APPROVING = {"approve_timesheet", "approve_timesheets", "send_back_timesheet", "decide_over_cap",
              "contest_entries", "withdraw_contest", "give_bonus", "decide_expense",
              "correct_hours"}  # fmt: skip
_PAYING = {"pay_invoice", "save_payment_method", "remove_payment_method"}
_MANAGING = {"invite_member", "list_members", "change_member", "remove_member", "create_api_key",
             "withdraw_member_invitation", "set_billing_profile"}  # fmt: skip
_READING = {
    "list_projects": {"hiring_manager", "reviewer", "viewer"},
    "list_applications": {"hiring_manager", "viewer"},
    "list_timesheets": {"hiring_manager", "reviewer", "billing", "viewer"},
    "list_invoices": {"billing", "viewer"},
}
MAY = {
    **{id_: {"owner", "hiring_manager"} for id_ in _HIRING},
    **{id_: {"owner", "reviewer"} for id_ in _APPROVING},
    **{id_: {"owner", "billing"} for id_ in _PAYING},
    **{id_: {"owner"} for id_ in _MANAGING},
    **{id_: {"owner", *roles} for id_, roles in _READING.items()},
}
ROLES = ("owner", "hiring_manager", "reviewer", "billing", "viewer")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def desk(world: World) -> AsyncIterator[Desk]:
    async with world.rolled_back() as opened:
        yield opened


@pytest.mark.parametrize("id_", sorted(MAY))
async def test_who_may(desk: Desk, world: World, id_: str) -> None:
    (operation,) = [each for each in documents.operations() if str(each) == f"client.{id_}"]
    rule = MATRIX[str(operation)]
    for role in ROLES:
        method, path, said = request_of(operation, rule, world)
        headers = {**world.headers(role), "Idempotency-Key": f"role-{role}"}
        answer = await desk.ask(method, path, headers=headers, **said)
        expected = rule.own if role in MAY[id_] else 403
        assert answer.status_code == expected, (role, answer.text)
        assert answer.status_code != 403 or desk.written == 0
