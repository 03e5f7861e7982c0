"""What a trainer can say about hours of hers that are contested."""

from typing import Annotated

from pydantic import ConfigDict, Field

from app.api.words import Prose, Said


class AnswerContest(Said):
    """Your answer, once. The company and operations read it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "These were two answers, one after the other."}]}
    )

    answer: Annotated[Prose, Field(max_length=4_000)]
