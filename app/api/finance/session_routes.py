"""Signing in and out."""

from fastapi import Request

from app.api import door, guards
from app.api.door import Now, Run, Session
from app.api.finance.inputs.sessions import ConfirmSecondFactor, RefreshSession, SignIn
from app.api.finance.views.sessions import SecondFactorView, SignedInView, session_view
from app.identity import sessions, signing_in, step_up

routes = door.router("Sessions")


@routes.post("/sessions", operation_id="sign_in", status_code=201)
async def sign_in(said: SignIn, request: Request, run: Run) -> SignedInView:
    """Start a session with the second factor. The access token lasts minutes; refresh it in time.

    Wrong data are 401 `sign_in_refused`, whatever was wrong. Too many failures are 429 with
    `Retry-After`, for a quarter of an hour at most.
    """
    tokens = await signing_in.sign_in(
        run.database,
        door="finance",
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
        door="finance",
        settings=run.settings,
        now=run.clock.now(),
    )
    return SignedInView(session=session_view(tokens))


@routes.post(
    "/sessions/current/second-factor", operation_id="confirm_second_factor", status_code=201
)
async def confirm_second_factor(
    said: ConfirmSecondFactor, request: Request, run: Run
) -> SecondFactorView:
    """Show a code again. What moves money asks for it (403 `fresh_second_factor_needed`) once the
    last one is too old; signing in counts. Five wrong ones are 429 for a quarter of an hour."""
    fresh_until = await step_up.confirm(
        run.database, guards.bearer(request), said.otp, settings=run.settings, clock=run.clock
    )
    return SecondFactorView(fresh_until=fresh_until)


@routes.delete("/sessions/current", operation_id="sign_out", status_code=204)
async def sign_out(request: Request, session: Session, now: Now) -> None:
    """End this session: its access and refresh tokens are worth nothing at once."""
    await sessions.sign_out(session, access_token=guards.bearer(request), now=now)
