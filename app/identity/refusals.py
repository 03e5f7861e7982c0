"""What identity says when it will not."""

from app.domain.refusals import Kind, Refusal


class SignInRefused(Refusal):
    """One answer for a wrong address, a wrong password, a wrong code and a disabled user."""

    kind = Kind.UNAUTHENTICATED
    en = "These sign-in data are not right. Check them, or ask for a password reset."
    de = "Diese Anmeldedaten stimmen nicht. Prüfen Sie sie oder setzen Sie das Passwort zurück."


class FreshSecondFactorNeeded(Refusal):
    kind = Kind.FORBIDDEN
    en = "This moves money. Show a fresh code (confirm_second_factor): it counts for {minutes} min."
    de = "Hier geht es um Geld. Zeigen Sie noch einmal einen Code: Er gilt {minutes} Minuten."


class SecondFactorMissing(Refusal):
    kind = Kind.FORBIDDEN
    en = "This account has no second factor. Set one up first."
    de = "Dieses Konto hat keinen zweiten Faktor. Richten Sie zuerst einen ein."


class SecondFactorWrong(Refusal):
    kind = Kind.FORBIDDEN
    en = "This code is wrong, too old or used. Wait for the next one and type that."
    de = "Dieser Code ist falsch, zu alt oder benutzt. Warten Sie auf den nächsten."


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
