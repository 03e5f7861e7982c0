"""How the story is told: short lines with the numbers, and the chapter they belong to."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console

Json = Mapping[str, Any]


class Teller:
    """Prints a line each, numbered by chapter."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.lines = 0

    def chapter(self, title: str) -> None:
        self._console.print(f"\n[bold]{title}[/bold]")

    def say(self, text: str) -> None:
        self.lines += 1
        self._console.print(f"  {text}", highlight=False, markup=False, soft_wrap=True)


def money(amount: Json) -> str:
    """`1,234.50 USD` from {"minor", "currency"}; every currency of the briefs has two decimals."""
    whole, cents = divmod(int(amount["minor"]), 100)
    return f"{whole:,}.{cents:02d} {amount['currency']}"


def hours(minutes: int) -> str:
    """`12:30 h`."""
    return f"{minutes // 60}:{minutes % 60:02d} h"
