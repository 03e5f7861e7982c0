"""`lehrwerk bench`."""

import asyncio
import shutil
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import asyncpg
import typer

from app.bench import hours, payouts, postings, proving
from app.cli import places
from app.cli.options import DataDir, settings_of
from app.kit.db import connect
from app.kit.postgres import binaries
from migrations.running import upgrade

_NAME = "lehrwerk_bench"


class Bench(StrEnum):
    """What can be measured."""

    TIME = "time"
    BOOKS = "books"
    LEDGER = "ledger"
    PAYOUTS = "payouts"


def command(
    name: Annotated[Bench, typer.Argument(help="What to measure.")],
    entries: Annotated[
        int | None,
        typer.Option(
            help="Entries that are there before: of time (1,000), of the ledger (1,000,000); for "
            "payouts, the trainers to pay (5,000).",
            min=0,
            max=100_000_000,
        ),
    ] = None,
    seconds: Annotated[int, typer.Option(help="Length of a round.", min=1, max=60)] = 8,
    data_dir: DataDir = None,
) -> None:
    """Measure this machine: each figure beside the floor of the bare database, in one run.

    Works in a database of its own, made and dropped on the server that DATABASE_URL or the data
    folder names. `time`: the hot path of hours, two API processes, 16 connections. `books`: the
    proof of every identity, beside one scan of the tables that it reads. `ledger`: postings on one
    hot account, beside pgbench inserting the same rows. `payouts`: a run against the simulator at
    Stripe's limit, and what other doors notice of it.
    """
    settings = settings_of(data_dir)
    with places.database_url(settings) as url:
        scratch = urlsplit(url)._replace(path=f"/{_NAME}").geturl()
        asyncio.run(_made(url, scratch))
        try:
            lines = _measure(name, scratch, entries, seconds, settings.data_dir)
        finally:
            asyncio.run(_dropped(url))
    typer.echo("\n".join(lines))


def _measure(
    name: Bench, scratch: str, entries: int | None, seconds: int, data_dir: Path
) -> list[str]:
    def tell(what: str) -> None:
        typer.echo(what, err=True)

    match name:
        case Bench.TIME:
            return hours.run(
                scratch, pgbench=_pgbench(data_dir), entries=1_000 if entries is None else entries,
                seconds=seconds, tell=tell,
            )  # fmt: skip
        case Bench.BOOKS:
            return proving.run(
                scratch, entries=1_000_000 if entries is None else entries, tell=tell
            )
        case Bench.PAYOUTS:
            return payouts.run(scratch, trainers=5_000 if entries is None else entries, tell=tell)
        case Bench.LEDGER:
            return postings.run(scratch, pgbench=_pgbench(data_dir), seconds=seconds, tell=tell)


def _pgbench(data_dir: Path) -> Path:
    bundled = binaries.find(data_dir, binaries.server_user()) / "pgbench"
    found = bundled if bundled.exists() else shutil.which("pgbench")
    if found is None:
        typer.echo("pgbench is missing: it comes with PostgreSQL's contrib package.", err=True)
        raise typer.Exit(places.NO_DATABASE)
    return Path(found)


async def _made(url: str, scratch: str) -> None:
    await _dropped(url)
    server = await asyncpg.connect(url)
    try:
        await server.execute(f"CREATE DATABASE {_NAME}")
    finally:
        await server.close()
    database = connect(scratch, application="lehrwerk-bench")
    try:
        await upgrade(database)
    finally:
        await database.close()


async def _dropped(url: str) -> None:
    server = await asyncpg.connect(url)
    try:
        await server.execute(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)")
    finally:
        await server.close()
