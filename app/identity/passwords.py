"""Hashing passwords: Argon2id at OWASP's minimum, in two threads and no more.

A hash takes about 40 ms of a core and 19 MiB. Two threads bound what a flood of sign-ins can take
from everybody else, and the event loop never waits for one.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from prometheus_client import Counter
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

_HASHER = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
# A flood of guesses shows here first; each one is 40 ms of a core.
CHECKED = Counter("lehrwerk_password_checks_total", "Passwords compared with a hash.")
_THREADS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
# Of a random password that nobody knows: verifying against it costs what a real one costs.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$WMOA+aC/6JrchgIENPyj5g$qe2+aqQGaA/T9G+ppglZp6zRX0XarXQDL/R3tWEFmbk"
)


async def hash_password(plain: str) -> str:
    """The hash to store, with its salt and parameters in it."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, plain)


async def verify(plain: str, stored: str | None) -> bool:
    """Whether `plain` is the password; None (no such user) costs the same and is never true."""
    CHECKED.inc()
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, plain, stored)


def _verify(plain: str, stored: str | None) -> bool:
    if stored is not None:
        try:
            return _HASHER.verify(plain, stored)
        except UnknownHashError:
            pass
    _HASHER.verify(plain, _NOBODY)
    return False
