"""The doors' OpenAPI documents as they are generated now, and walks over them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.cli.documents import documents
from app.settings import Settings

Json = dict[str, Any]
DOORS = ("client", "trainer", "finance", "operations")
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One operation of one door."""

    door: str
    id: str
    method: str
    path: str
    said: Json

    @property
    def bodies(self) -> Json:
        found: Json = self.said.get("requestBody", {}).get("content", {})
        return found

    @property
    def parameters(self) -> list[Json]:
        found: list[Json] = self.said.get("parameters", [])
        return found

    @property
    def public(self) -> bool:
        return not self.said.get("security")

    def __str__(self) -> str:
        return f"{self.door}.{self.id}"


@cache
def _all() -> dict[str, Json]:
    return documents(Settings())


def document(door: str) -> Json:
    """The door's document, made once a run."""
    return _all()[door]


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of every door."""
    return tuple(
        Operation(door, said["operationId"], method, path, said)
        for door in DOORS
        for path, item in document(door)["paths"].items()
        for method, said in item.items()
        if method in METHODS
    )


def resolve(door: str, schema: Json) -> Json:
    """The schema itself, one reference followed."""
    while "$ref" in schema:
        schema = document(door)["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def nodes(node: Any, trail: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Json]]:
    """Every object of a document with the keys that lead to it."""
    if isinstance(node, dict):
        yield trail, node
        for key, value in node.items():
            yield from nodes(value, (*trail, str(key)))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from nodes(value, (*trail, str(number)))


def identifiers(door: str) -> Iterator[tuple[str, str]]:
    """(where, name) of all that a generated client would make a name of."""
    for operation in operations():
        if operation.door != door:
            continue
        yield "operation", operation.id
        yield from (("path", part) for part in operation.path.split("/") if part)
        yield from (("parameter", each["name"]) for each in operation.parameters)
        yield from (("tag", tag) for tag in operation.said.get("tags", []))
    for name in document(door)["components"]["schemas"]:
        yield "schema", name
    for trail, node in nodes(document(door)):
        if "example" in trail or "examples" in trail:
            continue
        if isinstance(node.get("properties"), dict) and trail[-1:] != ("properties",):
            yield from ((f"property of {trail[-1]}", name) for name in node["properties"])
        values = [*node.get("enum", []), node.get("const")]
        yield from ((f"value at {'/'.join(trail[-2:])}", v) for v in values if isinstance(v, str))
