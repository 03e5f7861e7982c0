"""What you were told, how you want to be told, and your phones."""

from typing import Any
from uuid import UUID

from fastapi import Request

from app.api.door import Language, Now, Run, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.api.trainer.actor import Caller
from app.api.trainer.inputs.notices import RegisterDevice, SetNoticeSettings
from app.api.trainer.views.notices import (
    DeviceView,
    NoticeSettingsView,
    NoticeView,
    device_view,
    notice_view,
    settings_view,
)
from app.notices import devices, preferences, queries

ROUTER = router("notices")


@ROUTER.get("/notices", operation_id="list_notices", response_model=Listed[NoticeView])
async def list_notices(
    request: Request, page: PageAsked, caller: Caller, session: Session, language: Language
) -> dict[str, Any]:
    """What you were told, newest first, in your language: the same as by e-mail and push."""
    found = await queries.list_notices(session, caller, page)
    return listed(request, found, lambda notice: notice_view(notice, language))


@ROUTER.get("/notice-settings", operation_id="get_notice_settings")
async def get_notice_settings(caller: Caller, session: Session) -> NoticeSettingsView:
    """How you are told of each kind. Everything is in `list_notices`, whatever is set here."""
    return settings_view(await preferences.wishes_of(session, caller))


@ROUTER.put("/notice-settings", operation_id="set_notice_settings")
async def set_notice_settings(
    said: SetNoticeSettings, caller: Caller, session: Session
) -> NoticeSettingsView:
    """Turn e-mail or push of the named kinds on or off, for what happens from now on."""
    await preferences.set_wishes(session, caller, said.wishes())
    return settings_view(await preferences.wishes_of(session, caller))


@ROUTER.post("/devices", operation_id="register_device", status_code=201)
async def register_device(
    said: RegisterDevice, caller: Caller, session: Session, run: Run, now: Now
) -> DeviceView:
    """Send push messages to this phone too. The same token again answers the same phone; of more
    than twenty the oldest is forgotten. Register again whenever the phone gets a new token."""
    found = await devices.register(
        session, caller, platform=said.platform, token=said.token, settings=run.settings, now=now
    )
    return device_view(found)


@ROUTER.get("/devices", operation_id="list_devices", response_model=Listed[DeviceView])
async def list_devices(
    request: Request, page: PageAsked, caller: Caller, session: Session
) -> dict[str, Any]:
    """Your phones, newest first, without their tokens."""
    return listed(request, await devices.list_devices(session, caller, page), device_view)


@ROUTER.delete("/devices/{device_id}", operation_id="remove_device", status_code=204)
async def remove_device(device_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """Send no more push messages to this phone, and forget its token. Again changes nothing."""
    await devices.remove(session, caller, device_id, now=now)
