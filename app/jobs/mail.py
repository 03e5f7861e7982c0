"""Errands of e-mail."""

from collections.abc import Mapping
from uuid import UUID

from app.companies import mailing
from app.jobs.toolbox import Toolbox
from app.notices import delivering


async def send_verification_mail(tools: Toolbox, payload: Mapping[str, str]) -> None:
    await delivering.deliver_verification(
        tools.database,
        tools.outside.mailer,
        user_id=UUID(payload["user_id"]),
        settings=tools.settings,
        clock=tools.clock,
    )


async def send_password_reset_mail(tools: Toolbox, payload: Mapping[str, str]) -> None:
    await delivering.deliver_reset(
        tools.database,
        tools.outside.mailer,
        user_id=UUID(payload["user_id"]),
        settings=tools.settings,
        clock=tools.clock,
    )


async def send_step_up_mail(tools: Toolbox, payload: Mapping[str, str]) -> None:
    await delivering.deliver_code(
        tools.database,
        tools.outside.mailer,
        user_id=UUID(payload["user_id"]),
        settings=tools.settings,
        clock=tools.clock,
    )


async def send_member_invitation(tools: Toolbox, payload: Mapping[str, str]) -> None:
    await mailing.deliver_invitation(
        tools.database,
        tools.outside.mailer,
        invitation_id=UUID(payload["invitation_id"]),
        settings=tools.settings,
        clock=tools.clock,
    )
