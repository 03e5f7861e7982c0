"""`lehrwerk create-staff`."""

import asyncio
import json
from typing import Annotated

import typer

from app.cli import places, staff
from app.cli.options import DataDir, settings_of
from app.identity.staff import StaffRole


def command(
    email: Annotated[str, typer.Option(help="The address they sign in with.")],
    role: Annotated[StaffRole, typer.Option(help="Which door they use.")],
    password: Annotated[
        str | None, typer.Option(help="At least 12 characters; made up when left out.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Open a staff account and print its JSON once: email, role, password, totp_secret.

    The second factor is asked for at every sign-in: put the secret into an authenticator app.
    Exit code 5: this address is already taken.
    """
    settings = settings_of(data_dir)
    with places.database_url(settings) as url:
        created = asyncio.run(staff.create(settings, url, email, role, password))
    if created is None:
        typer.echo("This address already has a staff account.", err=True)
        raise typer.Exit(5)
    typer.echo(json.dumps(created))
