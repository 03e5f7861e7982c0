"""How a company comes in."""

from fastapi import Request

from app.api import guards
from app.api.client.inputs.company import RegisterCompany
from app.api.client.views.company import RegisteredCompanyView, registered_view
from app.api.door import Language, Now, Run, Session, router
from app.companies import overviews, registering
from app.companies.registering import NewCompany, NewOwner
from app.identity import attempts, passwords, sessions

ROUTER = router("registration")


@ROUTER.post("/registrations", operation_id="register_company", status_code=201)
async def register_company(
    said: RegisterCompany,
    request: Request,
    session: Session,
    run: Run,
    now: Now,
    *,
    language: Language,
) -> RegisteredCompanyView:
    """Register a company and its owner, who is signed in at once and can act right away.

    A mail to verify the owner's address is sent. Whether an address is known already is never
    told: registering it again opens another, unverified account. Send an Idempotency-Key, so that
    a repeat after a lost answer shows the same company. Next: set_billing_profile.
    """
    company = NewCompany(**said.company.model_dump())
    registering.check(company)
    owner = NewOwner(
        said.owner.email,
        await passwords.hash_password(said.owner.password),
        said.owner.full_name,
        language,
    )
    made = await registering.register(session, company, owner, now=now)
    tokens = await sessions.start(
        session,
        user_id=made.user_id,
        settings=run.settings,
        now=now,
        address_digest=attempts.place_of(guards.caller_address(request), run.settings),
    )
    return registered_view(await overviews.overview(session, made.company_id, now=now), tokens)
