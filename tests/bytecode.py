"""Let the processes of one test run share their bytecode, whatever the environment says.

Where Python is told to write none, each of them – pytest's workers, the servers and workers that
tests start and kill, the demo – compiles everything anew, which takes a core four seconds a time.
"""

import os
import sys
from pathlib import Path

if sys.dont_write_bytecode:
    folder = str(Path(__file__).parents[1] / ".bytecode")
    sys.dont_write_bytecode, sys.pycache_prefix = False, folder
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = folder
