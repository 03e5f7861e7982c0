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


class PeriodNotOver(Refusal):
    """The month is still running, or begins later."""

    kind = Kind.STATE
    en = "This month is not over yet. Close it once it is."
    de = "Dieser Monat ist noch nicht zu Ende. Schließen Sie ihn danach ab."


class EarlierPeriodOpen(Refusal):
    """Months are closed in order: a late fact is booked in the next open one, which comes after."""

    kind = Kind.STATE
    en = "The month {month} has postings and is still open. Close it first."
    de = "Der Monat {month} hat Buchungen und ist noch offen. Schließen Sie ihn zuerst ab."


class LaterPeriodClosed(Refusal):
    """Only the last closed month is opened again."""

    kind = Kind.STATE
    en = "The later month {month} is closed. Reopen it first."
    de = "Der spätere Monat {month} ist abgeschlossen. Öffnen Sie ihn zuerst wieder."


class PeriodNotClosed(Refusal):
    """There is nothing to open again."""

    kind = Kind.STATE
    en = "This month is open already."
    de = "Dieser Monat ist bereits offen."


class PeriodHasOpenItems(Refusal):
    """`errors` names each item; a month may be closed all the same, with a reason."""

    kind = Kind.STATE
    en = "This month cannot be closed yet; errors lists what is open. Clear it, or give a reason."
    de = "Der Monat hat noch Offenes, siehe errors. Klären Sie es oder nennen Sie einen Grund."
