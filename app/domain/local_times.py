"""What a clock on a wall showed, as an instant: never moved silently to where a clock never was.

Once a year clocks skip some minutes and once they show some twice. Python maps the skipped ones an
hour on and takes the first of the doubled ones; whoever is paid for that time is asked instead.
"""

from datetime import UTC, datetime, timedelta

from app.domain.refusals import FieldProblem, Kind, Refusal
from app.domain.time_zones import zone

_SECOND = timedelta(seconds=1)


class NonexistentLocalTime(Refusal):
    """`last_before` and `first_after`: the seconds on both sides of the gap, with their offsets."""

    kind = Kind.INVALID
    en = (
        "Clocks in {timezone} never showed this time: {last_before} was followed by {first_after}."
        " Send a time that they showed, or an instant with its offset."
    )
    de = (
        "Uhren in {timezone} zeigten diese Zeit nie: Auf {last_before} folgte {first_after}."
        " Senden Sie eine Zeit, die es gab, oder einen Zeitpunkt mit Abstand zu UTC."
    )


class AmbiguousLocalTime(Refusal):
    """`earlier` and `later`: the two instants that the time can mean, with their offsets."""

    kind = Kind.INVALID
    en = "Clocks in {timezone} showed this time twice: {earlier} and {later}. Send the offset too."
    de = (
        "Uhren in {timezone} zeigten diese Zeit zweimal: {earlier} und {later}."
        " Senden Sie den Abstand zu UTC mit."
    )


class OffsetNotInZone(Refusal):
    """`instant`: one that the time can mean in this zone, with its offset."""

    kind = Kind.INVALID
    en = "Clocks in {timezone} had another offset then, as in {instant}. Correct or leave it out."
    de = (
        "Uhren in {timezone} hatten da einen anderen Abstand zu UTC, wie in {instant}."
        " Berichtigen Sie ihn oder lassen Sie ihn weg."
    )


def instants_of(local: datetime, timezone: str) -> list[datetime]:
    """When clocks of a zone showed a time without offset: none, one or two instants (UTC)."""
    place = zone(timezone)
    readings = {local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        at for at in readings if at.astimezone(place).replace(tzinfo=None, fold=0) == local
    )


def gap_around(local: datetime, timezone: str) -> tuple[datetime, datetime]:
    """The whole seconds before and after the jump that skips a time, in that zone's offsets.

    Raises ValueError for a time that clocks did show.
    """
    place = zone(timezone)
    # Read with the offset after the jump it lies before it, and the other way round.
    before, after = (local.replace(tzinfo=place, fold=f).astimezone(UTC) for f in (1, 0))
    if before >= after or instants_of(local, timezone):
        raise ValueError("clocks showed this time")
    old = before.astimezone(place).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        if middle.astimezone(place).utcoffset() == old:
            before = middle
        else:
            after = middle
    return before.astimezone(place), after.astimezone(place)


def resolve(
    local: datetime, timezone: str, *, offset: timedelta | None = None, pointer: str
) -> datetime:
    """The one instant (UTC) that a time without offset means in a zone.

    `offset` chooses between two and is checked where there is one. `local` is naive and whole
    seconds. Raises NonexistentLocalTime, AmbiguousLocalTime, OffsetNotInZone, each with `pointer`.
    """
    found = instants_of(local, timezone)
    if not found:
        last_before, first_after = (each.isoformat() for each in gap_around(local, timezone))
        raise _at(
            pointer,
            NonexistentLocalTime(
                timezone=timezone, last_before=last_before, first_after=first_after
            ),
        )
    shown = [at.astimezone(zone(timezone)) for at in found]
    if offset is not None:
        chosen = [at for at in shown if at.utcoffset() == offset]
        if not chosen:
            raise _at(pointer, OffsetNotInZone(timezone=timezone, instant=shown[0].isoformat()))
        return chosen[0].astimezone(UTC)
    if len(found) > 1:
        earlier, later = (at.isoformat() for at in shown)
        raise _at(pointer, AmbiguousLocalTime(timezone=timezone, earlier=earlier, later=later))
    return found[0]


def _at(pointer: str, refusal: Refusal) -> Refusal:
    """The refusal with its field named."""
    refusal.errors = (
        FieldProblem(pointer, refusal.code, refusal.sentence("en"), refusal.sentence("de")),
    )
    return refusal
