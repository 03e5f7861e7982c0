"""`lehrwerk openapi`: the doors' documents as files, and the check that they have not drifted."""

import json
from pathlib import Path
from typing import Any

from app.main import DOORS, make_runtime
from app.settings import Settings

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"  # documents need no database


def documents(settings: Settings) -> dict[str, dict[str, Any]]:
    """The OpenAPI document of each door by its name."""
    runtime = make_runtime(settings, url=NOWHERE)
    return {name: build(runtime).openapi() for name, build in DOORS.items()}


def text_of(document: dict[str, Any]) -> str:
    """The document as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def drift(settings: Settings, folder: Path) -> list[str]:
    """Names of the doors whose committed document differs."""
    drifted = []
    for name, document in documents(settings).items():
        file = folder / f"{name}.json"
        if not file.exists() or file.read_text(encoding="utf-8") != text_of(document):
            drifted.append(name)
    return drifted


def write(settings: Settings, folder: Path) -> list[Path]:
    """Write every document; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, document in documents(settings).items():
        file = folder / f"{name}.json"
        file.write_text(text_of(document), encoding="utf-8")
        written.append(file)
    return written
