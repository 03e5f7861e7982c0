"""What identity says when it will not."""

from app.domain.refusals import Kind, Refusal


class SignInRefused(Refusal):
    """One answer for a wrong address, a wrong password, a wrong code and a disabled user."""

    kind = Kind.UNAUTHENTICATED
    en = "These sign-in data are not right. Check them, or ask for a password reset."
    de = "Diese Anmeldedaten stimmen nicht. Prüfen Sie sie oder setzen Sie das Passwort zurück."


class LinkNotValid(Refusal):
    """One answer for an unknown, a used and an expired token of a mailed link."""

    kind = Kind.INVALID
    en = "This link or token is unknown, used or expired. Ask for a new one."
    de = (
        "Dieser Link oder dieses Token ist unbekannt, benutzt oder abgelaufen. Bitte neu anfordern."
    )


class StaffExists(Refusal):
    kind = Kind.STATE
    en = "There is already a staff account with this address and role. Use another address."
    de = "Es gibt schon ein Mitarbeiterkonto mit dieser Adresse und Rolle. Nehmen Sie eine andere."
