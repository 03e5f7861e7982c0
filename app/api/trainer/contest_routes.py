"""Contested hours on the phone: what is contested, and the answer to it."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.door import Language, Now, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller
from app.api.trainer.inputs.contests import AnswerContest
from app.api.trainer.views.contests import ContestView, contest_view
from app.domain.contests import ContestState
from app.timesheets import answering, for_trainers

ROUTER = router("time")


@ROUTER.get("/contests", operation_id="list_contests", response_model=Listed[ContestView])
async def list_contests(
    request: Request,
    *,
    caller: Caller,
    session: Session,
    page: PageAsked,
    language: Language,
    state: ContestState | None = None,
) -> dict[str, Any]:
    """Hours of yours that were contested, newest first. Those that `awaits_answer` wait for you."""
    found = await for_trainers.list_contests(session, caller, page, state=state)
    return listed(request, found, lambda contest: contest_view(contest, language))


@ROUTER.post("/contests/{contest_id}/answer", operation_id="answer_contest")
async def answer_contest(
    contest_id: UUID,
    said: AnswerContest,
    *,
    caller: Caller,
    session: Session,
    now: Now,
    language: Language,
) -> ContestView:
    """Answer a contest, once, by `answer_by_at`. Then operations decides; if it does not by
    `decide_by_at`, the hours are approved. The same answer again changes nothing."""
    found = await answering.answer_contest(session, caller, contest_id, said.answer, now=now)
    return contest_view(found, language)
