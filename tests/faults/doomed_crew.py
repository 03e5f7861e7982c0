"""Workers that are killed at any moment and replaced at once, cheap to start."""

import asyncio
import signal
from dataclasses import dataclass
from pathlib import Path

from app.jobs import worker
from app.main import make_runtime, toolbox_of
from app.settings import Settings


@dataclass(frozen=True)
class Place:
    """Where to work."""

    url: str
    stripe: str
    key: str
    data_dir: str


def work(place: Place) -> None:
    """Entry point of the process; until SIGTERM or SIGKILL."""
    asyncio.run(_work(place))


async def _work(place: Place) -> None:
    settings = Settings(
        data_dir=Path(place.data_dir),
        allow_async_commit=True,
        stripe_api_base=place.stripe,
        stripe_key=place.key,  # type: ignore[arg-type]
        job_heartbeat_s=1.0,
        # Opening connections is most of what a start costs, and nobody lives long here.
        database_pool_size=2,
    )
    runtime = make_runtime(settings, url=place.url)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await worker.run(toolbox_of(runtime), stop, url=place.url)
