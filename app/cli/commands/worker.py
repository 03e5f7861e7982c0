"""`lehrwerk worker`."""

from app.cli import serving
from app.cli.options import DataDir, settings_of


def command(data_dir: DataDir = None) -> None:
    """Run jobs and what falls due by the clock; as many processes as you like."""
    serving.work(settings_of(data_dir))
