"""What invoicing refuses."""

from app.domain.refusals import Kind, Refusal


class IssuerProfileMissing(Refusal):
    """Outside development no invoice is issued in an invented name."""

    kind = Kind.STATE
    en = "No issuer profile is set, so no invoice can be issued. Set it first (set_issuer_profile)."
    de = "Ohne Ausstellerprofil kann keine Rechnung entstehen. Bitte zuerst set_issuer_profile."


class InvoiceAlreadyCollected(Refusal):
    kind = Kind.STATE
    en = "This invoice has been paid. Nothing more is due."
    de = "Diese Rechnung ist bezahlt. Es ist nichts mehr offen."


class InvoiceAlreadyWrittenOff(Refusal):
    kind = Kind.STATE
    en = "This invoice has been written off. A payment of it is still taken and recovers it."
    de = "Diese Rechnung ist ausgebucht. Eine Zahlung wird noch angenommen und holt sie zurück."


class WriteOffAwaitsNobody(Refusal):
    kind = Kind.STATE
    en = "This write-off awaits no approval. Fetch it again to see where it stands."
    de = "Diese Ausbuchung wartet auf keine Freigabe. Bitte neu laden."


class WriteOffOutdated(Refusal):
    kind = Kind.STATE
    en = "Another sum is due of this invoice by now. Order the write-off again."
    de = "Von dieser Rechnung ist inzwischen ein anderer Betrag offen. Bitte neu anordnen."


class PaymentAlreadyRecorded(Refusal):
    """The same receipt stands there already: recorded twice, it would be twice in the books."""

    kind = Kind.STATE
    en = "This very payment is recorded there already. Look which of the two records is wrong."
    de = "Genau diese Zahlung ist dort schon erfasst. Prüfen Sie, welche Erfassung falsch ist."


class SuspenseEnded(Refusal):
    kind = Kind.STATE
    en = "This money has been assigned or sent back already. Fetch it again to see where it went."
    de = "Dieses Geld ist schon zugeordnet oder zurückgesandt. Bitte neu laden."


class PaymentCurrencyDiffers(Refusal):
    kind = Kind.INVALID
    en = "This invoice is paid in its own currency alone: {currency}."
    de = "Diese Rechnung wird nur in ihrer eigenen Währung bezahlt: {currency}."


class PaymentUnderWay(Refusal):
    """Money may be on its way through the provider: a second payment would be one too many."""

    kind = Kind.STATE
    en = "An online payment of this invoice is under way. Wait for its outcome and try again."
    de = "Eine Online-Zahlung dieser Rechnung läuft gerade. Warten Sie ihr Ergebnis ab."


class CheckoutRefused(Refusal):
    kind = Kind.STATE
    en = (
        "The payment provider does not open a page for this invoice ({reason}). Pay it by transfer."
    )
    de = "Der Zahlungsdienst öffnet dafür keine Seite ({reason}). Bitte per Überweisung zahlen."


class PaymentProviderSilent(Refusal):
    kind = Kind.UNAVAILABLE
    en = "The payment provider does not answer. Nothing was paid; send the same request again."
    de = "Der Zahlungsdienst antwortet nicht. Es wurde nichts bezahlt; bitte erneut senden."


class NothingToRefund(Refusal):
    kind = Kind.STATE
    en = "No online payment of this invoice holds so much that could be refunded this way."
    de = "Keine Online-Zahlung dieser Rechnung deckt den Betrag, der so erstattet werden soll."


class TopUpCurrencyDiffers(Refusal):
    kind = Kind.INVALID
    en = "A wallet holds money in the company's currency alone: {currency}."
    de = "Ein Guthaben wird nur in der Währung der Firma geführt: {currency}."


class ConsentOutdated(Refusal):
    """What somebody agreed to is not what would be done with the means of payment."""

    kind = Kind.STATE
    en = "The words of the consent have changed. Show get_payment_consent and send its version."
    de = (
        "Der Einwilligungstext ist neu. Zeigen Sie get_payment_consent und senden Sie dessen Stand."
    )
