"""What every job handler is given."""

from dataclasses import dataclass

from app.gateways.outside import Outside
from app.kit.clock import Clock
from app.kit.db import Database
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Toolbox:
    settings: Settings
    database: Database
    clock: Clock
    outside: Outside
