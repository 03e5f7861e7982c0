"""Parameters checked against the typed parameters that Stripe ships with its own SDK.

This is the only file of the simulator that imports `stripe`, and it takes nothing but types: names,
requiredness, kinds and enumerations. What Stripe knows and the simulator does not act on is
refused by name, so that nobody takes silence for an effect.
"""

import functools
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import typing_extensions
from stripe import RequestOptions, params
from stripe.params import checkout
from stripe.params.v2 import core

from app.simulators.stripe.refusals import Invalid

# Names that the SDK imports for type checkers only and that its annotations mention.
HIDDEN_NAMES = {"Mapping": Mapping, "StripeContext": str}
MODULES = {"": params, "checkout": checkout, "v2.core": core}
INTEGER = re.compile(r"-?\d{1,18}")
LONGEST_STRING = 5000


@dataclass(frozen=True)
class Shape:
    """The parameters of one endpoint.

    `simulated` lists dotted names (list indexes left out) that have an effect or are recorded;
    a name covers everything below it.
    """

    name: str
    simulated: tuple[str, ...]

    def read(self, raw: Mapping[str, Any], *, as_text: bool) -> dict[str, Any]:
        """The typed parameters; raises Invalid in Stripe's words."""
        reader = _Reader(as_text)
        typed = reader.hash(_hints(self.name), raw, "")
        for path in _leaves(typed, ""):
            if not any(path == known or path.startswith(known + ".") for known in self.simulated):
                raise Invalid(
                    f"This simulator does not act on the parameter '{path}' and refuses it rather "
                    "than ignoring it.",
                    code="parameter_not_simulated",
                    param=path,
                )
        return typed


@functools.cache
def _hints(name: str) -> type:
    module, _, class_name = name.rpartition(".")
    found = getattr(MODULES[module], class_name)
    assert isinstance(found, type)
    return found


@functools.cache
def _fields(shape: type) -> tuple[dict[str, Any], frozenset[str]]:
    """The hints of a TypedDict by name, and the names that must be there."""
    hints = typing_extensions.get_type_hints(shape, localns=HIDDEN_NAMES, include_extras=True)
    options = RequestOptions.__annotations__ if _has_options(shape) else {}
    known = {name: hint for name, hint in hints.items() if name not in options}
    required: frozenset[str] = getattr(shape, "__required_keys__", frozenset())
    return known, required & known.keys()


def _has_options(shape: type) -> bool:
    return RequestOptions in getattr(shape, "__orig_bases__", ())


def _leaves(value: Any, path: str) -> list[str]:
    if isinstance(value, dict):
        below = [
            leaf
            for key, child in value.items()
            for leaf in _leaves(child, f"{path}.{key}" if path else key)
        ]
        return below or ([path] if path else [])
    if isinstance(value, list):
        return [leaf for child in value for leaf in _leaves(child, path)] or [path]
    return [path]


def _is_text(value: str) -> bool:
    """No NUL and no lone surrogate."""
    try:
        return b"\x00" not in value.encode()
    except UnicodeEncodeError:
        return False


class _Reader:
    def __init__(self, as_text: bool) -> None:
        self.as_text = as_text

    def hash(self, shape: type, raw: Any, where: str) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raise Invalid("Invalid object", param=where or None)
        known, required = _fields(shape)
        read: dict[str, Any] = {}
        for name, value in raw.items():
            inner = f"{where}[{name}]" if where else str(name)
            if name not in known:
                raise Invalid(
                    f"Received unknown parameter: {inner}", code="parameter_unknown", param=inner
                )
            if value is None and not self.as_text:
                continue
            read[name] = self.value(known[name], value, inner)
        for name in sorted(required - read.keys()):
            inner = f"{where}[{name}]" if where else name
            raise Invalid(
                f"Missing required param: {inner}.", code="parameter_missing", param=inner
            )
        return read

    def value(self, hint: Any, raw: Any, where: str) -> Any:
        origin, inner = get_origin(hint), get_args(hint)
        readers: dict[Any, Callable[[], Any]] = {
            NotRequired: lambda: self.value(inner[0], raw, where),
            Required: lambda: self.value(inner[0], raw, where),
            Union: lambda: self.union(inner, raw, where),
            types.UnionType: lambda: self.union(inner, raw, where),
            Literal: lambda: self.choice([str(option) for option in inner], raw, where),
            list: lambda: self.array(inner[0], raw, where),
            dict: lambda: self.metadata(raw, where),
            bool: lambda: self.boolean(raw, where),
            int: lambda: self.integer(raw, where),
        }
        if typing_extensions.is_typeddict(hint):
            return self.hash(hint, raw, where)
        reader = readers.get(origin or hint)
        return reader() if reader else self.string(raw, where)

    def union(self, options: tuple[Any, ...], raw: Any, where: str) -> Any:
        """The option that fits the form of what came; an open enumeration is a closed one here."""
        if isinstance(raw, Mapping):
            for option in options:
                if typing_extensions.is_typeddict(option) or get_origin(option) is dict:
                    return self.value(option, raw, where)
        if isinstance(raw, list):
            for option in options:
                if get_origin(option) is list:
                    return self.value(option, raw, where)
        literals = [option for option in options if get_origin(option) is Literal]
        choices = [str(choice) for literal in literals for choice in get_args(literal)]
        if raw == "" and "" in choices:
            return ""
        if int in options and not isinstance(raw, Mapping):
            return self.integer(raw, where)
        is_flag = bool in options and raw in ("true", "false", True, False)
        if any(choices) and not is_flag:
            return self.choice([choice for choice in choices if choice], raw, where)
        plain = [option for option in options if option in (str, bool) or get_origin(option)]
        return self.value(plain[0] if plain else str, raw, where)

    def array(self, hint: Any, raw: Any, where: str) -> list[Any]:
        if not isinstance(raw, list):
            raise Invalid("Invalid array", param=where)
        return [self.value(hint, item, f"{where}[{place}]") for place, item in enumerate(raw)]

    def metadata(self, raw: Any, where: str) -> dict[str, str]:
        if not isinstance(raw, Mapping):
            raise Invalid("Invalid object", param=where)
        if len(raw) > 50:
            raise Invalid("Metadata can have at most 50 keys.", param=where)
        read = {}
        for key, value in raw.items():
            if len(str(key)) > 40:
                raise Invalid("Metadata keys must be at most 40 characters.", param=where)
            if not isinstance(value, str) or len(value) > 500 or not _is_text(str(key) + value):
                raise Invalid("Metadata values must be strings of 500 characters.", param=where)
            read[str(key)] = value
        return read

    def choice(self, choices: list[str], raw: Any, where: str) -> str:
        if not isinstance(raw, str) or raw not in choices:
            name = where.rpartition("[")[2].rstrip("]")
            raise Invalid(f"Invalid {name}: must be one of {', '.join(choices)}", param=where)
        return raw

    def boolean(self, raw: Any, where: str) -> bool:
        if self.as_text and raw in ("true", "false"):
            return bool(raw == "true")
        if not self.as_text and isinstance(raw, bool):
            return raw
        raise Invalid("Invalid boolean", param=where)

    def integer(self, raw: Any, where: str) -> int:
        if self.as_text and isinstance(raw, str) and INTEGER.fullmatch(raw):
            return int(raw)
        if not self.as_text and isinstance(raw, int) and not isinstance(raw, bool):
            return raw
        raise Invalid("Invalid integer", code="parameter_invalid_integer", param=where)

    def string(self, raw: Any, where: str) -> str:
        if not isinstance(raw, str):
            raise Invalid("Invalid string", param=where)
        if raw == "":
            raise Invalid(
                f"You passed an empty string for '{where}'. We assume empty values are an attempt "
                f"to unset a parameter; however '{where}' cannot be unset.",
                code="parameter_invalid_empty",
                param=where,
            )
        if len(raw) > LONGEST_STRING or not _is_text(raw):
            raise Invalid(f"Invalid string: at most {LONGEST_STRING} characters.", param=where)
        return raw
