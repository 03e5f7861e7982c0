"""What payouts refuse."""

from app.domain.refusals import Kind, Refusal


class PayoutAccountRefused(Refusal):
    kind = Kind.STATE
    en = "The payment provider refused to open a payout account. Check name, e-mail and country."
    de = "Der Zahlungsdienst hat kein Auszahlungskonto eröffnet. Prüfen Sie Name, Mail und Land."


class PaymentProviderSilent(Refusal):
    kind = Kind.UNAVAILABLE
    en = "The payment provider does not answer. Nothing is lost; try again in a moment."
    de = "Der Zahlungsdienst antwortet nicht. Es geht nichts verloren; bitte gleich noch einmal."


class PayoutNotRetryable(Refusal):
    kind = Kind.STATE
    en = "Only a held or returned payout can be sent again; this one is {state}."
    de = "Nur eine angehaltene oder zurückgekommene Auszahlung lässt sich erneut senden: {state}."


class RunLiesAhead(Refusal):
    kind = Kind.INVALID
    en = "A payout run cannot lie ahead of now. Leave `as_of` out, or give an earlier instant."
    de = "Ein Auszahlungslauf kann nicht in der Zukunft liegen. Lassen Sie `as_of` weg."
