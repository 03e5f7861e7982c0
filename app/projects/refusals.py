"""What projects refuses, and why."""

from app.domain.refusals import Kind, Refusal


class SeatsTaken(Refusal):
    """Every seat of the position is taken; somebody else was faster."""

    kind = Kind.STATE
    en = "All seats of this position are taken."
    de = "Alle Plätze dieser Position sind vergeben."


class ProjectIncomplete(Refusal):
    """Publishing needs more; `errors` names all that is missing, each with its pointer."""

    kind = Kind.STATE
    en = "This project cannot be published yet; errors lists all that is missing."
    de = "Das Projekt kann noch nicht veröffentlicht werden; errors nennt alles, was fehlt."


class ProjectClosed(Refusal):
    """Nothing of a closed project changes any more."""

    kind = Kind.STATE
    en = "This project is closed and does not change any more. Post a new one."
    de = "Dieses Projekt ist geschlossen und ändert sich nicht mehr. Legen Sie ein neues an."


class RequirementsSettled(Refusal):
    """Somebody was hired under the requirements, and new ones would stop her time."""

    kind = Kind.STATE
    en = "Somebody was hired under these requirements, so they stay. Add another position instead."
    de = "Unter diesen Anforderungen arbeitet schon jemand. Legen Sie eine weitere Position an."
