"""A working week: a timer, entries by hand, the cap, and what happened beyond it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.demo.brief import Brief
from app.demo.stage import Stage
from app.demo.story import Cast, next_monday
from app.demo.telling import Teller, hours, money


def work(brief: Brief, cast: Cast, stage: Stage, teller: Teller) -> None:
    """Monday by timer, then by hand, until the weekly cap speaks."""
    zone = brief.company.billing_profile.get("timezone", "UTC")
    stage.advance(seconds=int(next_monday(stage, zone, 9).total_seconds()))
    monday = datetime.fromisoformat(stage.now()).astimezone(ZoneInfo(zone))
    teller.chapter("Worked")
    _by_timer(brief, cast, stage, teller)
    stage.advance(days=5)
    over: list[dict[str, Any]] = []
    for day, minutes in enumerate(brief.work.daily_minutes, start=1):
        started = (monday + timedelta(days=day)).replace(hour=18)
        entry = cast.trainer.call(
            "record_time",
            {
                "engagement_id": cast.ids["engagement"],
                "started_at": started.isoformat(),
                "ended_at": (started + timedelta(minutes=minutes)).isoformat(),
                "note": "Judged answers, corrected two.",
            },
            entry_id=str(uuid4()),
        )
        pieces = entry["parts"]
        over += [p for p in pieces if p["state"] == "over_cap"]
        teller.say(f"{started:%A} {hours(minutes)} by hand: {_pieces(pieces)}.")
    _over_cap(brief, cast, over, teller)


def _by_timer(brief: Brief, cast: Cast, stage: Stage, teller: Teller) -> None:
    timer = str(uuid4())
    started = cast.trainer.call(
        "start_timer", {"engagement_id": cast.ids["engagement"]}, entry_id=timer
    )
    stage.advance(minutes=brief.work.timer_minutes)
    stopped = cast.trainer.call("stop_timer", {}, entry_id=timer)
    worked = stopped["worked_seconds"] // 60
    teller.say(
        f"Monday by timer: {hours(worked)} (the server guaranteed it until "
        f"{str(started['stops_by'])[11:16]} UTC)."
    )


def _minutes(entry: dict[str, Any]) -> int:
    return int(entry["worked_seconds"]) // 60


def _pieces(pieces: list[dict[str, Any]]) -> str:
    return ", ".join(f"{hours(_minutes(p))} {p['state']}" for p in pieces)


def _over_cap(brief: Brief, cast: Cast, over: list[dict[str, Any]], teller: Teller) -> None:
    """Nothing is cut off: the company decides about what lies beyond its cap."""
    allowance = cast.trainer.call("get_allowance", engagement_id=cast.ids["engagement"])
    teller.say(
        f"Left this week: {allowance['left_minutes']} min; {allowance['binding_cap']} binds."
    )
    beyond = sum(_minutes(e) for e in over)
    if not over:
        return
    waiting = cast.company.call("list_over_cap")["items"]
    for entry in waiting:
        decision = {
            "decision": brief.over_cap,
            "reason_code": "not_agreed" if brief.over_cap == "decline" else None,
            "explanation": "Thank you, we needed it."
            if brief.over_cap == "approve"
            else "The week's limit was agreed; please ask before going beyond it.",
        }
        cast.company.call(
            "decide_over_cap",
            {k: v for k, v in decision.items() if v is not None},
            entry_id=entry["id"],
        )
    verb = "approves" if brief.over_cap == "approve" else "declines, with a reason she can read,"
    teller.say(f"{hours(beyond)} lay beyond the cap and were kept; the company {verb} them.")


def approve(cast: Cast, teller: Teller) -> None:
    """She submits the week, the company approves it; both see their own side."""
    sheet = cast.trainer.call("list_timesheets")["items"][0]
    submitted = cast.trainer.call("submit_timesheet", {}, timesheet_id=sheet["id"])
    approved = cast.company.call("approve_timesheet", {}, timesheet_id=sheet["id"])
    mine = next(s for s in cast.trainer.call("list_timesheets")["items"] if s["id"] == sheet["id"])
    cast.ids["timesheet"] = sheet["id"]
    teller.chapter("Approved")
    teller.say(f"She submits {hours(submitted['worked_minutes'])}; the company approves the week.")
    teller.say(f"The company sees {money(approved['billed'])} billed.")
    teller.say(f"She sees {money(mine['earned'])} earned.")
