"""`lehrwerk books`."""

import json
from collections.abc import Callable, Sequence

from app.books import proving
from app.cli import places
from app.kit.proof import Identity


async def prove(url: str, tell: Callable[[str], None]) -> list[Identity]:
    """Every identity of every room, and those between rooms; `tell` hears how far it is."""
    done = 0

    def heard(proven: list[Identity]) -> None:
        nonlocal done
        done += 1
        rows = sum(identity.checked for identity in proven)
        broken = sum(not identity.holds for identity in proven)
        tell(
            f"{done} of {len(proving.PROOFS)} rooms proven: {len(proven)} identities, "
            f"{rows:,} rows{f', {broken} BROKEN' if broken else ''}"
        )

    async with places.opened(url) as database:
        return await proving.prove_at_one_moment(database, side_by_side=2, tell=heard)


def as_json(identities: Sequence[Identity]) -> str:
    """For machines."""
    return json.dumps(
        {
            "holds": all(i.holds for i in identities),
            "identities": [
                {
                    "name": i.name,
                    "checked": i.checked,
                    "holds": i.holds,
                    "breaches": list(i.breaches),
                }
                for i in identities
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


def as_table(identities: Sequence[Identity]) -> str:
    """For people: a line each, and under a broken one its rows."""
    lines = []
    for identity in identities:
        mark = "holds" if identity.holds else "BROKEN"
        lines.append(f"{mark:<7} {identity.checked:>8}  {identity.name}")
        lines += [f"                   {breach}" for breach in identity.breaches]
    return "\n".join(lines)
