"""Why two sides of the same money may differ, and what to do about it, for people to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.chart import Clearing, clearing_of
from app.domain.reconciling import Cause, DifferenceKind


@dataclass(frozen=True, slots=True)
class Reason:
    """The likeliest cause and the next action, in English and German."""

    cause_en: str
    action_en: str
    cause_de: str
    action_de: str

    def cause(self, language: str) -> str:
        return self.cause_de if language == "de" else self.cause_en

    def action(self, language: str) -> str:
        return self.action_de if language == "de" else self.action_en


REASONS: Mapping[Cause, Reason] = MappingProxyType(
    {
        Cause.UNDER_WAY: Reason(
            "On its way: younger than a quarter of an hour.",
            "Nothing yet. The next run looks again.",
            "Unterwegs: jünger als eine Viertelstunde.",
            "Noch nichts. Der nächste Lauf sieht wieder nach.",
        ),
        Cause.PAYMENT_NOT_BOOKED: Reason(
            "A payment at Stripe that no invoice of ours has collected.",
            "Look at the jobs on hold. Settle it, or refund it at Stripe.",
            "Eine Zahlung bei Stripe, die zu keiner unserer Rechnungen verbucht ist.",
            "Angehaltene Jobs ansehen. Zuordnen oder bei Stripe erstatten.",
        ),
        Cause.TRANSFER_NOT_BOOKED: Reason(
            "A transfer that no payout of ours has recorded.",
            "Find its payout by the transfer group; its look-up adopts the transfer.",
            "Eine Überweisung an ein Konto, die keine unserer Auszahlungen verbucht hat.",
            "Die Auszahlung über die Transfer-Gruppe suchen; ihr Nachsehen übernimmt sie.",
        ),
        Cause.BANK_PAYOUT_NOT_BOOKED: Reason(
            "A move between Stripe and a bank that no payout has recorded.",
            "Look at the jobs on hold, then at the payout in the Stripe dashboard.",
            "Eine Bewegung zwischen Stripe und einer Bank, die keine Auszahlung verbucht hat.",
            "Angehaltene Jobs ansehen, dann die Auszahlung im Stripe-Dashboard.",
        ),
        Cause.REFUND_NOT_BOOKED: Reason(
            "A refund at Stripe that our books do not know.",
            "Look at the jobs on hold: its event waits there, or its payment is none of ours.",
            "Eine Erstattung bei Stripe, die unsere Bücher nicht kennen.",
            "Angehaltene Jobs ansehen: Das Ereignis wartet dort, oder die Zahlung ist fremd.",
        ),
        Cause.DISPUTE_NOT_BOOKED: Reason(
            "A disputed payment whose money our books still have, or still miss.",
            "Look at the jobs on hold, then at the dispute in the Stripe dashboard.",
            "Eine bestrittene Zahlung, deren Geld unsere Bücher noch haben oder noch vermissen.",
            "Angehaltene Jobs ansehen, dann den Streitfall im Stripe-Dashboard.",
        ),
        Cause.NO_RULE: Reason(
            "A kind of line on the statement that we do not post.",
            "Look at it in the Stripe dashboard. It needs a posting rule.",
            "Eine Art von Auszugszeile, die wir nicht verbuchen.",
            "Im Stripe-Dashboard ansehen. Sie braucht eine Buchungsregel.",
        ),
        Cause.NEVER_HAPPENED: Reason(
            "Posted by us, unknown at Stripe.",
            "Check the id at Stripe. If it never happened, reverse the posting.",
            "Bei uns verbucht, bei Stripe unbekannt.",
            "Die Nummer bei Stripe prüfen. Gab es sie nie, die Buchung stornieren.",
        ),
        Cause.FEE_DIFFERS: Reason(
            "Same sum, another fee than we posted.",
            "Reverse the posting and post it with the fee on the statement.",
            "Gleicher Betrag, andere Gebühr als verbucht.",
            "Die Buchung stornieren und mit der Gebühr des Auszugs neu buchen.",
        ),
        Cause.CURRENCY_DIFFERS: Reason(
            "Posted in another currency than it was moved in.",
            "Reverse the posting and post it in the statement's currency.",
            "In anderer Währung verbucht, als bewegt wurde.",
            "Die Buchung stornieren und in der Währung des Auszugs neu buchen.",
        ),
        Cause.AMOUNT_DIFFERS: Reason(
            "Posted with another sum than was moved.",
            "Compare both documents; reverse the posting and post the right sum.",
            "Mit anderem Betrag verbucht, als bewegt wurde.",
            "Beide Belege vergleichen; Buchung stornieren und richtig buchen.",
        ),
        Cause.BOOKED_TWICE: Reason(
            "Moved once, posted twice.",
            "Reverse one of the postings.",
            "Einmal bewegt, zweimal verbucht.",
            "Eine der Buchungen stornieren.",
        ),
        Cause.MOVED_TWICE: Reason(
            "Posted once, moved twice at Stripe.",
            "Hold what depends on it. Get the second sum back, or post it.",
            "Einmal verbucht, bei Stripe zweimal bewegt.",
            "Abhängiges anhalten. Den zweiten Betrag zurückholen oder verbuchen.",
        ),
    }
)
KINDS: Mapping[DifferenceKind, tuple[str, str]] = MappingProxyType(
    {
        DifferenceKind.MISSING_IN_LEDGER: ("Missing in our books", "Fehlt in unseren Büchern"),
        DifferenceKind.MISSING_AT_PROVIDER: ("Missing at Stripe", "Fehlt bei Stripe"),
        DifferenceKind.AMOUNT_DIFFERS: ("Amount differs", "Betrag weicht ab"),
        DifferenceKind.TWICE: ("There twice", "Doppelt"),
    }
)
CLEARING: Mapping[Clearing, tuple[str, str]] = MappingProxyType(
    {
        Clearing.PENDING: (
            "Paid at Stripe and not yet available there",
            "Bei Stripe bezahlt und dort noch nicht verfügbar",
        ),
        Clearing.CUSTOMER_CASH: (
            "Bank transfers of customers that Stripe keeps for them",
            "Überweisungen von Kunden, die Stripe für sie aufbewahrt",
        ),
        Clearing.OWN_TRANSIT: (
            "Between Stripe and our own bank",
            "Unterwegs zwischen Stripe und unserer eigenen Bank",
        ),
        Clearing.BANK_TRANSIT: (
            "On its way to a trainer's bank",
            "Unterwegs zur Bank einer Trainerin oder eines Trainers",
        ),
        Clearing.CONNECTED: (
            "In a trainer's balance at Stripe",
            "Im Stripe-Guthaben einer Trainerin oder eines Trainers",
        ),
        Clearing.PAYING: (
            "Promised in a payout that is under way",
            "Zugesagt in einer Auszahlung, die unterwegs ist",
        ),
        Clearing.REFUNDING: (
            "Decided to go back to a company and not yet sent",
            "Wird einem Unternehmen erstattet und ist noch nicht gesendet",
        ),
        Clearing.SUSPENSE: (
            "Received at our bank, and nobody knows yet from whom or what for",
            "Bei unserer Bank eingegangen; noch ist unbekannt, von wem oder wofür",
        ),
    }
)


def clearing_words(account_key: str, language: str) -> str:
    """What stands on an account that must reach zero; the key itself if it is none of them."""
    found = clearing_of(account_key)
    return account_key if found is None else CLEARING[found][language == "de"]
