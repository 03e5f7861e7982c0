"""What people and the clock do to hours, in plain Python: the deeds on `hours_ground`.

A deed either changes the model or says the name of the refusal that must come instead.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tests.factories.hours_ground import DAY, HOUR, MINUTE, SECOND, Fit, Ground, Job, Piece

DELETABLE = ("running", "recorded", "over_cap")
LONGEST = 12 * HOUR
COMPANYS = ("engagement_week", "engagement_total", "position_total", "project_budget")


@dataclass
class Entry:
    """What was said under one id."""

    job: Job
    start: datetime
    end: datetime | None
    note: str | None
    timer: bool = False
    deleted: bool = False


@dataclass
class Contest:
    piece: Piece
    state: str
    answer_by: datetime
    decide_by: datetime | None = None
    answered: bool = False


@dataclass
class Model(Ground):
    """The whole of it. `sheets`: state by engagement and week."""

    entries: dict[str, Entry] = field(default_factory=dict)
    sheets: dict[tuple[str, datetime], str] = field(default_factory=dict)
    sent_back: set[tuple[str, datetime]] = field(default_factory=set)
    contests: list[Contest] = field(default_factory=list)

    def of(self, root: str) -> list[Piece]:
        return sorted((p for p in self.pieces if p.root == root), key=lambda p: p.start)

    def log(self, root: str, said: Entry, *, edit: bool, now: datetime) -> str | None:
        """Time by hand, new, again or as an edit of the current version."""
        assert said.end is not None
        if said.end <= said.start:
            return "NotForward"
        known = self.entries.get(root)
        same = (said.job.name, said.start, said.end, said.note)
        stands = known and (known.job.name, known.start, known.end or known.start, known.note)
        if known is not None and not known.deleted and same == stands:
            return None
        refusal = self._not_editable(root, edit) or self._not_loggable(root, said, now)
        if refusal is not None:
            return refusal
        self._drop(self.of(root))
        parts = self.fit(self.used(), said.job, said.start, said.end, now)
        self._write(root, said.job, parts, now)
        timer = known is not None and known.timer
        self.entries[root] = Entry(said.job, said.start, said.end, said.note, timer)
        return None

    def _not_editable(self, root: str, edit: bool) -> str | None:
        known = self.entries.get(root)
        if known is None:
            return None
        if known.deleted:
            return "TimeDeleted"
        if not edit:
            return "AlreadyUsed"
        return "TimeAgreedTo" if any(p.agreed for p in self.of(root)) else None

    def _not_loggable(self, root: str, said: Entry, now: datetime) -> str | None:
        assert said.end is not None
        if said.end > now + 2 * MINUTE:
            return "EndsInTheFuture"
        if said.end < now - 30 * DAY:
            return "LoggedTooLate"
        if self._others(root, said.job.trainer, said.start, said.end):
            return "TimeOverlaps"
        if any(p.state not in DELETABLE for p in self.of(root)):
            return "IllegalMove"
        return None

    def delete(self, root: str) -> str | None:
        if root not in self.entries:
            return "NotFound"
        if any(p.state not in DELETABLE for p in self.of(root)):
            return "IllegalMove"
        self._drop(self.of(root))
        self.entries[root].deleted = True
        return None

    def start(self, root: str, job: Job, now: datetime) -> str | None:
        start = now
        for _ in range(2):
            others = self._others(root, job.trainer, start, None)
            if not others:
                break
            first = others[0]
            if first.end is None or first.end > now + 2 * MINUTE or start > now:
                return "TimerAlreadyRunning" if first.state == "running" else "TimeOverlaps"
            start = first.end
        until, _ = self.reach(self.used(), job, start, min(start + HOUR, start + LONGEST), now)
        if until == start:
            return "HourCapReached"
        self.entries[root] = Entry(job, start, None, None, timer=True)
        self.pieces.append(Piece(root, job, start, None, "running", stops_by=until))
        return None

    def stop(self, root: str, said: datetime | None, now: datetime) -> str | None:
        entry = self.entries.get(root)
        if entry is None:
            return "NotFound"
        if entry.deleted or entry.end is not None:
            return None
        pieces = self.of(root)
        stop = max(now if said is None else min(now, said), pieces[0].start + SECOND)
        running = next((p for p in pieces if p.state == "running"), None)
        entry.end = stop
        if running is not None and stop > running.start:
            self._stop_running(running, stop, now)
            return None
        after = [p for p in pieces if p.end is None or p.end > stop]
        if any(p.state not in DELETABLE or p.agreed for p in after):
            return None
        self._drop([p for p in after if p.start >= stop])
        for piece in after:
            if piece.start < stop:
                piece.end = stop
        return None

    def due(self, now: datetime) -> set[str]:
        """Timers that need the clock."""
        return {
            p.root
            for p in self.pieces
            if p.state == "running"
            and (p.start <= now - LONGEST if _tail(p) else p.reserved_until <= now + 30 * MINUTE)
        }

    def attend(self, root: str, now: datetime) -> None:
        """The clock extends a timer, or closes it at a cap or at its longest."""
        piece = next(p for p in self.pieces if p.root == root and p.state == "running")
        if _tail(piece):
            if piece.start + LONGEST <= now:
                self._close(piece, piece.start, piece.start + LONGEST, now)
            return
        wanted = min(now + HOUR, piece.start + LONGEST)
        binding = None
        if wanted > piece.reserved_until:
            piece.stops_by, binding = self.reach(
                self.used(), piece.job, piece.reserved_until, wanted, now
            )
        until = piece.reserved_until
        if until > now:
            return
        if binding is not None and until + LONGEST <= now:
            self._close(piece, until, until + LONGEST, now)
            return
        self._close(piece, until, until, now)
        if binding is not None:
            tail = Piece(root, piece.job, until, None, "running", binding, stops_by=until)
            self.pieces.append(tail)

    def decide(self, piece: Piece, by: str, *, allow: bool, now: datetime) -> str | None:
        """Time beyond a cap: `by` company or operations."""
        over = piece.state == "over_cap"
        agreed = piece.company_agreed if by == "company" else piece.operations_agreed
        if (allow and not over and agreed) or (not allow and piece.state == "declined"):
            return None
        if not over:
            return "IllegalMove"
        overdue = piece.decide_by is not None and piece.decide_by <= now
        decider = "operations" if piece.binding == "trainer_week" else "company"
        if by != decider and not (by == "operations" and overdue):
            return "DecidedElsewhere"
        if not allow:
            piece.state = "declined"
            return None
        return self._allow(piece, by, now)

    def submit(self, sheet: tuple[str, datetime]) -> str | None:
        if self.sheets[sheet] == "submitted":
            return None
        if self.sheets[sheet] not in ("open", "sent_back"):
            return "IllegalMove"
        if not self._move(sheet, "recorded", "on_timesheet"):
            return "NothingToSubmit"
        self.sheets[sheet] = "submitted"
        return None

    def approve(self, sheet: tuple[str, datetime]) -> str | None:
        if self.sheets[sheet] == "approved":
            return None
        if self.sheets[sheet] != "submitted":
            return "IllegalMove"
        self._move(sheet, "on_timesheet", "approved")
        self.sheets[sheet] = "approved"
        return None

    def send_back(self, sheet: tuple[str, datetime]) -> str | None:
        if self.sheets[sheet] != "submitted":
            return "IllegalMove"
        if sheet in self.sent_back:
            return "SentBackBefore"
        self.sent_back.add(sheet)
        self._move(sheet, "on_timesheet", "recorded")
        self.sheets[sheet] = "sent_back"
        return None

    def contest(self, sheet: tuple[str, datetime], pieces: list[Piece], now: datetime) -> None:
        """Some pieces of a submitted sheet; the rest is approved."""
        for piece in pieces:
            piece.state = "contested"
            self.contests.append(Contest(piece, "awaits_answer", now + 5 * DAY))
        rest = self._move(sheet, "on_timesheet", "approved")
        self.sheets[sheet] = "approved" if rest else "contested"

    def answer(self, contest: Contest, now: datetime) -> str | None:
        if contest.answered:
            return "AnsweredBefore"
        if contest.state != "awaits_answer":
            return "IllegalMove"
        if contest.answer_by <= now:
            return "AnswerTooLate"
        contest.state, contest.decide_by = "awaits_decision", now + 5 * DAY
        contest.answered = True
        return None

    def judge(self, contest: Contest, outcome: str, now: datetime) -> str | None:
        """`outcome`: approved or declined by operations, withdrawn by the company."""
        if contest.state == outcome:
            return None
        live = ("awaits_answer", "awaits_decision")
        if contest.state not in (live if outcome == "withdrawn" else live[1:]):
            return "IllegalMove"
        if outcome == "declined" and contest.decide_by and contest.decide_by <= now:
            return "DecisionTooLate"
        contest.state = outcome
        piece = contest.piece
        piece.state = "declined" if outcome == "declined" else "approved"
        assert piece.sheet is not None
        sheet = (piece.job.name, piece.sheet)
        waiting = any(
            c.state in live and (c.piece.job.name, c.piece.sheet) == sheet for c in self.contests
        )
        if self.sheets[sheet] == "contested" and (outcome != "declined" or not waiting):
            self.sheets[sheet] = "declined" if outcome == "declined" else "approved"
        return None

    def _allow(self, piece: Piece, by: str, now: datetime) -> str | None:
        company = piece.company_agreed or by == "company"
        operations = piece.operations_agreed or by == "operations"
        platform = by == "operations" and piece.binding != "trainer_week" and not company
        lifted = (COMPANYS if company else ()) + (("trainer_week",) if operations else ())
        scopes = tuple(
            s for s in piece.job.keys(piece.start) if not platform or s == "trainer_week"
        )
        assert piece.end is not None
        before = self.used()
        after = before.copy()
        self.count(after, piece.job, piece.start, piece.end, scopes)
        short = None
        for key in sorted(after, key=lambda key: list(piece.job.keys(piece.start)).index(key[0])):
            moved = after[key] != before[key]
            if moved and key[0] not in lifted and short is None:
                cap = self.cap(piece.job, key[0], self._within(piece, key), now)
                if cap is not None and after[key] > cap:
                    short = key[0]
        if short == "credit_limit" and by == "company":
            return "CreditLimitReached"
        piece.company_agreed, piece.operations_agreed = company, operations
        if short is not None:
            piece.binding, piece.decide_by = short, now + 5 * DAY
            return None
        piece.state, piece.platform_pays = "recorded", platform
        piece.sheet = self._taking(piece.job, piece.start, now)
        return None

    def _within(self, piece: Piece, key: tuple[str, str, str]) -> datetime:
        """An instant of the piece that counts under the key: its weeks may be two."""
        assert piece.end is not None
        return next(
            at for at in piece.job.cuts(piece.start, piece.end)[:-1]
            if piece.job.keys(at)[key[0]] == key
        )  # fmt: skip

    def _stop_running(self, piece: Piece, stop: datetime, now: datetime) -> None:
        until = piece.reserved_until
        if stop <= until:
            piece.stops_by = stop
            self._close(piece, stop, stop, now)
        elif _tail(piece):
            self._close(piece, until, min(stop, piece.start + LONGEST), now)
        else:
            wanted = max(until, min(stop, piece.start + LONGEST))
            piece.stops_by, binding = self.reach(self.used(), piece.job, until, wanted, now)
            until = piece.reserved_until
            end = until if binding is None else min(stop, until + LONGEST)
            self._close(piece, until, end, now)

    def _close(self, piece: Piece, payable: datetime, end: datetime, now: datetime) -> None:
        """What was reserved is recorded, week by week; of the rest, what the caps leave."""
        parts, at = [], piece.start
        while at < payable:
            week = piece.job.week(at)
            stop = min(payable, piece.job.week_after(week))
            parts.append(Fit(at, stop, week, None))
            at = stop
        used = self.used()
        parts += self.fit(used, piece.job, payable, end, now)
        self._drop([piece])
        self._write(piece.root, piece.job, parts, now)

    def _write(self, root: str, job: Job, parts: list[Fit], now: datetime) -> None:
        for part in parts:
            piece = Piece(root, job, part.start, part.end, "recorded")
            if part.binding is None:
                piece.sheet = self._taking(job, part.start, now)
            else:
                piece.state, piece.binding, piece.decide_by = (
                    "over_cap",
                    part.binding,
                    now + 5 * DAY,
                )
            self.pieces.append(piece)

    def _taking(self, job: Job, worked: datetime, now: datetime) -> datetime:
        """The week whose sheet takes the time: its own, else the next that is open."""
        open_ = ("open", "sent_back")
        own = job.week(worked)
        if self.sheets.setdefault((job.name, own), "open") in open_:
            return own
        later = [w for (name, w), s in self.sheets.items()
                 if name == job.name and w > own and s in open_]  # fmt: skip
        if later:
            return min(later)
        week = max(job.week_after(own), job.week(now))
        while self.sheets.setdefault((job.name, week), "open") not in open_:
            week = job.week_after(week)
        return week

    def _move(self, sheet: tuple[str, datetime], before: str, after: str) -> int:
        there = [p for p in self.pieces if (p.job.name, p.sheet) == sheet and p.state == before]
        for piece in there:
            piece.state = after
        return len(there)

    def _others(
        self, root: str, trainer: str, start: datetime, end: datetime | None
    ) -> list[Piece]:
        found = [
            p for p in self.pieces
            if p.root != root and p.job.trainer == trainer
            and (p.end is None or p.end > start) and (end is None or p.start < end)
        ]  # fmt: skip
        return sorted(found, key=lambda p: p.start)

    def _drop(self, pieces: list[Piece]) -> None:
        self.pieces = [p for p in self.pieces if not any(p is each for each in pieces)]


def _tail(piece: Piece) -> bool:
    return piece.stops_by == piece.start
