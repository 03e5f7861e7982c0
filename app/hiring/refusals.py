"""What hiring refuses. No sentence or fact here names the other audience's figures."""

from app.domain.money import format_minor
from app.domain.refusals import Kind, Refusal


class PositionNotOpen(Refusal):
    """The project is paused or closed, or the position has ended."""

    kind = Kind.STATE
    en = "This position is not open at the moment. Nothing was changed."
    de = "Diese Stelle ist zurzeit nicht offen. Es wurde nichts geändert."


class AlreadyApplied(Refusal):
    """The trainer has a live application for this position under another id."""

    kind = Kind.STATE
    en = "You have already applied for this position. Fetch your applications to see it."
    de = "Sie haben sich auf diese Stelle schon beworben; siehe Ihre Bewerbungen."


class RequirementsNotMet(Refusal):
    """`errors` names each requirement of the position that is not met, and what to do."""

    kind = Kind.STATE
    en = "The position asks for more than your profile shows; errors lists each point."
    de = "Die Stelle verlangt mehr, als Ihr Profil zeigt; errors nennt jeden Punkt."


class CredentialNotVerified(Refusal):
    """An offer needs verified, unexpired credentials; `errors` names each missing one."""

    kind = Kind.STATE
    en = (
        "A credential that this position needs is not verified yet, or has expired. The offer"
        " stands until it expires; errors says what to do."
    )
    de = (
        "Ein verlangter Nachweis ist noch nicht geprüft oder abgelaufen. Das Angebot gilt bis zu"
        " seinem Ablauf weiter; errors nennt, was zu tun ist."
    )


class AskingRateNeeded(Refusal):
    """Neither the application nor the profile names an hourly rate in the position's currency."""

    kind = Kind.INVALID
    en = "Say what you ask an hour, in {currency}: this position is paid in it."
    de = "Nennen Sie Ihren Stundensatz in {currency}: Darin wird diese Stelle bezahlt."


class AskingRateAboveCap(Refusal):
    """The trainer asks for more than the platform pays an hour."""

    kind = Kind.INVALID
    en = "You ask for more than the {cap} an hour that can be paid here. Ask for less."
    de = "Sie verlangen mehr als die {cap}, die hier je Stunde gezahlt werden. Senken Sie den Satz."

    def __init__(self, *, pay_cap_minor: int, currency: str) -> None:
        super().__init__(pay_cap_minor=pay_cap_minor, currency=currency)
        self._cap = (pay_cap_minor, currency)

    def sentence(self, language: str) -> str:
        text = self.de if language == "de" else self.en
        return text.format(cap=format_minor(*self._cap, language))


class BillRateAboveCap(Refusal):
    """The offered rate is above the position's own cap or the platform's bill cap."""

    kind = Kind.INVALID
    en = "The offered rate is above the {cap} an hour that may be billed here. Offer less."
    de = "Das Angebot liegt über {cap}, dem höchsten Satz je Stunde. Bieten Sie weniger."

    def __init__(self, *, bill_cap_minor: int, currency: str) -> None:
        super().__init__(bill_cap_minor=bill_cap_minor, currency=currency)
        self._cap = (bill_cap_minor, currency)

    def sentence(self, language: str) -> str:
        text = self.de if language == "de" else self.en
        return text.format(cap=format_minor(*self._cap, language))


class BillRateNotOffered(Refusal):
    """The platform's terms do not carry this rate: too low to pay, or too high to pay out.

    No figure is named: the one that binds is not the company's.
    """

    kind = Kind.INVALID
    en = "This rate cannot be offered under the platform's terms. Try another one, or ask us."
    de = "Dieser Satz ist nach den Bedingungen der Plattform nicht möglich. Fragen Sie uns gern."


class CurrencyNotYours(Refusal):
    """One currency per engagement: the company's."""

    kind = Kind.INVALID
    en = "Offers of your company are made in {currency}."
    de = "Angebote Ihrer Firma lauten auf {currency}."


class OfferOpen(Refusal):
    """At most one open offer per application."""

    kind = Kind.STATE
    en = "There is an open offer for this application. Withdraw it before you make another."
    de = "Zu dieser Bewerbung gibt es ein offenes Angebot. Ziehen Sie es zuerst zurück."


class OfferExpired(Refusal):
    """The offer's time is over."""

    kind = Kind.STATE
    en = "This offer has expired. The company may make a new one."
    de = "Dieses Angebot ist abgelaufen. Die Firma kann ein neues machen."
