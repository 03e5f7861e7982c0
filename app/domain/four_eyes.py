"""When a second person has to look before money leaves."""


def second_person_needed(
    ordered_minor: int, more_minor: int, above_minor: int | None, *, approved: bool
) -> bool:
    """Whether `more` on top of what one person has ordered alone within a day is too much.

    Counted by day and not by run, or one large run would be cut into many small ones.
    """
    return above_minor is not None and not approved and ordered_minor + more_minor > above_minor
