"""Whose turn it is while a cent waits, and what they do, in words for the trainer and finance."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.holds import HoldCause


class Who(StrEnum):
    """Whose turn it is."""

    TRAINER = "trainer"
    COMPANY = "company"
    FINANCE = "finance"
    OPERATIONS = "operations"
    BANK = "bank"


@dataclass(frozen=True, slots=True)
class Reason:
    """Whose turn it is and what they do, in English and German."""

    who: Who
    en: str
    de: str


REASONS: dict[HoldCause, Reason] = {
    HoldCause.NOT_SUBMITTED: Reason(
        Who.TRAINER,
        "Hand the timesheet in; a day after its week it is handed in by itself.",
        "Reichen Sie die Stunden ein; einen Tag nach der Woche geschieht es von selbst.",
    ),
    HoldCause.IN_REVIEW: Reason(
        Who.COMPANY,
        "The company looks at the timesheet; without a word from it the hours are approved by the "
        "date shown.",
        "Die Firma prüft die Stunden; ohne ihr Wort sind sie zum genannten Tag freigegeben.",
    ),
    HoldCause.CONTEST: Reason(
        Who.OPERATIONS,
        "The company contests these hours. Answer by the deadline that the contest shows; "
        "operations decides, and without a decision the hours are approved.",
        "Die Firma bestreitet diese Stunden. Antworten Sie bis zur Frist, die dort steht; das "
        "Team entscheidet, und ohne Entscheidung werden die Stunden freigegeben.",
    ),
    HoldCause.OVER_CAP: Reason(
        Who.COMPANY,
        "These hours are beyond an agreed cap. The company agrees or declines by the date shown; "
        "after that operations decides. Nothing of them is lost.",
        "Diese Stunden liegen über einer vereinbarten Grenze. Die Firma stimmt bis zum genannten "
        "Tag zu oder lehnt ab; danach entscheidet das Team. Nichts davon geht verloren.",
    ),
    HoldCause.OVER_CAP_OPERATIONS: Reason(
        Who.OPERATIONS,
        "These hours are beyond a cap that operations decides on. Nothing of them is lost.",
        "Diese Stunden liegen über einer Grenze, über die das Team entscheidet. Nichts davon geht "
        "verloren.",
    ),
    HoldCause.CLIENT_UNPAID: Reason(
        Who.COMPANY,
        "The company has not paid the invoice for this time yet. You need not do anything.",
        "Die Firma hat die Rechnung für diese Zeit noch nicht bezahlt. Sie müssen nichts tun.",
    ),
    HoldCause.FINANCE_HOLD: Reason(
        Who.FINANCE,
        "Finance has stopped this for a reason that it wrote down. It looks at it again by the "
        "date shown, and you may ask.",
        "Die Buchhaltung hat das aus einem festgehaltenen Grund angehalten. Sie sieht es bis zum "
        "genannten Tag wieder an; fragen Sie gern nach.",
    ),
    HoldCause.SANCTIONS_REVIEW: Reason(
        Who.FINANCE,
        "A check that the law asks for before each payout is not finished. You need not do "
        "anything.",
        "Eine Prüfung, die das Gesetz vor jeder Auszahlung verlangt, ist noch nicht fertig. Sie "
        "müssen nichts tun.",
    ),
    HoldCause.PAYOUT_ACCOUNT_INCOMPLETE: Reason(
        Who.TRAINER,
        "Complete your payout account; the missing items are listed there.",
        "Vervollständigen Sie Ihr Auszahlungskonto; was fehlt, steht dort.",
    ),
    HoldCause.BANK_CHANGE: Reason(
        Who.TRAINER,
        "Your bank details have changed. If that was not you, tell us before the date shown; then "
        "the money goes out by itself.",
        "Ihre Bankdaten wurden geändert. Waren Sie das nicht, melden Sie sich vor dem genannten "
        "Tag; danach geht das Geld von selbst hinaus.",
    ),
    HoldCause.FIRST_PAYOUT: Reason(
        Who.FINANCE,
        "The first payout to a new account waits a few days, to the date shown.",
        "Die erste Auszahlung auf ein neues Konto wartet einige Tage, bis zum genannten Tag.",
    ),
    HoldCause.EARLIER_PAYOUT: Reason(
        Who.BANK,
        "An earlier payout has to arrive first; then this goes out with the next run.",
        "Eine frühere Auszahlung muss erst ankommen; danach geht es mit dem nächsten Lauf hinaus.",
    ),
    HoldCause.BELOW_MINIMUM: Reason(
        Who.TRAINER,
        "The sum is below the smallest payout. It is paid as soon as more is approved.",
        "Der Betrag liegt unter der kleinsten Auszahlung. Er kommt mit der nächsten Freigabe.",
    ),
    HoldCause.SET_OFF: Reason(
        Who.FINANCE,
        "Taken back: it is set off against your next payout.",
        "Zurückgefordert: Es wird mit Ihrer nächsten Auszahlung verrechnet.",
    ),
    HoldCause.NEXT_RUN: Reason(
        Who.FINANCE,
        "Ready. It is sent with the next payout run.",
        "Bereit. Es geht mit dem nächsten Auszahlungslauf hinaus.",
    ),
    HoldCause.UNDER_WAY: Reason(
        Who.BANK,
        "On its way to your bank.",
        "Auf dem Weg zu Ihrer Bank.",
    ),
    HoldCause.NOT_AVAILABLE: Reason(
        Who.FINANCE,
        "The money is not available at the payment provider yet. It is tried again by itself; "
        "finance may top the balance up.",
        "Das Geld ist beim Zahlungsdienst noch nicht verfügbar. Es wird von selbst erneut "
        "versucht; die Buchhaltung kann das Guthaben auffüllen.",
    ),
    HoldCause.BANK_RETURN: Reason(
        Who.TRAINER,
        "Your bank returned it. Check your bank details in the payout account; then it goes out.",
        "Ihre Bank hat es zurückgegeben. Prüfen Sie die Bankdaten im Auszahlungskonto.",
    ),
}
