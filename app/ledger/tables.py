"""Rows of the ledger. The rules stand in triggers too: a mistake of ours must not get past them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Row, after_create


class LedgerAccount(Row):
    """An account in one currency. `key` such as `asset:stripe:available` or
    `liability:trainer:<id>:payable`. Debits are positive, credits negative."""

    __tablename__ = "ledger_accounts"
    __table_args__ = (
        UniqueConstraint("key", "currency"),
        CheckConstraint("kind IN ('asset','liability','income','expense','equity')", name="kind"),
        CheckConstraint("kind = split_part(key, ':', 1)", name="kind_of_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    kind: Mapped[str]
    currency: Mapped[str]
    authorises: Mapped[bool]
    opened_at: Mapped[datetime]


class PostingGroup(Row):
    """One business fact. (source, key) is unique, so that a fact is posted once.

    `late_for_at`: its own date, which lies in a closed month; it is booked in the next open one.
    """

    __tablename__ = "posting_groups"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        UniqueConstraint("reverses_group_id"),
        CheckConstraint("late_for_at < effective_at", name="late"),
        Index("ix_posting_groups_recorded_at", "recorded_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    key: Mapped[str]
    description: Mapped[str]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    reverses_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("posting_groups.id"))
    late_for_at: Mapped[datetime | None]


class LedgerEntry(Row):
    """One side of a group: minor units, never zero; debit positive, credit negative."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index("ix_ledger_entries_account_id", "account_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("posting_groups.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"))
    currency: Mapped[str]
    amount_minor: Mapped[int]


class LedgerBalance(Row):
    """Only for accounts that authorise spending: `available_minor` is what may still be taken."""

    __tablename__ = "ledger_balances"
    __table_args__ = (CheckConstraint("available_minor >= 0", name="available"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    available_minor: Mapped[int]
    version: Mapped[int]


class LedgerLink(Row):
    """A group's place in the hash chain: `hash` covers the group, its entries and the link before,
    so that whoever changes an old group, past all triggers, breaks every later link."""

    __tablename__ = "ledger_links"
    __table_args__ = (
        CheckConstraint("place > 0", name="place"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
    )

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    group_id: Mapped[UUID] = mapped_column(ForeignKey("posting_groups.id"), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerSnapshot(Row):
    """The sum of an account's entries with ids before `before_id`: whoever reads a balance adds the
    rest. Only for accounts without a balance row, which are written by many at once."""

    __tablename__ = "ledger_snapshots"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    before_id: Mapped[UUID] = mapped_column(primary_key=True)
    balance_minor: Mapped[int]
    currency: Mapped[str]
    taken_at: Mapped[datetime]


class LedgerPeriod(Row):
    """A calendar month (UTC) that was closed at least once; a month without a row is open.

    `posting_count`: what it held when it was closed, and must hold as long as it is.
    """

    __tablename__ = "ledger_periods"
    __table_args__ = (
        CheckConstraint("extract(day FROM month_on) = 1", name="month"),
        CheckConstraint("state IN ('open','closed')", name="state"),
        CheckConstraint("(state = 'closed') = (posting_count IS NOT NULL)", name="counted"),
    )

    month_on: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str]
    posting_count: Mapped[int | None]
    changed_at: Mapped[datetime]


class LedgerPeriodStep(Row):
    """History: who closed or reopened a month, why, and what was open all the same."""

    __tablename__ = "ledger_period_steps"
    __table_args__ = (
        CheckConstraint("event IN ('closed','reopened')", name="event"),
        CheckConstraint(
            "reason IS NOT NULL OR (event = 'closed' AND jsonb_array_length(open_items) = 0)",
            name="reason",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    month_on: Mapped[date] = mapped_column(ForeignKey("ledger_periods.month_on"), index=True)
    event: Mapped[str]
    reason: Mapped[str | None]
    open_items: Mapped[list[Any]]
    by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[datetime]


after_create(
    LedgerEntry.__table__,
    """
CREATE FUNCTION ledger_group_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_entries WHERE group_id = NEW.group_id
             GROUP BY currency HAVING sum(amount_minor) <> 0)
     OR (SELECT count(*) FROM ledger_entries WHERE group_id = NEW.group_id) < 2 THEN
    RAISE EXCEPTION 'posting group % does not balance', NEW.group_id USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_group_balances();
CREATE FUNCTION ledger_group_has_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM ledger_entries WHERE group_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'posting group % has no two entries', NEW.id USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER posting_groups_filled AFTER INSERT ON posting_groups
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_group_has_entries();
CREATE FUNCTION ledger_currency_matches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.currency <> (SELECT currency FROM ledger_accounts WHERE id = NEW.account_id) THEN
    RAISE EXCEPTION 'entry currency differs from its account' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_entries_currency BEFORE INSERT ON ledger_entries
  FOR EACH ROW EXECUTE FUNCTION ledger_currency_matches();
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: the ledger is append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = '42501';
END $$;
CREATE TRIGGER ledger_entries_frozen BEFORE UPDATE OR DELETE ON ledger_entries
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_entries_kept BEFORE TRUNCATE ON ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER posting_groups_frozen BEFORE UPDATE OR DELETE ON posting_groups
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER posting_groups_kept BEFORE TRUNCATE ON posting_groups
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
""",
    down="""
DROP FUNCTION IF EXISTS ledger_group_balances() CASCADE;
DROP FUNCTION IF EXISTS ledger_group_has_entries() CASCADE;
DROP FUNCTION IF EXISTS ledger_currency_matches() CASCADE;
DROP FUNCTION IF EXISTS ledger_is_append_only() CASCADE;
""",
)

after_create(
    LedgerLink.__table__,
    """
CREATE FUNCTION ledger_text(instant timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
CREATE FUNCTION ledger_group_text(of_group uuid) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT (jsonb_build_array(g.id, g.source, g.key, g.description, ledger_text(g.effective_at),
           ledger_text(g.recorded_at), g.reverses_group_id,
           (SELECT jsonb_agg(jsonb_build_array(a.key, e.currency, e.amount_minor)
                             ORDER BY a.key COLLATE "C", e.currency COLLATE "C", e.id)
            FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
            WHERE e.group_id = g.id)) || CASE WHEN g.late_for_at IS NULL THEN '[]'
           ELSE jsonb_build_array(ledger_text(g.late_for_at)) END)::text
  FROM posting_groups g WHERE g.id = of_group
$$;
CREATE TRIGGER ledger_links_frozen BEFORE UPDATE OR DELETE ON ledger_links
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_links_kept BEFORE TRUNCATE ON ledger_links
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
""",
    down="""
DROP FUNCTION IF EXISTS ledger_group_text(uuid) CASCADE;
DROP FUNCTION IF EXISTS ledger_text(timestamptz) CASCADE;
""",
)

after_create(
    LedgerPeriodStep.__table__,
    """
CREATE FUNCTION ledger_month(instant timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
  SELECT date_trunc('month', instant AT TIME ZONE 'UTC')::date
$$;
CREATE FUNCTION ledger_hold_month(of_month date) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7331013, of_month - DATE '2000-01-01');
  RETURN NOT EXISTS (SELECT FROM ledger_periods WHERE month_on = of_month AND state = 'closed');
END $$;
CREATE FUNCTION ledger_open_at(instant timestamptz) RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  of_month date := ledger_month(instant);
  found timestamptz := instant;
BEGIN
  WHILE NOT ledger_hold_month(of_month) LOOP
    of_month := of_month + INTERVAL '1 month';
    found := of_month::timestamp AT TIME ZONE 'UTC';
  END LOOP;
  RETURN found;
END $$;
CREATE FUNCTION ledger_period_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT ledger_hold_month(ledger_month(NEW.effective_at)) THEN
    RAISE EXCEPTION 'the month of % is closed', NEW.effective_at USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER posting_groups_period BEFORE INSERT ON posting_groups
  FOR EACH ROW EXECUTE FUNCTION ledger_period_is_open();
CREATE TRIGGER ledger_snapshots_frozen BEFORE UPDATE OR DELETE ON ledger_snapshots
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_snapshots_kept BEFORE TRUNCATE ON ledger_snapshots
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_period_steps_frozen BEFORE UPDATE OR DELETE ON ledger_period_steps
  FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only();
CREATE TRIGGER ledger_period_steps_kept BEFORE TRUNCATE ON ledger_period_steps
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
""",
    down="""
DROP FUNCTION IF EXISTS ledger_period_is_open() CASCADE;
DROP FUNCTION IF EXISTS ledger_open_at(timestamptz) CASCADE;
DROP FUNCTION IF EXISTS ledger_hold_month(date) CASCADE;
DROP FUNCTION IF EXISTS ledger_month(timestamptz) CASCADE;
""",
)

# A whole posting in one round trip: what `posting` says step by step, each with a fresh snapshot.
# Nearly every fact is new: whether it is known is not asked before the unique keys say that it is,
# or a balance seems short. `ledger_known` looks once: between two looks a rival could commit, and
# the very fact that is asked for would seem to be another's reversal.
after_create(
    LedgerEntry.__table__,
    """
CREATE FUNCTION ledger_post(of_id uuid, of_source text, of_key text, of_description text,
  of_effective_at timestamptz, of_recorded_at timestamptz, of_reverses uuid, keys text[],
  currencies text[], amounts bigint[], kinds text[], gains bigint[], entry_ids uuid[],
  account_ids uuid[], OUT outcome text, OUT posted_id uuid) LANGUAGE plpgsql AS $$
DECLARE
  accounts uuid[];
  is_short boolean;
  authorising boolean := cardinality(array_remove(gains, NULL)) > 0;
  open_at timestamptz;
BEGIN
  LOOP
    SELECT array_agg(a.id ORDER BY w.place) INTO accounts
    FROM unnest(keys, currencies) WITH ORDINALITY AS w(key, currency, place)
    LEFT JOIN ledger_accounts a ON a.key = w.key AND a.currency = w.currency;
    EXIT WHEN array_position(accounts, NULL) IS NULL;
    WITH opened AS (
      INSERT INTO ledger_accounts (id, key, kind, currency, authorises, opened_at)
      SELECT w.id, w.key, w.kind, w.currency, w.gain IS NOT NULL, of_recorded_at
      FROM unnest(keys, currencies, kinds, gains, account_ids, accounts)
           AS w(key, currency, kind, gain, id, known)
      WHERE w.known IS NULL ORDER BY w.key, w.currency
      ON CONFLICT DO NOTHING RETURNING id, authorises)
    INSERT INTO ledger_balances (account_id, available_minor, version)
    SELECT id, 0, 0 FROM opened WHERE authorises;
  END LOOP;
  IF authorising THEN
    SELECT bool_or(held.available_minor + held.gain < 0) INTO is_short FROM (
      SELECT b.available_minor, w.gain FROM unnest(accounts, gains) AS w(id, gain)
      JOIN ledger_balances b ON b.account_id = w.id JOIN ledger_accounts a ON a.id = w.id
      WHERE w.gain IS NOT NULL ORDER BY a.key, a.currency FOR UPDATE OF b) AS held;
    IF is_short THEN
      SELECT * INTO outcome, posted_id FROM ledger_known(of_source, of_key, of_reverses);
      outcome := coalesce(outcome, 'overdrawn');
      RETURN;
    END IF;
  END IF;
  open_at := ledger_open_at(of_effective_at);
  INSERT INTO posting_groups (id, source, key, description, effective_at, recorded_at,
                              reverses_group_id, late_for_at)
  VALUES (of_id, of_source, of_key, of_description, open_at, of_recorded_at, of_reverses,
          CASE WHEN open_at <> of_effective_at THEN of_effective_at END)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT * INTO outcome, posted_id FROM ledger_known(of_source, of_key, of_reverses);
    RETURN;
  END IF;
  INSERT INTO ledger_entries (id, group_id, account_id, currency, amount_minor)
  SELECT w.id, of_id, w.account_id, w.currency, w.minor
  FROM unnest(entry_ids, accounts, currencies, amounts) AS w(id, account_id, currency, minor);
  IF authorising THEN
    UPDATE ledger_balances b SET available_minor = b.available_minor + w.gain,
                                 version = b.version + 1
    FROM unnest(accounts, gains) AS w(id, gain) WHERE b.account_id = w.id AND w.gain IS NOT NULL;
  END IF;
  outcome := 'posted';
  posted_id := of_id;
END $$;
CREATE FUNCTION ledger_known(of_source text, of_key text, of_reverses uuid,
  OUT outcome text, OUT posted_id uuid) LANGUAGE plpgsql AS $$
BEGIN
  SELECT g.id, CASE WHEN g.source = of_source AND g.key = of_key THEN 'known' ELSE 'reversed' END
  INTO posted_id, outcome FROM posting_groups g
  WHERE (g.source = of_source AND g.key = of_key) OR g.reverses_group_id = of_reverses
  ORDER BY g.source = of_source AND g.key = of_key DESC LIMIT 1;
END $$;
""",
    down="""
DROP FUNCTION IF EXISTS ledger_post(uuid, text, text, text, timestamptz, timestamptz, uuid, text[],
  text[], bigint[], text[], bigint[], uuid[], uuid[]) CASCADE;
DROP FUNCTION IF EXISTS ledger_known(text, text, uuid) CASCADE;
""",
)
