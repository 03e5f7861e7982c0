"""One deal from posting to payout, chapter by chapter."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from app.demo.brief import Brief, TrainerBrief
from app.demo.clients import Client, Json, SignIn, wait_for
from app.demo.stage import Stage
from app.demo.telling import Teller, hours, money

PASSWORD = "only-for-the-demo-2026"  # noqa: S105 – invented people on a throw-away installation
EVIDENCE = b"%PDF-1.4\n% An invented certificate for the Lehrwerk demo.\n%%EOF\n"


@dataclass
class Cast:
    """Who plays, and the ids that the story has made so far."""

    company: Client
    trainer: Client
    finance: Client
    operations: Client
    ids: dict[str, str] = field(default_factory=dict)


def register(stage: Stage, brief: Brief, teller: Teller) -> Cast:
    """Everybody appears: the company posts nothing yet, the staff signs in."""
    owner = brief.company.owner
    company = stage.player("client", brief.company.legal_name, SignIn(owner.email, PASSWORD))
    made = company.call(
        "register_company",
        {
            "company": {
                "legal_name": brief.company.legal_name,
                "country": brief.company.country,
                "currency": brief.company.currency,
                "billing_email": brief.company.billing_email,
            },
            "owner": {
                "email": owner.email,
                "password": PASSWORD,
                "full_name": owner.full_name,
            },
        },
    )
    company.take_session(made["session"])
    company.call("set_billing_profile", brief.company.billing_profile)
    finance = stage.staff("finance", "finance@lehrwerk.example")
    operations = stage.staff("operations", "operations@lehrwerk.example")
    trainer = _register_trainer(stage, brief.trainer, brief.company.currency, operations)
    for other in brief.others:
        _register_trainer(stage, other, brief.company.currency, operations)
    cast = Cast(company, trainer, finance, operations)
    cast.ids["company"] = made["company"]["id"]
    teller.chapter("Who")
    teller.say(f"{brief.company.legal_name} registers; {owner.full_name} is its owner.")
    teller.say(f"{brief.trainer.full_name} registers on her phone: {brief.trainer.headline}.")
    claim = brief.trainer.credential
    teller.say(
        f"Her {claim.type} {claim.number} has the right form; operations opened the evidence "
        "and verified it."
    )
    return cast


def _register_trainer(stage: Stage, who: TrainerBrief, currency: str, operations: Client) -> Client:
    trainer = stage.player("trainer", who.full_name, SignIn(who.email, PASSWORD))
    made = trainer.call(
        "register_trainer",
        {
            "email": who.email,
            "password": PASSWORD,
            "full_name": who.full_name,
            "country": who.country,
            "timezone": who.timezone,
        },
    )
    trainer.take_session(made["session"])
    trainer.call(
        "update_profile",
        {
            "headline": who.headline,
            "asking_pay_rate": {"minor": who.asking_pay_minor, "currency": currency},
        },
    )
    trainer.call("set_skills", {"skills": who.skills})
    trainer.call("set_languages", {"languages": who.languages})
    trainer.call("set_availability", {"weekly_minutes": who.weekly_minutes})
    claim = who.credential
    credential = trainer.call(
        "claim_credential",
        {
            "type": claim.type,
            "issuer": claim.issuer,
            "jurisdiction": claim.jurisdiction,
            "number": claim.number,
            "specialty": claim.specialty,
        },
    )
    trainer.upload(
        "upload_evidence",
        credential_id=credential["id"],
        file_name="certificate.pdf",
        content=EVIDENCE,
        media_type="application/pdf",
    )
    _verify(operations, credential["id"])
    return trainer


def _verify(operations: Client, credential_id: str) -> None:
    """Operations opens what it decides on."""
    waiting = operations.call("list_credential_checks")["items"]
    check = next(c for c in waiting if c["id"] == credential_id)
    for document in check["documents"]:
        operations.call_raw("download_evidence", document_id=document["id"])
    operations.call(
        "decide_credential_check",
        {"outcome": "verified", "explanation": "The certificate matches name and number."},
        credential_id=credential_id,
    )


def post(brief: Brief, cast: Cast, stage: Stage, teller: Teller) -> None:
    """The company posts a project; what is missing is named before it opens."""
    currency = brief.company.currency
    budget = brief.project.budget_minor
    project = cast.company.call(
        "create_project",
        {
            "title": brief.project.title,
            "brief": brief.project.brief,
            "budget": {"minor": budget, "currency": currency} if budget else None,
        },
    )
    today = today_of(stage, brief)
    position = cast.company.call(
        "add_position",
        {
            "title": brief.position.title,
            "domain": brief.position.domain,
            "seats": brief.position.seats,
            "requirements": brief.position.requirements,
            "bill_rate_cap": {
                "minor": brief.position.bill_rate_cap_minor,
                "currency": currency,
            },
            "weekly_minutes": brief.position.weekly_minutes,
            "starts_on": today.isoformat(),
        },
        project_id=project["id"],
    )
    published = cast.company.call("publish_project", {}, project_id=project["id"])
    cast.ids |= {"project": project["id"], "position": position["id"]}
    teller.chapter("Asked")
    cap = money({"minor": brief.position.bill_rate_cap_minor, "currency": currency})
    teller.say(
        f'"{brief.project.title}" is {published["state"]}: {brief.position.seats} seats for '
        f'"{brief.position.title}", up to {cap} an hour, '
        f"{hours(brief.position.weekly_minutes)} a week."
    )
    if budget:
        teller.say(f"Budget {money({'minor': budget, 'currency': currency})}.")


def today_of(stage: Stage, brief: Brief) -> date:
    """Today on the development clock, where the company is."""
    zone = ZoneInfo(brief.company.billing_profile.get("timezone", "UTC"))
    return datetime.fromisoformat(stage.now()).astimezone(zone).date()


def match_and_hire(brief: Brief, cast: Cast, stage: Stage, teller: Teller) -> None:
    """She finds the position in her feed, applies, is ranked with reasons, and hired."""
    feed = cast.trainer.call("list_feed")["items"]
    seen = next(p for p in feed if p["id"] == cast.ids["position"])
    application_id = str(uuid4())
    cast.trainer.call(
        "apply",
        {"position_id": cast.ids["position"], "note": "Evenings after my shifts suit me best."},
        application_id=application_id,
    )
    teller.chapter("Matched")
    teller.say(f"Her feed shows it, pay up to {money(seen['pay_rate_up_to'])} an hour.")
    teller.say("She applies with an id that her phone minted.")
    _tell_candidates(brief, cast, teller)
    cast.company.call("shortlist_application", {}, application_id=application_id)
    zone = brief.company.billing_profile.get("timezone", "UTC")
    offer = cast.company.call(
        "make_offer",
        {
            "bill_rate": {
                "minor": brief.offer.bill_rate_minor,
                "currency": brief.company.currency,
            },
            "weekly_minutes": brief.position.weekly_minutes,
            "starts_on": today_of(stage, brief).isoformat(),
            "pay_week": {"timezone": zone, "first_day": "monday"},
        },
        application_id=application_id,
    )
    received = cast.trainer.call("list_offers")["items"][0]
    accepted = cast.trainer.call("accept_offer", {}, offer_id=offer["id"])
    cast.ids |= {
        "application": application_id,
        "offer": offer["id"],
        "engagement": accepted["engagement"]["id"],
    }
    teller.chapter("Hired")
    teller.say(f"The company offers; it is billed {money(offer['bill_rate'])} an hour.")
    teller.say(
        f"She reads {money(received['pay_rate'])} an hour and accepts. "
        "Neither side ever sees the other's figure."
    )
    onboard(cast, stage, teller)


def _tell_candidates(brief: Brief, cast: Cast, teller: Teller) -> None:
    candidates = cast.company.call("list_candidates", position_id=cast.ids["position"])["items"]
    best = candidates[0]
    teller.say(f"{len(candidates)} eligible; first is {_label(best)}, score {best['score']:.3f}:")
    strongest = sorted(best["reasons"], key=lambda r: r["value"] * r["weight"], reverse=True)
    for reason in strongest[:4]:
        teller.say(f"  {reason['factor']:<12} {reason['value']:.2f} × {reason['weight']:.2f}  "
                   f"{reason['text']}")  # fmt: skip
    explained = cast.company.call(
        "explain_candidate",
        position_id=cast.ids["position"],
        trainer_id=best["trainer"]["id"],
    )
    teller.say(f"  eligible: {explained['eligible']}, each requirement answered in words.")


def _label(candidate: Json) -> str:
    trainer = candidate["trainer"]
    return str(trainer.get("label") or trainer.get("name") or trainer["headline"])


def onboard(cast: Cast, stage: Stage, teller: Teller) -> None:
    """Her payout account, through Stripe's form; the simulator stands in for her typing."""
    link = cast.trainer.call("start_payout_onboarding", {})
    stage.open_form(link["url"])
    wait_for(
        "a payout account that is ready",
        lambda: cast.trainer.call("get_payout_account")["ready"],
    )
    teller.say("She fills in Stripe's form; her payout account (Connect, Accounts v2) is ready.")


def next_monday(stage: Stage, zone: str, hour: int) -> timedelta:
    """How far it is to the next Monday at `hour` o'clock in the zone."""
    now = datetime.fromisoformat(stage.now())
    local = now.astimezone(ZoneInfo(zone))
    days = (7 - local.weekday()) % 7 or 7
    target = (local + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return target.astimezone(now.tzinfo) - now
