"""Style is a test: limits, names, time, money, and what no file of the project may say.

Each check is a function from one file to its breaches, so that a planted breach can show that the
check bites.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.walls import sources
from tests.walls.sources import Source

Check = Callable[[Source], Iterator[str]]
LINES_A_FILE, LINES_A_FUNCTION, COLUMNS, POSITIONAL = 400, 70, 100, 5
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc", "manager", "dto"}

# Real time on purpose: a signature's age, another process's idle time, a person's authenticator.
REAL_TIME = {
    "app/kit/clock.py",
    "app/gateways/signed_tokens.py",
    "app/gateways/stripe/notices.py",
    "app/simulators/stripe/clock.py",
    "app/simulators/stripe/couriers.py",
    "app/demo/clients.py",
}
_CLOCKS = {"datetime": {"now", "utcnow", "today"}, "date": {"today"}, "time": {"time", "time_ns"}}
_MONEY = re.compile(
    r"(^|_)(minor|money|amount|price|fee|fees|budget|bill|billed|pay|paid|earned|rate|rates|bps|"
    r"margin|tax|vat|net|gross|balance|owed|due|funded|credit|debit)(_|$)"
)
_SUPPRESSION = re.compile(
    r"#\s*(noqa\b(?P<codes>:[ A-Z0-9,]+)?|type:\s*ignore(\[[\w ,-]+\])?)(?P<rest>.*)"
)
# Codes that say the reason themselves: a wrong type is planted, an import registers rows.
_SPEAKING = {
    "F401", "arg-type", "attr-defined", "call-overload", "call-arg", "method-assign", "misc",
    "no-untyped-def",
    "override",
}  # fmt: skip


def too_long(source: Source) -> Iterator[str]:
    count = len(source.text.splitlines())
    if count > LINES_A_FILE:
        yield f"{count} lines"


def too_wide(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if len(line) > COLUMNS and not _SUPPRESSION.search(line):
            yield f"{number}: {len(line)} columns"


def _functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def long_functions(source: Source) -> Iterator[str]:
    for function in _functions(source):
        assert function.end_lineno is not None
        first = min([function.lineno, *(d.lineno for d in function.decorator_list)])
        if function.end_lineno - first + 1 > LINES_A_FUNCTION:
            yield f"{function.lineno}: {function.name} has {function.end_lineno - first + 1} lines"


def many_positional(source: Source) -> Iterator[str]:
    for function in _functions(source):
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        count = len(names) - (names[:1] in (["self"], ["cls"]))
        if count > POSITIONAL:
            yield f"{function.lineno}: {function.name} takes {count} positional parameters"


def vague_names(source: Source) -> Iterator[str]:
    for part in PurePosixPath(source.path).with_suffix("").parts:
        if part.lower() in VAGUE:
            yield f"{part} says nothing"


def charters(source: Source) -> Iterator[str]:
    if not source.path.endswith("__init__.py"):
        return
    if len(ast.get_docstring(source.tree) or "") < 20:
        yield "a package needs its charter: what it is for, owns, guarantees, never does"
    if len(source.tree.body) > 1:
        yield "a package file holds the charter and nothing else"


def own_clocks(source: Source) -> Iterator[str]:
    if source.path in REAL_TIME:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else (
                node.value.attr if isinstance(node.value, ast.Attribute) else ""
            )  # fmt: skip
            if node.attr in _CLOCKS.get(owner, ()):
                yield f"{node.lineno}: {owner}.{node.attr}, but all time comes from kit.clock"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for name in node.names:
                if name.name in _CLOCKS["time"]:
                    yield f"{node.lineno}: time.{name.name}, but all time comes from kit.clock"


def float_money(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.AnnAssign | ast.arg):
            target = node.arg if isinstance(node, ast.arg) else _name(node.target)
            shape = node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            target, shape = node.name, node.returns
        elif isinstance(node, ast.Assign) and _calls_float(node.value):
            target, shape = _name(node.targets[0]), node.value
        else:
            continue
        if shape is not None and _MONEY.search(target) and _mentions_float(shape):
            yield f"{getattr(node, 'lineno', '?')}: {target} is money and a float"


def _name(target: ast.expr) -> str:
    return getattr(target, "attr", None) or getattr(target, "id", "")


def _calls_float(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and _name(value.func) == "float"


def _mentions_float(shape: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "float" for n in ast.walk(shape))


def hidden_imports(source: Source) -> Iterator[str]:
    for function in _functions(source):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield f"{node.lineno}: an import inside {function.name}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.alias):
            name = node.id if isinstance(node, ast.Name) else node.name
            if name == "TYPE_CHECKING":
                yield f"{node.lineno}: a TYPE_CHECKING import is an import"


def late_annotations(source: Source) -> Iterator[str]:
    """FastAPI reads annotations when a route is declared; strings would hide its types."""
    for node in source.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            yield f"{node.lineno}: from __future__ import"


def unexplained(source: Source) -> Iterator[str]:
    """Every suppression names its rule, and says why unless the rule's name does."""
    for number, line in enumerate(source.text.splitlines(), 1):
        found = _SUPPRESSION.search(line)
        if not found or '"' in line[found.start() :]:
            continue
        named = (found["codes"] or found[3] or "").strip(":[] ")
        rules = {rule for rule in re.split(r"[ ,]+", named) if rule}
        if not rules:
            yield f"{number}: a suppression without its rule"
        elif not rules & _SPEAKING and len(found["rest"].strip(" –-#")) < 8:
            yield f"{number}: {', '.join(sorted(rules))} without a reason"


def promises(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))", line):
            yield f"{number}: a promise without the number of its issue"


EVERYWHERE: tuple[Check, ...] = (
    too_long, too_wide, long_functions, many_positional, vague_names, late_annotations, promises,
    unexplained,
)  # fmt: skip
IN_APP: tuple[Check, ...] = (*EVERYWHERE, charters, own_clocks, float_money, hidden_imports)


def breaches(files: tuple[Source, ...], checks: tuple[Check, ...]) -> list[str]:
    own = "tests/walls/test_tidy.py"  # holds the planted breaches
    return [
        f"{source.path}: {breach}"
        for source in files
        for check in checks
        if not (source.path == own and check in (promises, unexplained))
        for breach in check(source)
    ]


def test_the_application_is_tidy() -> None:
    found = breaches(sources.python("app"), IN_APP)
    assert not found, "\n".join(found)


def test_tests_and_migrations_are_tidy() -> None:
    found = breaches(sources.python("tests", "migrations"), EVERYWHERE)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("check", "text", "path"),
    [
        (too_long, "x = 1\n" * 401, "app/a.py"),
        (too_wide, "x = '" + "y" * 100 + "'", "app/a.py"),
        (long_functions, "def f():\n" + "    x = 1\n" * 70, "app/a.py"),
        (many_positional, "def f(a, b, c, d, e, f): ...", "app/a.py"),
        (many_positional, "class A:\n    async def f(self, a, b, c, d, e, f): ...", "app/a.py"),
        (vague_names, "", "app/hiring/utils.py"),
        (vague_names, "", "app/common/words.py"),
        (charters, "", "app/hiring/__init__.py"),
        (charters, '"""A charter that says enough."""\nimport app.kit.ids', "app/a/__init__.py"),
        (own_clocks, "from datetime import datetime\nx = datetime.now(UTC)", "app/a.py"),
        (own_clocks, "import datetime as d, datetime\nx = datetime.datetime.utcnow()", "app/a.py"),
        (own_clocks, "import time\ndefault = time.time", "app/a.py"),
        (own_clocks, "from time import time", "app/a.py"),
        (float_money, "def pay(minutes: int) -> float: ...", "app/a.py"),
        (float_money, "class A:\n    bill_minor: float | None", "app/a.py"),
        (float_money, "fee = float(row.fee)", "app/a.py"),
        (hidden_imports, "def f():\n    import os", "app/a.py"),
        (hidden_imports, "from typing import TYPE_CHECKING", "app/a.py"),
        (late_annotations, "from __future__ import annotations", "app/a.py"),
        (unexplained, "x = 1  # noqa", "app/a.py"),
        (unexplained, "x = 1  # noqa: S608", "app/a.py"),
        (unexplained, "x = 1  # type: ignore", "app/a.py"),
        (promises, "# TODO later", "app/a.py"),
    ],
)  # fmt: skip
def test_each_check_bites(check: Check, text: str, path: str) -> None:
    assert list(check(Source(path, text)))


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (own_clocks, "now = clock.now()\nstarted = time.perf_counter()"),
        (many_positional, "class A:\n    def f(self, a, b, c, d, e, *, f): ..."),
        (float_money, "timeout_s: float = 3\nparsed = float('1')"),
        (unexplained, "x = 1  # noqa: S608 – the table's name is our own constant"),
        (promises, "# TODO(#12): weeks of leap seconds"),
        (charters, '"""Money out: owns payouts, guarantees one transfer each."""'),
    ],
)
def test_no_check_cries_wolf(check: Check, text: str) -> None:
    assert list(check(Source("app/hiring/offering.py", text))) == []
