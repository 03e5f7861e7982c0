"""Signing in and out, proving an address, setting a new password."""

from fastapi import Request

from app.api import door, guards
from app.api.door import Now, Run, Session
from app.api.trainer.inputs.sessions import (
    ConfirmSecondFactor,
    RefreshSession,
    RequestPasswordReset,
    ResetPassword,
    SignIn,
    VerifyEmail,
)
from app.api.trainer.views.sessions import (
    DoneView,
    SecondFactorView,
    SignedInView,
    session_view,
)
from app.identity import mailed_codes, resetting, sessions, signing_in, step_up, verifying

routes = door.router("Sessions")


@routes.post("/sessions", operation_id="sign_in", status_code=201)
async def sign_in(said: SignIn, request: Request, run: Run) -> SignedInView:
    """Start a session. The access token lasts minutes; refresh it before it ends.

    Wrong data are 401 `sign_in_refused`, whatever was wrong. Too many failures are 429 with
    `Retry-After`, for a quarter of an hour at most.
    """
    tokens = await signing_in.sign_in(
        run.database,
        door="trainer",
        email=said.email,
        password=said.password,
        otp=said.otp,
        address=guards.caller_address(request),
        settings=run.settings,
        clock=run.clock,
    )
    return SignedInView(session=session_view(tokens))


@routes.post("/sessions/refresh", operation_id="refresh_session", status_code=201)
async def refresh_session(said: RefreshSession, run: Run) -> SignedInView:
    """Swap a refresh token for a new pair; the old one is used up.

    Repeating it within ten seconds gives another working pair, so that a lost answer does no harm.
    Later on it is taken for theft: the whole session ends and everybody signs in again.
    """
    tokens = await sessions.refresh(
        run.database,
        said.refresh_token,
        door="trainer",
        settings=run.settings,
        now=run.clock.now(),
    )
    return SignedInView(session=session_view(tokens))


@routes.post(
    "/sessions/current/second-factor/codes", operation_id="request_second_factor", status_code=202
)
async def request_second_factor(request: Request, session: Session, now: Now) -> DoneView:
    """Have a code of six digits mailed to you: good once, for ten minutes, in place of the ones
    before. Five mails in a quarter of an hour, then 429."""
    await mailed_codes.request(session, guards.bearer(request), now=now)
    return DoneView(state="accepted")


@routes.post(
    "/sessions/current/second-factor", operation_id="confirm_second_factor", status_code=201
)
async def confirm_second_factor(
    said: ConfirmSecondFactor, request: Request, run: Run
) -> SecondFactorView:
    """Show the mailed code. Changing where your money goes asks for it. Ten wrong ones are 429
    for ten minutes."""
    fresh_until = await step_up.confirm(
        run.database, guards.bearer(request), said.otp, settings=run.settings, clock=run.clock
    )
    return SecondFactorView(fresh_until=fresh_until)


@routes.delete("/sessions/current", operation_id="sign_out", status_code=204)
async def sign_out(request: Request, session: Session, now: Now) -> None:
    """End this session: its access and refresh tokens are worth nothing at once."""
    await sessions.sign_out(session, access_token=guards.bearer(request), now=now)


@routes.post("/email-verifications", operation_id="verify_email")
async def verify_email(said: VerifyEmail, request: Request, run: Run) -> DoneView:
    """Prove that the address is yours, with the token from the mail. A repeat is no fault."""
    await verifying.verify_email(
        run.database,
        token=said.token,
        door="trainer",
        address=guards.caller_address(request),
        settings=run.settings,
        now=run.clock.now(),
    )
    return DoneView(state="verified")


@routes.post("/password-resets", operation_id="request_password_reset", status_code=202)
async def request_password_reset(
    said: RequestPasswordReset, request: Request, run: Run
) -> DoneView:
    """Ask for a mail with a reset token. The answer is the same whether an account exists."""
    await resetting.request_reset(
        run.database,
        door="trainer",
        email=said.email,
        address=guards.caller_address(request),
        settings=run.settings,
        now=run.clock.now(),
    )
    return DoneView(state="accepted")


@routes.post("/password-resets/confirmation", operation_id="reset_password")
async def reset_password(said: ResetPassword, request: Request, run: Run) -> DoneView:
    """Set a new password with the token from the mail. Every session of the account ends."""
    await resetting.reset_password(
        run.database,
        token=said.token,
        password=said.password,
        door="trainer",
        address=guards.caller_address(request),
        settings=run.settings,
        now=run.clock.now(),
    )
    return DoneView(state="reset")
