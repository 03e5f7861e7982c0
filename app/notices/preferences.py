"""How somebody wants to be told of each kind of thing that she can be told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.actor import ClientActor, TrainerActor
from app.domain.notices import MANNERS, Audience, Kind, kinds_for
from app.domain.refusals import FieldProblem, InvalidValues, NotAllowed
from app.notices.tables import NoticeSetting

Reader = ClientActor | TrainerActor


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether to mail and to push one kind. `mandatory`: its e-mail cannot be turned off."""

    kind: Kind
    email: bool
    push: bool
    mandatory: bool = False


def reader_of(actor: Reader) -> tuple[UUID, Audience]:
    """Whose notices an actor reads. Raises NotAllowed for an API key: nobody reads over it."""
    if isinstance(actor, TrainerActor):
        return actor.user_id, Audience.TRAINER
    if actor.user_id is None:
        raise NotAllowed
    return actor.user_id, Audience.COMPANY


async def wishes_of(session: AsyncSession, actor: Reader) -> list[Wish]:
    """Every kind of the reader's audience, as set or by default. Raises NotAllowed."""
    user_id, audience = reader_of(actor)
    rows = await session.scalars(select(NoticeSetting).where(NoticeSetting.user_id == user_id))
    stored = {row.kind: row for row in rows}
    found = []
    for kind in kinds_for(audience):
        manner, row = MANNERS[kind], stored.get(kind)
        email, push = (row.email, row.push) if row else (manner.email, manner.push)
        found.append(Wish(kind, email or manner.mandatory, push, manner.mandatory))
    return found


async def set_wishes(session: AsyncSession, actor: Reader, wishes: Sequence[Wish]) -> None:
    """Change the kinds that are named, for what is told from now on.

    Raises NotAllowed, and InvalidValues for a kind of another audience, one named twice, and an
    e-mail that cannot be turned off.
    """
    user_id, audience = reader_of(actor)
    known, problems = set(kinds_for(audience)), []
    for n, wish in enumerate(wishes):
        if wish.kind not in known:
            problems.append(_unknown(n))
        elif MANNERS[wish.kind].mandatory and not wish.email:
            problems.append(_kept_on(n))
        known.discard(wish.kind)
    if problems:
        raise InvalidValues(errors=problems)
    for wish in sorted(wishes, key=lambda each: each.kind):
        values = {"email": wish.email, "push": wish.push}
        await session.execute(
            insert(NoticeSetting)
            .values(user_id=user_id, kind=wish.kind, **values)
            .on_conflict_do_update(index_elements=["user_id", "kind"], set_=values)
        )


def _unknown(n: int) -> FieldProblem:
    return FieldProblem(
        f"#/settings/{n}/kind",
        "kind_not_yours",
        "This kind does not concern you, or is named twice.",
        "Diese Art betrifft Sie nicht oder ist doppelt genannt.",
    )


def _kept_on(n: int) -> FieldProblem:
    return FieldProblem(
        f"#/settings/{n}/email",
        "email_kept_on",
        "This e-mail cannot be turned off: silence would cost you something.",
        "Diese E-Mail lässt sich nicht abstellen: Schweigen würde Sie etwas kosten.",
    )
