"""Invented ground in a database of its own: companies with a thousand trainers at work each.

Rows are written by SQL at once, because what is measured comes after them. Ids follow from names,
so that the load generator and pgbench know them without asking.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from app.kit import crypto

TRAINERS = 1_000
SLOT = timedelta(minutes=15)
SLOTS_A_WEEK = 160  # forty hours
WEEKS = 3
_AT_ONCE = 200  # trainers whose older time is laid in one statement


@dataclass(frozen=True, slots=True)
class Group:
    """One company with one position and a thousand engagements, for one kind of load."""

    name: str

    def id_of(self, what: str, number: int = 0) -> UUID:
        """The same as `bench_id` in SQL."""
        return UUID(hashlib.md5(f"{self.name} {what} {number}".encode()).hexdigest())  # noqa: S324 – a name, not a secret

    def token(self, number: int) -> str:
        """The access token of a trainer of the group."""
        return f"bench-{self.name}-{number}"


FLOOR, ENTRIES, TIMERS, BATCHES = (Group(n) for n in ("floor", "entries", "timers", "batches"))
GROUPS = (FLOOR, ENTRIES, TIMERS, BATCHES)


def first_week(now: datetime) -> datetime:
    """Monday 00:00 UTC, three weeks before the current one: still open for late entries."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday() + 7 * WEEKS)


def slot(first: datetime, number: int) -> datetime:
    """The start of the n-th quarter of an hour that a trainer works, 160 in each week.

    Raises ValueError beyond the third week.
    """
    week, place = divmod(number, SLOTS_A_WEEK)
    if week >= WEEKS:
        raise ValueError("the ground is used up: measure for a shorter time")
    return first + timedelta(days=7 * week) + place * SLOT


async def lay(
    connection: asyncpg.Connection, *, entries: int, now: datetime, tell: Callable[[str], None]
) -> None:
    """Write the ground, and `entries` of older time, a minute each, spread over all trainers."""
    await connection.execute("SET synchronous_commit = off")
    await connection.execute(ID_FUNCTION)
    for group in GROUPS:
        await connection.execute(COMPANY.format(group=group.name))
        for statement in filter(str.strip, TRAINERS_SQL.format(group=group.name).split(";")):
            await connection.execute(statement)
        await give_tokens(connection, group)
    # Weeks have begun, and a slice of the shared caps is held: the first entry of a week is one in
    # forty, that of a slice one in a hundred and sixty, and neither is what is measured.
    await connection.execute(_BEGUN, first_week(now), [group.name for group in GROUPS])
    await connection.execute(_LEASED, [group.name for group in GROUPS])
    await _older_time(connection, entries, now=now, tell=tell)
    tell("ANALYZE")
    await connection.execute("VACUUM (FREEZE, ANALYZE)")


async def _older_time(
    connection: asyncpg.Connection, entries: int, *, now: datetime, tell: Callable[[str], None]
) -> None:
    """Without indexes until all are there: each is built at once."""
    if not entries:
        return
    constraint = await connection.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conname = 'ex_time_entries_no_overlap'"
    )
    await connection.execute("ALTER TABLE time_entries DROP CONSTRAINT ex_time_entries_no_overlap")
    indexes = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE tablename = 'time_entries' AND indexname <> 'pk_time_entries'"
    )
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['indexname']}")
    # Foreign keys hold by construction; checking ten million of them measures nothing.
    await connection.execute("SET session_replication_role = replica")
    last = first_week(now) - timedelta(days=30)
    # By trainer, in the order of the overlap index: that is built without sorting then, which
    # would take longer than everything else together.
    owners = sorted((g.id_of("trainer", n), g.name, n) for g in GROUPS for n in range(TRAINERS))
    laid = 0
    for start in range(0, len(owners), _AT_ONCE):
        some = owners[start : start + _AT_ONCE]
        counts = [
            entries * (start + n + 1) // len(owners) - entries * (start + n) // len(owners)
            for n in range(len(some))
        ]
        await connection.execute(
            _OLDER, [name for _, name, _ in some], [n for _, _, n in some], counts, last
        )
        laid += sum(counts)
        tell(f"{laid:,} of {entries:,} entries")
    await connection.execute("SET session_replication_role = origin")
    await connection.execute("SET maintenance_work_mem = '1GB'")
    for index in indexes:
        tell(f"the index {index['indexname']}")
        await connection.execute(index["indexdef"])
    tell("the overlap index")
    await connection.execute(
        f"ALTER TABLE time_entries ADD CONSTRAINT ex_time_entries_no_overlap {constraint}"
    )


async def give_tokens(connection: asyncpg.Connection, group: Group) -> None:
    """An access token for each trainer of a group, as `Group.token` says."""
    hashes = [crypto.fingerprint(group.token(n)) for n in range(TRAINERS)]
    await connection.execute(
        "INSERT INTO access_tokens SELECT h, bench_id($1, 'session', n - 1),"
        " 'infinity' FROM unnest($2::bytea[]) WITH ORDINALITY AS t (h, n)",
        group.name,
        hashes,
    )


ID_FUNCTION = """
CREATE FUNCTION bench_id(g text, what text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT md5(g || ' ' || what || ' ' || n)::uuid $$
"""
COMPANY = """
INSERT INTO companies (id, legal_name, country, currency, billing_email, created_at)
VALUES (bench_id('{group}', 'company', 0), 'Beispiel {group} Inc.', 'US', 'USD',
        '{group}@beispiel.example', now());
INSERT INTO credit_terms (id, company_id, kind, net_days, credit_limit_minor, currency,
                          funding_rule, effective_at)
VALUES (bench_id('{group}', 'credit', 0), bench_id('{group}', 'company', 0), 'invoice', 14,
        1000000000000, 'USD', 'on_collection', '2020-01-01');
INSERT INTO projects (id, company_id, title, brief, state, created_at, published_at)
VALUES (bench_id('{group}', 'project', 0), bench_id('{group}', 'company', 0), 'Bench', 'Bench',
        'open', now(), now());
INSERT INTO project_bill_terms VALUES (bench_id('{group}', 'project', 0), 1000000000000, 'USD');
INSERT INTO positions (id, project_id, company_id, title, domain, seats, seats_taken,
                       requirements, weekly_minutes, total_minutes, starts_on, created_at)
VALUES (bench_id('{group}', 'position', 0), bench_id('{group}', 'project', 0),
        bench_id('{group}', 'company', 0), 'Bench', 'medicine', 2000, 1000,
        '{{"credentials": ["medical_licence"]}}', 2400, 90000000, '2020-01-01', now())
"""
TRAINERS_SQL = """
INSERT INTO users (id, door, email, email_key, full_name, language, password_hash,
                   email_verified_at, created_at)
SELECT bench_id('{group}', 'user', n), 'trainer', '{group}' || n || '@example.org',
       '{group}' || n || '@example.org', 'Erika Muster ' || n, 'en', '', now(), now()
FROM generate_series(0, 999) AS n;
INSERT INTO sign_in_sessions (id, user_id, created_at)
SELECT bench_id('{group}', 'session', n), bench_id('{group}', 'user', n), now()
FROM generate_series(0, 999) AS n;
INSERT INTO trainers (id, user_id, full_name, headline, country, timezone, weekly_minutes,
                      created_at, last_active_at)
SELECT bench_id('{group}', 'trainer', n), bench_id('{group}', 'user', n), 'Erika Muster ' || n,
       'Doctor', 'US', 'America/New_York', 2400, now(), now()
FROM generate_series(0, 999) AS n;
INSERT INTO grants (user_id, subject_id, role)
SELECT bench_id('{group}', 'user', n), bench_id('{group}', 'trainer', n), 'trainer'
FROM generate_series(0, 999) AS n;
INSERT INTO credentials (id, trainer_id, type, issuer, jurisdiction, number, state, form_check,
                         created_at, expires_on)
SELECT bench_id('{group}', 'credential', n), bench_id('{group}', 'trainer', n),
       'medical_licence', 'Board', 'US', n::text, 'verified', 'none', now(), '2199-01-01'
FROM generate_series(0, 999) AS n;
INSERT INTO applications (id, position_id, company_id, trainer_id, state, decide_by_at, created_at)
SELECT bench_id('{group}', 'application', n), bench_id('{group}', 'position', 0),
       bench_id('{group}', 'company', 0), bench_id('{group}', 'trainer', n), 'hired', now(), now()
FROM generate_series(0, 999) AS n;
INSERT INTO offers (id, application_id, position_id, company_id, trainer_id, state,
                    weekly_minutes, starts_on, expires_at, pay_week_timezone, pay_week_first_day,
                    created_at, decided_at)
SELECT bench_id('{group}', 'offer', n), bench_id('{group}', 'application', n),
       bench_id('{group}', 'position', 0), bench_id('{group}', 'company', 0),
       bench_id('{group}', 'trainer', n), 'accepted', 2400, '2020-01-01', now(), 'UTC', 1,
       now(), now()
FROM generate_series(0, 999) AS n;
INSERT INTO engagements (id, offer_id, position_id, project_id, company_id, trainer_id, state,
                         starts_on, pay_week_timezone, pay_week_first_day, opened_at)
SELECT bench_id('{group}', 'engagement', n), bench_id('{group}', 'offer', n),
       bench_id('{group}', 'position', 0), bench_id('{group}', 'project', 0),
       bench_id('{group}', 'company', 0), bench_id('{group}', 'trainer', n), 'active',
       '2020-01-01', 'UTC', 1, now()
FROM generate_series(0, 999) AS n;
INSERT INTO engagement_bill_terms (id, engagement_id, bill_minor, currency, effective_at)
SELECT bench_id('{group}', 'bill', n), bench_id('{group}', 'engagement', n), 18000, 'USD',
       '2020-01-01' FROM generate_series(0, 999) AS n;
INSERT INTO engagement_pay_terms (id, engagement_id, pay_minor, currency, effective_at)
SELECT bench_id('{group}', 'pay', n), bench_id('{group}', 'engagement', n), 14400, 'USD',
       '2020-01-01' FROM generate_series(0, 999) AS n;
INSERT INTO engagement_limits (id, engagement_id, weekly_minutes, effective_at)
SELECT bench_id('{group}', 'limits', n), bench_id('{group}', 'engagement', n), 2400,
       '2020-01-01' FROM generate_series(0, 999) AS n
"""
_BEGUN = """
WITH ground AS (
  SELECT g, n, $1::timestamptz + make_interval(days => 7 * w) AS week
  FROM unnest($2::text[]) AS g, generate_series(0, 999) AS n, generate_series(0, 3) AS w
), sheets AS (
  INSERT INTO timesheets (id, engagement_id, company_id, trainer_id, week_starts_at, week_ends_at,
                          state, sent_back_count)
  SELECT gen_random_uuid(), bench_id(g, 'engagement', n), bench_id(g, 'company', 0),
         bench_id(g, 'trainer', n), week, week + interval '7 days', 'open', 0 FROM ground
)
INSERT INTO cap_counters (scope, scope_id, period, cap, used)
SELECT scope, scope_id, to_char(week, 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'), 144000, 0 FROM ground,
LATERAL (VALUES ('trainer_week', bench_id(g, 'trainer', n)),
                ('engagement_week', bench_id(g, 'engagement', n))) AS v (scope, scope_id)
UNION ALL
SELECT 'engagement_total', bench_id(g, 'engagement', n), '', 9000000000000, 0
FROM unnest($2::text[]) AS g, generate_series(0, 999) AS n
"""
_LEASED = """
WITH leased AS (
  INSERT INTO cap_leases SELECT bench_id(g, 'engagement', n), bench_id(g, 'position', 0),
    bench_id(g, 'project', 0), bench_id(g, 'company', 0), 144000, 144000::bigint * 18000,
    144000::bigint * 18000
  FROM unnest($1::text[]) AS g, generate_series(0::bigint, 999) AS n
)
INSERT INTO cap_counters (scope, scope_id, period, cap, used)
SELECT scope, scope_id, '', cap, used FROM unnest($1::text[]) AS g,
LATERAL (VALUES
  ('position_total', bench_id(g, 'position', 0), 90000000::bigint * 60, 144000000),
  ('project_budget', bench_id(g, 'project', 0), 1000000000000::bigint * 3600,
   144000000::bigint * 18000),
  ('credit_limit', bench_id(g, 'company', 0), 1000000000000::bigint * 3600,
   144000000::bigint * 18000))
  AS v (scope, scope_id, cap, used)
"""
_OLDER = """
INSERT INTO time_entries (
  id, root_id, trainer_id, engagement_id, company_id, week_starts_at, source, state, started_at,
  ended_at, phone_offset_seconds, said_started_at, said_ended_at, at_platform_cost, version,
  created_at, changed_at)
SELECT id, id, bench_id(g, 'trainer', t), bench_id(g, 'engagement', t), bench_id(g, 'company', 0),
       date_trunc('week', at, 'UTC'), 'manual', 'recorded', at, at + interval '1 minute', 0, at,
       at + interval '1 minute', false, 1, at, at
FROM (SELECT gen_random_uuid() AS id, g, t, $4::timestamptz - make_interval(mins => n * 20) AS at
      FROM ROWS FROM (unnest($1::text[]), unnest($2::int[]), unnest($3::int[]))
        WITH ORDINALITY AS o (g, t, count, place), generate_series(o.count, 1, -1) AS n
      ORDER BY place, n DESC) AS made
"""
