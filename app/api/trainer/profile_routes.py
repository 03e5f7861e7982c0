"""A trainer about herself."""

from app.api.door import Now, Session, router
from app.api.trainer.actor import Caller
from app.api.trainer.inputs.profile import (
    SetAvailability,
    SetLanguages,
    SetSkills,
    UpdateProfile,
)
from app.api.trainer.views.profile import TrainerView, trainer_view
from app.domain import vocabulary
from app.domain.money import Money
from app.trainers import pay_terms, profiles, queries
from app.trainers.profiles import ProfileChange, Spoken

ROUTER = router("profile")


async def _seen(session: Session, caller: Caller) -> TrainerView:
    return trainer_view(
        await queries.get_profile(session, caller.trainer_id),
        await pay_terms.asking_pay(session, caller.trainer_id),
    )


@ROUTER.get("/me", operation_id="get_me")
async def get_me(caller: Caller, session: Session) -> TrainerView:
    """Your profile."""
    return await _seen(session, caller)


@ROUTER.patch("/me", operation_id="update_profile")
async def update_profile(
    said: UpdateProfile, caller: Caller, session: Session, now: Now
) -> TrainerView:
    """Change headline, country, time zone or asking rate; what you leave out stays as it is."""
    asking = said.asking_pay_rate
    change = ProfileChange(
        headline=said.headline,
        country=said.country,
        timezone=said.timezone,
        changes_asking="asking_pay_rate" in said.model_fields_set,
        asking_pay=Money(asking.minor, asking.currency) if asking else None,
    )
    await profiles.update_profile(session, caller, change, now=now)
    return await _seen(session, caller)


@ROUTER.put("/me/skills", operation_id="set_skills")
async def set_skills(said: SetSkills, caller: Caller, session: Session, now: Now) -> TrainerView:
    """Replace all skills."""
    await profiles.set_skills(session, caller, said.skills, now=now)
    return await _seen(session, caller)


@ROUTER.put("/me/languages", operation_id="set_languages")
async def set_languages(
    said: SetLanguages, caller: Caller, session: Session, now: Now
) -> TrainerView:
    """Replace all languages."""
    spoken = [Spoken(each.code, vocabulary.LEVELS[each.level]) for each in said.languages]
    await profiles.set_languages(session, caller, spoken, now=now)
    return await _seen(session, caller)


@ROUTER.put("/me/availability", operation_id="set_availability")
async def set_availability(
    said: SetAvailability, caller: Caller, session: Session, now: Now
) -> TrainerView:
    """Say how many minutes a week you offer, and from when on."""
    await profiles.set_availability(
        session,
        caller,
        weekly_minutes=said.weekly_minutes,
        available_from_on=said.available_from_on,
        now=now,
    )
    return await _seen(session, caller)
