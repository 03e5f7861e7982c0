"""What a run would do now, to the cent, asked of the same rule that the run asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.holds import Block, HoldCause, PayoutRules, cause_in_payout
from app.domain.settlement import PayoutState
from app.payouts import standing
from app.payouts.standing import Verdict
from app.payouts.tables import Payout


@dataclass(frozen=True, slots=True)
class HeldPayout:
    """A payout of an earlier run that is held: sent again by this one, or why not."""

    id: UUID
    trainer_id: UUID
    pay_minor: int
    currency: str
    since: datetime
    cause: HoldCause | None
    block: Block | None


@dataclass(frozen=True, slots=True)
class Preview:
    """`sums`: each trainer's funded sum that stands in no payout. `held`: payouts that are held."""

    as_of: datetime
    sums: Sequence[Verdict]
    held: Sequence[HeldPayout]

    @property
    def to_pay(self) -> Sequence[Verdict]:
        return [verdict for verdict in self.sums if verdict.cause is None]

    @property
    def to_send_again(self) -> Sequence[HeldPayout]:
        return [payout for payout in self.held if payout.cause is None]

    @property
    def totals(self) -> Mapping[str, int]:
        """What new payouts come to, by currency."""
        found: dict[str, int] = {}
        for verdict in self.to_pay:
            found[verdict.currency] = found.get(verdict.currency, 0) + verdict.payable_minor
        return found


async def preview(
    session: AsyncSession, *, as_of: datetime, rules: PayoutRules, now: datetime
) -> Preview:
    """Reads only. A run that is ordered at once does the same, unless something changes between."""
    sums = await standing.verdicts(session, as_of=as_of, rules=rules, now=now)
    rows = (
        await session.scalars(
            select(Payout).where(Payout.state == PayoutState.HELD.value).order_by(Payout.id)
        )
    ).all()
    whose = {row.id: row.trainer_id for row in rows}
    stopped = await standing.blocked_payouts(session, whose, rules=rules, now=now)
    held = []
    for row in rows:
        block = stopped.get(row.id)
        cause = None
        if block is not None:
            cause = cause_in_payout(PayoutState.HELD, row.failure_code or "", block)
        held.append(
            HeldPayout(
                row.id, row.trainer_id, row.pay_minor, row.currency, row.created_at, cause, block
            )
        )
    return Preview(as_of, sums, held)
