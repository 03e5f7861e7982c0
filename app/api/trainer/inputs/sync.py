"""Many entries in one call. Each item is read for itself, so that a bad one harms no other."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from app.api.trainer.inputs.time import Note
from app.api.words import Line, Moment, Said, Version, instant_of
from app.timesheets.recording import TimeSaid
from app.timesheets.syncing import Item


class SyncItem(Said):
    """An entry as for `record_time`, with its id. `if_version` makes it an edit of that version;
    `deleted` takes it back, and then nothing else is needed."""

    entry_id: UUID
    engagement_id: UUID | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None
    note: Note | None = None
    task_reference: Line | None = None
    if_version: Version | None = None
    deleted: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _complete(self) -> "SyncItem":
        whole = self.engagement_id and self.started_at and self.ended_at
        if not self.deleted and not whole:
            raise PydanticCustomError("missing", "engagement_id, started_at, ended_at are needed")
        return self

    def item(self) -> Item:
        """As the verb takes it. Raises the refusals of `local_times`."""
        if self.deleted:
            return Item(self.entry_id, None)
        assert self.engagement_id is not None
        assert self.started_at is not None
        assert self.ended_at is not None
        said = TimeSaid(
            self.engagement_id,
            instant_of(self.started_at, "/started_at"),
            instant_of(self.ended_at, "/ended_at"),
            self.note,
            self.task_reference,
        )
        return Item(self.entry_id, said, self.if_version)


# What it refers to stands in the door's document already: `record_time` refers to it too.
_SCHEMA = SyncItem.model_json_schema(ref_template="#/components/schemas/{model}")
_ITEM = {key: value for key, value in _SCHEMA.items() if key != "$defs"}


class SyncTime(Said):
    """What the phone logged while it was away, oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "entry_id": "0198c2f0-8a10-7c55-8e0e-1b3c5d7f9a11",
                            "engagement_id": "0198c2f0-7c1e-7b3a-9d55-6a2f4f1b8e01",
                            "started_at": "2026-11-23T09:00:00+01:00",
                            "ended_at": "2026-11-23T12:30:00+01:00",
                        }
                    ]
                }
            ]
        }
    )

    items: Annotated[
        list[Annotated[Any, WithJsonSchema(_ITEM)]], Field(min_length=1, max_length=10_000)
    ]
