"""`lehrwerk serve`."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli import serving
from app.cli.options import DataDir, settings_of
from app.domain import time_zones


def command(
    port: Annotated[int, typer.Option(help="Port of the API.", min=1, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    data_dir: DataDir = None,
    stripe_log: Annotated[
        Path | None,
        typer.Option(help="Write the Stripe simulator's traffic here, a JSON line per exchange."),
    ] = None,
) -> None:
    """Start the API. Without settings: everything that one machine needs.

    That is an embedded PostgreSQL, migrations, the worker, a Stripe simulator whose webhooks
    arrive, and the development clock. With DATABASE_URL, LEHRWERK_ENVIRONMENT=production and
    Stripe keys it starts the API alone; run `lehrwerk migrate` and `lehrwerk worker` beside it.
    Ends cleanly on SIGTERM.
    """

    def ready(address: str, stripe: str | None) -> None:
        typer.echo(f"Lehrwerk answers at {address}")
        typer.echo(f"Time zones: tzdata {time_zones.edition()}")
        for door in ("client", "trainer", "finance", "operations"):
            typer.echo(f"  {door:<10} {address}/{door}/v1/docs")
        if stripe:
            typer.echo(f"Stripe simulator at {stripe} (not Stripe, no money moves)")
            typer.echo(f'Clock: POST {address}/_dev/clock/advance {{"seconds": 86400}}')

    serving.serve(settings_of(data_dir), host=host, port=port, stripe_log=stripe_log, ready=ready)
