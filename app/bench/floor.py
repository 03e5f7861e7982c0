"""The floor: the same deed as six prepared statements in one transaction, by pgbench, no HTTP."""

import re
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path

from app.bench.ground import SLOTS_A_WEEK, TRAINERS

_TPS = re.compile(r"tps = ([0-9.]+)")
_SCRIPT = f"""
\\set n :n + 1
\\set slot :n * :clients + :client_id
\\set t :slot % {TRAINERS}
\\set nth :slot / {TRAINERS}
\\set week :nth / {SLOTS_A_WEEK}
\\set minute :nth % {SLOTS_A_WEEK} * 15
BEGIN;
SELECT g.subject_id FROM access_tokens a JOIN sign_in_sessions s ON s.id = a.session_id
 JOIN users u ON u.id = s.user_id JOIN grants g ON g.user_id = u.id
 WHERE a.token_hash = sha256(convert_to('bench-floor-' || :t, 'UTF8')) AND a.expires_at > now()
 AND s.revoked_at IS NULL AND u.disabled_at IS NULL;
SELECT e.*, b.bill_minor, l.weekly_minutes, l.total_minutes, p.total_minutes, j.budget_minor
 FROM engagements e JOIN engagement_bill_terms b ON b.engagement_id = e.id
 JOIN engagement_limits l ON l.engagement_id = e.id JOIN positions p ON p.id = e.position_id
 JOIN project_bill_terms j ON j.project_id = e.project_id
 WHERE e.id = bench_id('floor', 'engagement', :t);
SELECT used FROM cap_counters WHERE (scope, scope_id, period) IN (
 ('trainer_week', bench_id('floor', 'trainer', :t), (:weeks::text[])[1 + :week]),
 ('engagement_week', bench_id('floor', 'engagement', :t), (:weeks::text[])[1 + :week]),
 ('engagement_total', bench_id('floor', 'engagement', :t), '')) FOR UPDATE;
UPDATE cap_counters SET used = used + 900 WHERE (scope, scope_id, period) IN (
 ('trainer_week', bench_id('floor', 'trainer', :t), (:weeks::text[])[1 + :week]),
 ('engagement_week', bench_id('floor', 'engagement', :t), (:weeks::text[])[1 + :week]),
 ('engagement_total', bench_id('floor', 'engagement', :t), ''));
SELECT id AS sheet FROM timesheets WHERE engagement_id = bench_id('floor', 'engagement', :t)
 AND week_starts_at = :first::timestamptz + make_interval(days => 7 * :week)
\\gset
INSERT INTO time_entries (id, root_id, trainer_id, engagement_id, company_id, timesheet_id,
 week_starts_at, source, state, started_at, ended_at, phone_offset_seconds, said_started_at,
 said_ended_at, at_platform_cost, version, created_at, changed_at)
 SELECT id, id, bench_id('floor', 'trainer', :t), bench_id('floor', 'engagement', :t),
 bench_id('floor', 'company', 0), :sheet::uuid, week, 'manual', 'recorded', at,
 at + interval '15 minutes', 0, at, at + interval '15 minutes', false, 1, now(), now()
 FROM (SELECT gen_random_uuid() AS id,
  :first::timestamptz + make_interval(days => 7 * :week) AS week,
  :first::timestamptz + make_interval(days => 7 * :week, mins => :minute) AS at) AS made
 RETURNING id, version;
COMMIT;
"""  # noqa: S608 – our own constants


def run(
    url: str,
    *,
    pgbench: Path,
    first: datetime,
    weeks: list[str],
    start: int,
    seconds: int,
    clients: int,
) -> float:
    """Transactions a second. `start`: how many of its own each client has made before.

    Raises RuntimeError when pgbench fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "floor.sql"
        script.write_text(_SCRIPT, encoding="utf-8")
        done = subprocess.run(  # noqa: S603 – our own program and arguments
            [
                str(pgbench), "-n", "-M", "prepared", "-c", str(clients),
                "-j", "2", "-T", str(seconds), "-f", str(script), "-D", f"n={start}",
                "-D", f"clients={clients}", "-D", f"first={first.isoformat()}",
                "-D", "weeks={" + ",".join(f'"{week}"' for week in weeks) + "}", url,
            ],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    found = _TPS.search(done.stdout)
    if done.returncode or found is None or "aborted" in done.stderr:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")
    return float(found[1])
