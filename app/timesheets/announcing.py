"""Who is told what when time moves: in one place, for both sides, and of money neither."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import Actor, SystemActor
from app.domain.notices import Kind
from app.domain.permissions import Permission
from app.domain.timesheets import RESUBMIT_AFTER, EntryState
from app.notices import telling
from app.notices.telling import STAFF, News, To
from app.timesheets.contests import ContestFacts
from app.timesheets.queries import PieceFacts, SheetFacts


async def submitted(session: AsyncSession, sheet: SheetFacts, *, now: datetime) -> None:
    """Tell those who can review the sheet; again when it comes back corrected."""
    await telling.tell(
        session,
        News(
            Kind.TIMESHEET_SUBMITTED,
            sheet.id,
            telling.company(sheet.company_id, Permission.APPROVE_TIME),
            stage=str(sheet.sent_back_count),
            deadline_at=sheet.review_by_at,
        ),
        now=now,
    )


async def sent_back(session: AsyncSession, sheet: SheetFacts, *, now: datetime) -> None:
    """Tell the trainer, with the moment in which the clock hands it in again."""
    deadline_at = now + RESUBMIT_AFTER
    to = telling.trainer(sheet.trainer_id)
    news = News(Kind.TIMESHEET_SENT_BACK, sheet.id, to, deadline_at=deadline_at)
    await telling.tell(session, news, now=now)


async def approved(
    session: AsyncSession, actor: Actor, sheet: SheetFacts, *, now: datetime
) -> None:
    """Tell the trainer that her sheet is approved, and whether the clock did it."""
    by_clock = isinstance(actor, SystemActor)
    kind = Kind.TIMESHEET_AUTO_APPROVED if by_clock else Kind.TIMESHEET_APPROVED
    await telling.tell(session, News(kind, sheet.id, telling.trainer(sheet.trainer_id)), now=now)


async def contested(
    session: AsyncSession, sheet: SheetFacts, contests: Sequence[ContestFacts], *, now: datetime
) -> None:
    """Tell the trainer once for all entries that were contested together."""
    deadline_at = min(each.answer_by_at for each in contests)
    to = telling.trainer(sheet.trainer_id)
    news = News(Kind.HOURS_CONTESTED, sheet.id, to, deadline_at=deadline_at)
    await telling.tell(session, news, now=now)


async def contest_to_decide(session: AsyncSession, contest: ContestFacts, *, now: datetime) -> None:
    """Tell operations, and the company if the trainer has answered."""
    staff = News(Kind.STAFF_CONTEST_WAITING, contest.id, STAFF, deadline_at=contest.decide_by_at)
    news = [staff]
    if contest.answer is not None:
        news.append(
            News(
                Kind.CONTEST_ANSWERED,
                contest.id,
                _reviewers(contest),
                deadline_at=contest.decide_by_at,
            )
        )
    await telling.tell(session, *news, now=now)


async def contest_ended(
    session: AsyncSession, contest: ContestFacts, *, withdrawn: bool, paid: bool, now: datetime
) -> None:
    """Tell the trainer, and after a decision the company too."""
    to = telling.trainer(contest.trainer_id)
    if withdrawn:
        await telling.tell(session, News(Kind.CONTEST_WITHDRAWN, contest.id, to), now=now)
        return
    facts = {"outcome": "approved" if paid else "declined"}
    await telling.tell(
        session,
        News(Kind.CONTEST_DECIDED, contest.id, to, facts=facts),
        News(Kind.COMPANY_CONTEST_DECIDED, contest.id, _reviewers(contest), facts=facts),
        now=now,
    )


async def over_cap_decided(session: AsyncSession, piece: PieceFacts, *, now: datetime) -> None:
    """Tell the trainer what became of her time beyond a cap; nothing while another must agree."""
    if piece.state is EntryState.OVER_CAP:
        return
    declined = piece.state is EntryState.DECLINED
    kind = Kind.OVER_CAP_DECLINED if declined else Kind.OVER_CAP_ALLOWED
    await telling.tell(session, News(kind, piece.id, telling.trainer(piece.trainer_id)), now=now)


def _reviewers(contest: ContestFacts) -> To:
    return telling.company(contest.company_id, Permission.APPROVE_TIME)
