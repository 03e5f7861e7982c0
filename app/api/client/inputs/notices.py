"""What a member of a company can say about being told."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.api.words import Said
from app.domain.notices import Audience, Kind, kinds_for
from app.notices.preferences import Wish

_KINDS = [kind.value for kind in kinds_for(Audience.COMPANY)]


def _own(value: str) -> str:
    if value not in _KINDS:
        raise PydanticCustomError("unknown_kind", "This is none of the kinds that concern you")
    return value


OwnKind = Annotated[str, AfterValidator(_own), WithJsonSchema({"type": "string", "enum": _KINDS})]


class NoticeSettingSaid(Said):
    """How to be told of one kind."""

    kind: OwnKind
    email: Annotated[bool, Field(strict=True)]
    push: Annotated[bool, Field(strict=True)]


class SetNoticeSettings(Said):
    """The kinds that you name change; the others stay as they are."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"settings": [{"kind": "position_near", "email": False, "push": False}]}]
        }
    )

    settings: Annotated[list[NoticeSettingSaid], Field(min_length=1, max_length=100)]

    def wishes(self) -> list[Wish]:
        return [Wish(Kind(each.kind), each.email, each.push) for each in self.settings]
