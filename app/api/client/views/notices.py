"""What is seen of notices at this door."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from app.api.words import Seen
from app.domain.notices import Audience, kinds_for
from app.notices import wording
from app.notices.preferences import Wish
from app.notices.queries import NoticeFacts

# Only the kinds of this door: another's would tell what this reader must not know.
OwnKind = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "enum": [kind.value for kind in kinds_for(Audience.COMPANY)]}
    ),
]


class NoticeView(Seen):
    """Something that you were told, with the words of the e-mail and the push message."""

    id: UUID
    kind: OwnKind
    title: str
    text: str
    about: str = Field(description="The noun that `about_id` is the id of.")
    about_id: UUID
    deadline_at: datetime | None = Field(description="By when to act, if there is something to do.")
    created_at: datetime


class NoticeSettingView(Seen):
    """How you are told of one kind. Where it is `mandatory`, its e-mail cannot be turned off."""

    kind: OwnKind
    email: bool
    push: bool
    mandatory: bool


class NoticeSettingsView(Seen):
    settings: list[NoticeSettingView]


def notice_view(facts: NoticeFacts, language: str) -> NoticeView:
    words = wording.words_of(facts.kind, facts.facts, facts.deadline_at, language)
    return NoticeView(
        id=facts.id,
        kind=facts.kind,
        title=words.title,
        text=words.text,
        about=facts.about,
        about_id=facts.about_id,
        deadline_at=facts.deadline_at,
        created_at=facts.created_at,
    )


def settings_view(wishes: list[Wish]) -> NoticeSettingsView:
    return NoticeSettingsView(
        settings=[
            NoticeSettingView(
                kind=each.kind, email=each.email, push=each.push, mandatory=each.mandatory
            )
            for each in wishes
        ]
    )
