"""The `lehrwerk` command. Its commands are imported only when they are called: a short one must
not pay for the whole application."""

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = (
    "demo",
    "serve",
    "worker",
    "migrate",
    "create-staff",
    "books",
    "openapi",
    "stripe-sim",
    "bench",
)


class _Commands(TyperGroup):
    """Looks a command up in `app.cli.commands` by its name."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        # The contracts see these modules anyway: they lie in this room.
        module = importlib.import_module(  # noqa: TID251 – see the docstring of this file
            f"app.cli.commands.{cmd_name.replace('-', '_')}"
        )
        one = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
        one.command(cmd_name, context_settings={"help_option_names": ["-h", "--help"]})(
            module.command
        )
        found = typer.main.get_command(one)
        found.name = cmd_name
        return found


app = typer.Typer(
    name="lehrwerk",
    cls=_Commands,
    help="Lehrwerk: matches AI companies with experts, tracks hours up to caps, pays once.\n\n"
    "Start with `lehrwerk demo` (a whole deal in a minute) or `lehrwerk serve` (a whole "
    "installation on this machine; nothing to set).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root() -> None:
    """Overridden by the help above."""


def main() -> None:
    """Entry point of the `lehrwerk` command."""
    app()


if __name__ == "__main__":
    main()
