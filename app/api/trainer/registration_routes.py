"""How a trainer comes in."""

from fastapi import Request

from app.api import guards
from app.api.door import Language, Now, Run, Session, router
from app.api.trainer.inputs.profile import RegisterTrainer
from app.api.trainer.views.profile import RegisteredTrainerView, registered_view
from app.identity import attempts, passwords, sessions
from app.trainers import queries, registering
from app.trainers.registering import NewTrainer

ROUTER = router("registration")


@ROUTER.post("/registrations", operation_id="register_trainer", status_code=201)
async def register_trainer(
    said: RegisterTrainer,
    request: Request,
    session: Session,
    run: Run,
    now: Now,
    *,
    language: Language,
) -> RegisteredTrainerView:
    """Register and be signed in at once.

    A mail to verify the address is sent. Whether an address is known already is never told:
    registering it again opens another, unverified account. Send an Idempotency-Key, so that a
    repeat after a lost answer shows the same profile. Next: update_profile, set_skills,
    set_languages, set_availability, claim_credential.
    """
    new = NewTrainer(
        email=said.email,
        password_hash=await passwords.hash_password(said.password),
        full_name=said.full_name,
        country=said.country,
        timezone=said.timezone,
        language=language,
    )
    made = await registering.register(session, new, now=now)
    tokens = await sessions.start(
        session,
        user_id=made.user_id,
        settings=run.settings,
        now=now,
        address_digest=attempts.place_of(guards.caller_address(request), run.settings),
    )
    return registered_view(await queries.get_profile(session, made.trainer_id), tokens)
