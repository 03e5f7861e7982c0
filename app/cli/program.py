"""The commands. Each one is a few lines; what they do stands beside this file."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.cli import documents, places, proof, serving, simulator, staff
from app.demo import playing
from app.demo.brief import shipped
from app.identity.staff import StaffRole
from app.kit import logs
from app.settings import Settings
from migrations.running import upgrade

app = typer.Typer(
    name="lehrwerk",
    help="Lehrwerk: matches AI companies with experts, tracks hours up to caps, pays once.\n\n"
    "Start with `lehrwerk demo` (a whole deal in a minute) or `lehrwerk serve` (a whole "
    "installation on this machine; nothing to set).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Folder that holds everything a run keeps. Default .lehrwerk; two runs with two "
        "folders do not meet.",
        envvar="LEHRWERK_DATA_DIR",
    ),
]
console = Console(stderr=True)


def _settings(data_dir: Path | None) -> Settings:
    settings = places.read_settings(data_dir)
    logs.set_up(settings.log_format)
    return settings


@app.command()
def serve(
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
        for door in ("client", "trainer", "finance", "operations"):
            typer.echo(f"  {door:<10} {address}/{door}/v1/docs")
        if stripe:
            typer.echo(f"Stripe simulator at {stripe} (not Stripe, no money moves)")
            typer.echo(f'Clock: POST {address}/_dev/clock/advance {{"seconds": 86400}}')

    serving.serve(_settings(data_dir), host=host, port=port, stripe_log=stripe_log, ready=ready)


@app.command()
def worker(data_dir: DataDir = None) -> None:
    """Run jobs and what falls due by the clock; as many processes as you like."""
    serving.work(_settings(data_dir))


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database's schema to this version. Safe to repeat."""

    async def run(url: str) -> None:
        async with places.opened(url) as database:
            await upgrade(database)

    settings = _settings(data_dir)
    with places.database_url(settings) as url, console.status("migrating"):
        asyncio.run(run(url))
    typer.echo("The schema is up to date.")


@app.command()
def openapi(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 when a file differs.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the files lie.")] = Path("openapi"),
) -> None:
    """Write the four doors' OpenAPI documents, or check that the files have not drifted."""
    settings = Settings()
    if not check:
        for file in documents.write(settings, folder):
            typer.echo(f"wrote {file}")
        return
    drifted = documents.drift(settings, folder)
    if drifted:
        typer.echo(f"Drifted: {', '.join(drifted)}. Run `lehrwerk openapi` and commit.", err=True)
        raise typer.Exit(1)
    typer.echo("The committed documents are what the code says.")


@app.command("stripe-sim")
def stripe_sim(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)],
    log: Annotated[Path | None, typer.Option(help="Traffic log, a JSON line each.")] = None,
    state: Annotated[Path | None, typer.Option(help="File that keeps its state.")] = None,
    notify: Annotated[
        str | None, typer.Option(help="Lehrwerk's address, whose letterbox gets the webhooks.")
    ] = None,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """Run the Stripe simulator alone. It is not Stripe and refuses live keys."""
    simulator.run_here(
        Settings(), port=port, log=log, state=state, notify=notify, with_parent=with_parent
    )


@app.command()
def books(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Prove the books: every identity, or the rows that break it.

    Exit code 0 only if every identity holds; 1 otherwise.
    """
    settings = _settings(data_dir)
    with places.database_url(settings) as url:
        identities = asyncio.run(proof.prove(url))
    typer.echo(proof.as_json(identities) if as_json else proof.as_table(identities))
    if not all(identity.holds for identity in identities):
        raise typer.Exit(1)


@app.command()
def demo(
    brief: Annotated[
        Path | None,
        typer.Option(help=f"A brief of your own (JSON), or one of: {', '.join(shipped())}."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the invoice and the exports go.")] = Path(
        "out/demo"
    ),
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the installation up, sign-ins printed.")
    ] = False,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the installation; a throw-away one if left out.")
    ] = None,
) -> None:
    """Play a whole deal on an empty machine, over HTTP, and prove the books.

    A company posts, a doctor applies, is matched with reasons, hired, works up to her cap, is
    approved, invoiced, collected and paid. Then every request is sent a second time.
    Exit code 0: told and proved; 1: something broke; 2: the brief cannot be read.
    """
    raise typer.Exit(playing.play(brief, out=out, keep=keep, data_dir=data_dir))


@app.command("create-staff")
def create_staff(
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
    settings = _settings(data_dir)
    with places.database_url(settings) as url:
        created = asyncio.run(staff.create(settings, url, email, role, password))
    if created is None:
        typer.echo("This address already has a staff account.", err=True)
        raise typer.Exit(5)
    typer.echo(json.dumps(created))


def main() -> None:
    """Entry point of the `lehrwerk` command."""
    app()


if __name__ == "__main__":
    main()
