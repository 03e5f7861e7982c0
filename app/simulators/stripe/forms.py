"""Form bodies and query strings the way Stripe reads them: `a[b][c]=`, `a[0]=`, `a[]=`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from app.simulators.stripe.refusals import Invalid

PARTS = re.compile(r"\[([^\[\]]*)\]")
MOST_FIELDS = 2000
DEEPEST = 12


def decode(text: str) -> dict[str, Any]:
    """A nested dict of strings, lists and dicts; lists stay in the order of their indexes."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as problem:
        raise Invalid("Invalid request body: not a form that can be decoded.") from problem
    tree: dict[str, Any] = {}
    for name, value in pairs:
        _plant(tree, _path(name), value, name)
    return {key: _settle(value) for key, value in tree.items()}


def _path(name: str) -> list[str]:
    head, bracket, _ = name.partition("[")
    rest = name[len(head) :]
    parts = PARTS.findall(rest)
    if (
        not head
        or "]" in head
        or "".join(f"[{part}]" for part in parts) != rest
        or len(parts) > DEEPEST
    ):
        raise Invalid(f"Invalid parameter name: {name[:100]}", param=name[:100])
    return [head, *parts] if bracket else [head]


def _plant(tree: dict[str, Any], path: list[str], value: str, name: str) -> None:
    node = tree
    for part in path[:-1]:
        key = part or str(len(node))
        child = node.setdefault(key, {})
        if not isinstance(child, dict):
            raise Invalid(f"Invalid parameter name: {name[:100]}", param=name[:100])
        node = child
    leaf = path[-1] or str(len(node))
    if isinstance(node.get(leaf), dict):
        raise Invalid(f"Invalid parameter name: {name[:100]}", param=name[:100])
    node[leaf] = value


def _settle(value: Any) -> Any:
    """A dict whose keys are all indexes is a list."""
    if not isinstance(value, dict):
        return value
    settled = {key: _settle(child) for key, child in value.items()}
    if settled and all(re.fullmatch(r"\d{1,4}", key) for key in settled):
        return [settled[key] for key in sorted(settled, key=int)]
    return settled
