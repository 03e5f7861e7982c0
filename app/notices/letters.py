"""The words of our e-mails, in English and German.

No letter greets by name or repeats anything the recipient's account holds: an account can be opened
with somebody else's address, and its name must not become a message that we send to strangers.
"""

from dataclasses import dataclass
from enum import StrEnum


class Template(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 – a letter's name
    ADDRESS_TAKEN = "address_taken"
    STEP_UP = "step_up"
    MEMBER_INVITATION = "member_invitation"
    MEMBER_ELSEWHERE = "member_elsewhere"


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


_WORDS: dict[tuple[Template, str], Letter] = {
    (Template.VERIFY_EMAIL, "en"): Letter(
        "Confirm your e-mail address",
        "Somebody, most likely you, registered at Lehrwerk with this address.\n\n"
        "Confirm within 48 hours that it is yours:\n{link}\n\n"
        "Or enter this token in the app:\n{token}\n\n"
        "If that was not you, do nothing: the address stays unconfirmed.\n",
    ),
    (Template.VERIFY_EMAIL, "de"): Letter(
        "Bestätigen Sie Ihre E-Mail-Adresse",
        "Jemand, vermutlich Sie, hat sich bei Lehrwerk mit dieser Adresse angemeldet.\n\n"
        "Bestätigen Sie binnen 48 Stunden, dass sie Ihnen gehört:\n{link}\n\n"
        "Oder geben Sie dieses Token in der App ein:\n{token}\n\n"
        "Waren Sie es nicht, tun Sie nichts: Die Adresse bleibt unbestätigt.\n",
    ),
    (Template.RESET_PASSWORD, "en"): Letter(
        "Set a new password",
        "A new password was asked for at Lehrwerk for this address.\n\n"
        "Set it within one hour:\n{link}\n\n"
        "Or enter this token in the app:\n{token}\n\n"
        "All devices are signed out by it. If that was not you, do nothing: your password "
        "stays as it is.\n",
    ),
    (Template.RESET_PASSWORD, "de"): Letter(
        "Setzen Sie ein neues Passwort",
        "Für diese Adresse wurde bei Lehrwerk ein neues Passwort angefordert.\n\n"
        "Setzen Sie es binnen einer Stunde:\n{link}\n\n"
        "Oder geben Sie dieses Token in der App ein:\n{token}\n\n"
        "Dabei werden alle Geräte abgemeldet. Waren Sie es nicht, tun Sie nichts: Ihr Passwort "
        "bleibt, wie es ist.\n",
    ),
    (Template.ADDRESS_TAKEN, "en"): Letter(
        "You already have an account",
        "Somebody, most likely you, registered at Lehrwerk again with this address. There is "
        "already a confirmed account for it.\n\n"
        "Sign in with it, or ask for a new password at the sign-in. If that was not you, do "
        "nothing: your account is untouched.\n",
    ),
    (Template.ADDRESS_TAKEN, "de"): Letter(
        "Sie haben schon ein Konto",
        "Jemand, vermutlich Sie, hat sich bei Lehrwerk noch einmal mit dieser Adresse angemeldet. "
        "Zu ihr gibt es schon ein bestätigtes Konto.\n\n"
        "Melden Sie sich damit an, oder fordern Sie bei der Anmeldung ein neues Passwort an. "
        "Waren Sie es nicht, tun Sie nichts: Ihr Konto ist unberührt.\n",
    ),
    (Template.STEP_UP, "en"): Letter(
        "Your code for Lehrwerk",
        "Somebody, most likely you, wants to change where your money goes.\n\n"
        "Type this code within ten minutes; it is good once:\n{token}\n\n"
        "We never ask for it by telephone or message. If that was not you, give it to nobody and "
        "set a new password.\n",
    ),
    (Template.STEP_UP, "de"): Letter(
        "Ihr Code für Lehrwerk",
        "Jemand, vermutlich Sie, will ändern, wohin Ihr Geld geht.\n\n"
        "Geben Sie diesen Code binnen zehn Minuten ein; er gilt einmal:\n{token}\n\n"
        "Wir fragen nie am Telefon oder in einer Nachricht danach. Waren Sie es nicht, geben Sie "
        "ihn niemandem und setzen Sie ein neues Passwort.\n",
    ),
    (Template.MEMBER_INVITATION, "en"): Letter(
        "You are invited to a company's account",
        "A company at Lehrwerk asks you to join its account.\n\n"
        "See within seven days which company it is, and join it:\n{link}\n\n"
        "Or enter this token in the app:\n{token}\n\n"
        "If you do not want that, do nothing: the invitation expires.\n",
    ),
    (Template.MEMBER_INVITATION, "de"): Letter(
        "Sie sind in das Konto einer Firma eingeladen",
        "Eine Firma bei Lehrwerk bittet Sie, ihrem Konto beizutreten.\n\n"
        "Sehen Sie binnen sieben Tagen nach, welche Firma es ist, und treten Sie bei:\n{link}\n\n"
        "Oder geben Sie dieses Token in der App ein:\n{token}\n\n"
        "Möchten Sie das nicht, tun Sie nichts: Die Einladung verfällt.\n",
    ),
    (Template.MEMBER_ELSEWHERE, "en"): Letter(
        "You are invited, but this address is in use",
        "A company at Lehrwerk asks you to join its account. You cannot with this address: its "
        "account cannot be given to another company.\n\n"
        "If you want to join, ask the company to invite another address of yours. If not, do "
        "nothing: your account is untouched.\n",
    ),
    (Template.MEMBER_ELSEWHERE, "de"): Letter(
        "Sie sind eingeladen, aber diese Adresse ist vergeben",
        "Eine Firma bei Lehrwerk bittet Sie, ihrem Konto beizutreten. Mit dieser Adresse geht das "
        "nicht: Ihr Konto lässt sich keiner anderen Firma geben.\n\n"
        "Möchten Sie beitreten, bitten Sie die Firma, eine andere Adresse von Ihnen einzuladen. "
        "Sonst tun Sie nichts: Ihr Konto ist unberührt.\n",
    ),
}


def write(template: Template, language: str, *, link: str = "", token: str = "") -> Letter:
    """The letter in `de` or, for any other language, in English."""
    words = _WORDS[template, "de" if language == "de" else "en"]
    return Letter(words.subject, words.text.format(link=link, token=token))
