"""What the ledger refuses. No figures: the caller's door decides what its audience may know."""

from app.domain.refusals import Kind, Refusal


class LedgerOverdrawn(Refusal):
    """An authorising account does not hold what was to be taken from it."""

    kind = Kind.STATE
    en = "The balance does not cover this any more. Fetch it again and take less."
    de = "Das Guthaben reicht dafür nicht mehr. Bitte neu laden und weniger entnehmen."


class AlreadyReversed(Refusal):
    """Another posting has reversed this group; a second reversal would book it anew."""

    kind = Kind.STATE
    en = "This posting was reversed before. Fetch it again to see by what."
    de = "Diese Buchung wurde schon storniert. Laden Sie neu, um die Stornobuchung zu sehen."
