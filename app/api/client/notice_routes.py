"""What you were told, and how you want to be told."""

from typing import Any

from fastapi import Request

from app.api.client.actor import Caller
from app.api.client.inputs.notices import SetNoticeSettings
from app.api.client.views.notices import (
    NoticeSettingsView,
    NoticeView,
    notice_view,
    settings_view,
)
from app.api.door import Language, Session, router
from app.api.paging import Listed, PageAsked, listed
from app.notices import preferences, queries

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
