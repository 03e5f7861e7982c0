"""Rows of the ledger. The rules stand in triggers too: a mistake of ours must not get past them."""

from datetime import datetime
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
    """One business fact. (source, key) is unique, so that a fact is posted once."""

    __tablename__ = "posting_groups"
    __table_args__ = (
        UniqueConstraint("source", "key"),
        UniqueConstraint("reverses_group_id"),
        Index("ix_posting_groups_recorded_at", "recorded_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    key: Mapped[str]
    description: Mapped[str]
    effective_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    reverses_group_id: Mapped[UUID | None] = mapped_column(ForeignKey("posting_groups.id"))


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
  SELECT jsonb_build_array(g.id, g.source, g.key, g.description, ledger_text(g.effective_at),
           ledger_text(g.recorded_at), g.reverses_group_id,
           (SELECT jsonb_agg(jsonb_build_array(a.key, e.currency, e.amount_minor)
                             ORDER BY a.key COLLATE "C", e.currency COLLATE "C", e.id)
            FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
            WHERE e.group_id = g.id))::text
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
