"""The command line."""

import typer

app = typer.Typer(
    name="lehrwerk",
    help="Lehrwerk: matches AI companies with experts, tracks hours up to caps, pays once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """See `lehrwerk COMMAND --help`."""


def main() -> None:
    """Entry point of the `lehrwerk` command."""
    app()
