"""What companies refuse."""

from app.domain.refusals import Kind, Refusal


class CurrencyNotOffered(Refusal):
    kind = Kind.INVALID
    en = "Money is not kept in this currency here. Offered are: {offered}."
    de = "In dieser Währung wird hier nicht abgerechnet. Möglich sind: {offered}."


class CountryUnknown(Refusal):
    kind = Kind.INVALID
    en = "This is not an ISO 3166 country code such as US or DE."
    de = "Das ist kein Ländercode nach ISO 3166 wie US oder DE."


class TermsInThePast(Refusal):
    kind = Kind.INVALID
    en = "Terms begin now or later, never in the past: what was agreed stays as it was."
    de = "Konditionen beginnen jetzt oder später, nie rückwirkend: Vereinbartes bleibt bestehen."


class TermsCurrencyDiffers(Refusal):
    kind = Kind.INVALID
    en = "The credit limit must be in the company's currency, {currency}."
    de = "Das Kreditlimit muss in der Währung der Firma stehen: {currency}."


class AlreadyMember(Refusal):
    kind = Kind.STATE
    en = "This address is a member's already. Change the member's role instead."
    de = "Diese Adresse gehört schon zu einem Mitglied. Ändern Sie stattdessen dessen Rolle."


class CompanyNeedsOwner(Refusal):
    """The owner can neither leave nor take a lesser role before somebody else is the owner."""

    kind = Kind.STATE
    en = "A company always has one owner. Give another member the role owner first."
    de = "Eine Firma hat immer einen Inhaber. Geben Sie zuerst einem anderen Mitglied diese Rolle."
