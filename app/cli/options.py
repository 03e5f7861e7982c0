"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import places
from app.kit import logs
from app.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder that holds everything a run keeps. Default .lehrwerk; two runs with two "
        "folders do not meet.",
        envvar="LEHRWERK_DATA_DIR",
    ),
]


def settings_of(data_dir: Path | None) -> Settings:
    """The settings, with logging set up by them."""
    settings = places.read_settings(data_dir)
    logs.set_up(settings.log_format)
    return settings
