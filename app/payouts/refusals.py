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


class RunAwaitsNobody(Refusal):
    kind = Kind.STATE
    en = "This run awaits no approval. Fetch it again to see where it stands."
    de = "Dieser Lauf wartet auf keine Freigabe. Laden Sie ihn neu."


class PayoutOnHold(Refusal):
    kind = Kind.STATE
    en = "Something stops this payout ({cause}). Release the hold, or wait until it ends."
    de = (
        "Etwas hält diese Auszahlung an ({cause}). Geben Sie sie frei, oder warten Sie das Ende ab."
    )


class AlreadyOnHold(Refusal):
    kind = Kind.STATE
    en = "There is a hold on this already. Release it first if the reason has changed."
    de = "Das ist schon angehalten. Geben Sie es erst frei, wenn der Grund ein anderer ist."


class HoldAlreadyReleased(Refusal):
    kind = Kind.STATE
    en = "This hold was released before. List the holds to see what stops the money now."
    de = "Das wurde schon freigegeben. Die Liste zeigt, was das Geld jetzt anhält."


class PayoutLeft(Refusal):
    kind = Kind.STATE
    en = "This payout is {state}: its money cannot be stopped any more."
    de = "Diese Auszahlung ist {state}: Ihr Geld lässt sich nicht mehr anhalten."


class PayoutNotCancelable(Refusal):
    kind = Kind.STATE
    en = "Only a payout of which nothing was sent can be canceled; this one is {state}."
    de = "Nur eine Auszahlung, von der nichts gesendet ist, lässt sich absagen; diese ist {state}."


class PayoutUnderWay(Refusal):
    kind = Kind.STATE
    en = "A transfer may be on its way right now. Place a hold, and look again in a minute."
    de = "Gerade ist vielleicht eine Überweisung unterwegs. Halten Sie sie an und sehen Sie nach."


class ReviewLiesBehind(Refusal):
    kind = Kind.INVALID
    en = "The day on which the hold is looked at again cannot be over. Name today or a later day."
    de = "Der Tag der Wiedervorlage darf nicht vorbei sein. Nennen Sie heute oder einen späteren."


class ListsLieAhead(Refusal):
    kind = Kind.INVALID
    en = "The lists cannot be newer than now. Give the instant of the lists that were used."
    de = "Die Listen können nicht neuer sein als jetzt. Nennen Sie den Stand der Listen."
