"""What finance can say about refunds."""

from pydantic import ConfigDict

from app.api.words import Line, MoneySaid, Said
from app.domain.money import Money
from app.domain.returning import RefundPurpose
from app.invoicing.refunding import RefundWanted


class RefundPayment(Said):
    """`purpose` says who bears it. reopen: the company, its invoice is open again; goodwill: we;
    credit: nobody, what was paid too much goes back. `reason` stays with finance."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"minor": 1000, "currency": "EUR"},
                    "purpose": "goodwill",
                    "reason": "Agreed by telephone on 30 November",
                }
            ]
        }
    )

    amount: MoneySaid
    purpose: RefundPurpose
    reason: Line

    def wanted(self) -> RefundWanted:
        return RefundWanted(
            self.purpose, Money(self.amount.minor, self.amount.currency), self.reason
        )


class RefundWallet(Said):
    """A sum that goes back out of a wallet. `reason` stays with finance."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": {"minor": 1000, "currency": "USD"},
                    "reason": "The company ends its projects",
                }
            ]
        }
    )

    amount: MoneySaid
    reason: Line

    def wanted(self) -> RefundWanted:
        money = Money(self.amount.minor, self.amount.currency)
        return RefundWanted(RefundPurpose.CREDIT, money, self.reason)
