"""Telling people of something, in the transaction of the deed: one statement, however many.

Everybody concerned gets a row to read, and deliveries by e-mail and push as she wants them. An
event that somebody was told of before is not told to her again, whoever tells it at once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, DateTime, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import notices
from app.domain.notices import MANNERS, Facts, Kind
from app.domain.permissions import BY_ROLE, Permission


@dataclass(frozen=True, slots=True)
class To:
    """Whom: who acts for `subject_id` (a company in one of `roles`, or a trainer), one user, or
    everybody who signs in at a door of the staff."""

    subject_id: UUID | None = None
    roles: str = ""
    user_id: UUID | None = None
    door: str | None = None


STAFF = To(door="operations")


def trainer(trainer_id: UUID) -> To:
    return To(subject_id=trainer_id)


def company(company_id: UUID, permission: Permission) -> To:
    """The members whose role holds the permission: who can act on it."""
    able = sorted(role.value for role, held in BY_ROLE.items() if permission in held)
    return To(subject_id=company_id, roles=",".join(able))


def user(user_id: UUID) -> To:
    return To(user_id=user_id)


@dataclass(frozen=True, slots=True)
class News:
    """One event for some people. (kind, about_id, stage) names it; `stage` is '' for what happens
    once in the life of a thing."""

    kind: Kind
    about_id: UUID
    to: To
    stage: str = ""
    deadline_at: datetime | None = None
    facts: Facts = field(default_factory=dict)


async def tell(session: AsyncSession, *news: News, now: datetime) -> int:
    """Write down who is told what; how many were told who had not been before.

    Raises ValueError for a fact that the kind must not hold.
    """
    for each in news:
        notices.check_facts(each.kind, each.facts)
    if not news:
        return 0
    await session.flush()  # who acts for whom may have changed in this very transaction
    told = await session.scalar(_TELL, {**_columns(news), "now": now})
    return told or 0


def _columns(news: Sequence[News]) -> dict[str, list[Any]]:
    manners = [MANNERS[each.kind] for each in news]
    return {
        "kinds": [each.kind.value for each in news],
        "abouts": [each.about_id for each in news],
        "stages": [each.stage for each in news],
        "deadlines": [each.deadline_at for each in news],
        "facts": [json.dumps(dict(each.facts)) for each in news],
        "subjects": [each.to.subject_id for each in news],
        "roles": [each.to.roles for each in news],
        "users": [each.to.user_id for each in news],
        "doors": [each.to.door for each in news],
        "emails": [manner.email for manner in manners],
        "pushes": [manner.push for manner in manners],
        "mandatory": [manner.mandatory for manner in manners],
    }


# In the order of the key, so that two who tell the same things at once wait and do not embrace.
_TELL = text(
    """
WITH news AS (
  SELECT * FROM unnest(:kinds, :abouts, :stages, :deadlines, :facts, :subjects, :roles, :users,
    :doors, :emails, :pushes, :mandatory) AS n (kind, about_id, stage, deadline_at, facts,
    subject_id, roles, user_id, door, email, push, mandatory)
), reached AS (
  SELECT n.*, g.user_id AS to_id FROM news n JOIN grants g ON g.subject_id = n.subject_id
    AND (n.roles = '' OR g.role = ANY (string_to_array(n.roles, ',')))
  UNION ALL SELECT n.*, n.user_id FROM news n WHERE n.user_id IS NOT NULL
  UNION ALL SELECT n.*, u.id FROM news n JOIN users u ON u.door = n.door
), told AS (
  INSERT INTO notices (id, user_id, kind, about_id, stage, deadline_at, facts, created_at)
  SELECT gen_random_uuid(), r.to_id, r.kind, r.about_id, r.stage, r.deadline_at,
    CAST(r.facts AS jsonb), :now
  FROM reached r JOIN users u ON u.id = r.to_id AND u.disabled_at IS NULL
  ORDER BY r.kind, r.about_id, r.stage, r.to_id
  ON CONFLICT DO NOTHING RETURNING id, user_id, kind
), wanted AS (
  SELECT t.id, t.user_id, m.mandatory OR coalesce(s.email, m.email) AS email,
    coalesce(s.push, m.push) AS push
  FROM told t JOIN (SELECT DISTINCT kind, email, push, mandatory FROM news) m USING (kind)
  LEFT JOIN notice_settings s ON s.user_id = t.user_id AND s.kind = t.kind
), mailed AS (
  INSERT INTO notice_deliveries (id, notice_id, channel, state, attempts, due_at)
  SELECT gen_random_uuid(), w.id, 'email', 'queued', 0, :now FROM wanted w
  JOIN users u ON u.id = w.user_id AND u.email_verified_at IS NOT NULL WHERE w.email
), pushed AS (
  INSERT INTO notice_deliveries (id, notice_id, channel, device_id, state, attempts, due_at)
  SELECT gen_random_uuid(), w.id, 'push', d.id, 'queued', 0, :now FROM wanted w
  JOIN devices d ON d.user_id = w.user_id AND d.removed_at IS NULL WHERE w.push
)
SELECT count(*) FROM told
"""
).bindparams(
    *(bindparam(name, type_=ARRAY(Text())) for name in
      ("kinds", "stages", "facts", "roles", "doors")),
    *(bindparam(name, type_=ARRAY(Uuid())) for name in ("abouts", "subjects", "users")),
    *(bindparam(name, type_=ARRAY(Boolean())) for name in ("emails", "pushes", "mandatory")),
    bindparam("deadlines", type_=ARRAY(DateTime(timezone=True))),
    bindparam("now", type_=DateTime(timezone=True)),
)  # fmt: skip
