"""What trainers' verbs refuse, each with what to do instead."""

from app.domain.refusals import Kind, Refusal


class CountryUnknown(Refusal):
    kind = Kind.INVALID
    en = "This is not an ISO 3166 country code such as US or DE."
    de = "Das ist kein Ländercode nach ISO 3166 wie US oder DE."


class CurrencyNotOffered(Refusal):
    kind = Kind.INVALID
    en = "Nobody is paid in this currency here. Offered are: {offered}."
    de = "In dieser Währung wird hier nicht ausgezahlt. Möglich sind: {offered}."


class LanguageRepeated(Refusal):
    kind = Kind.INVALID
    en = "A language is listed twice. Name each one once, with its level."
    de = "Eine Sprache steht doppelt da. Nennen Sie jede einmal, mit ihrem Niveau."


class CredentialTypeUnknown(Refusal):
    kind = Kind.INVALID
    en = "There is no such credential type. list_vocabularies names them all."
    de = "Diese Art von Qualifikation gibt es nicht. list_vocabularies nennt alle."


class JurisdictionDoesNotFit(Refusal):
    kind = Kind.INVALID
    en = "This credential is not issued for that jurisdiction. Send {expected}."
    de = "Diese Qualifikation wird dort nicht ausgestellt. Senden Sie {expected}."


class CredentialNumberMissing(Refusal):
    kind = Kind.INVALID
    en = "This credential has a number; send it as it is printed on the document."
    de = "Diese Qualifikation hat eine Nummer; senden Sie sie, wie sie auf der Urkunde steht."


class CredentialNumberMalformed(Refusal):
    kind = Kind.INVALID
    en = "A number of this type looks like {example}. Compare yours with the document."
    de = "Eine solche Nummer sieht aus wie {example}. Vergleichen Sie Ihre mit der Urkunde."


class CheckDigitWrong(Refusal):
    kind = Kind.INVALID
    en = "The last character is a check digit and does not fit the rest: a digit is mistyped or"
    en += " two are swapped. Compare the number with the document."
    de = "Das letzte Zeichen ist eine Prüfziffer und passt nicht zum Rest: Eine Ziffer ist falsch"
    de += " oder zwei sind vertauscht. Vergleichen Sie die Nummer mit der Urkunde."


class CredentialDatesWrong(Refusal):
    kind = Kind.INVALID
    en = "The dates do not fit: issued on a past day, expiring after it and not before today."
    de = "Die Daten passen nicht: ausgestellt in der Vergangenheit, gültig danach und noch heute."


class CredentialAlreadyClaimed(Refusal):
    en = "You have claimed this credential already. Add evidence to it instead."
    de = "Diese Qualifikation haben Sie schon angegeben. Ergänzen Sie dort Nachweise."


class TooManyCredentials(Refusal):
    en = "A profile holds up to {most} credentials. Ask support if you need more."
    de = "Ein Profil fasst bis zu {most} Qualifikationen. Fragen Sie uns, wenn Sie mehr brauchen."


class EvidenceNotWanted(Refusal):
    en = "This credential is {state} and takes no more evidence. Claim it again instead."
    de = "Der Stand ist '{state}', Nachweise sind nicht mehr möglich. Geben Sie sie neu an."


class EvidenceQuotaReached(Refusal):
    en = "A credential holds up to {most} documents. Put several pages into one PDF."
    de = (
        "Eine Qualifikation fasst bis zu {most} Dokumente. Fassen Sie Seiten in einem PDF zusammen."
    )


class EvidenceTooLarge(Refusal):
    kind = Kind.TOO_LARGE
    en = "A document has up to {most_mebibytes} MB. Photograph it smaller, or split it."
    de = (
        "Ein Dokument hat bis zu {most_mebibytes} MB. Fotografieren Sie kleiner oder teilen Sie es."
    )


class EvidenceNameUnsafe(Refusal):
    kind = Kind.INVALID
    en = "The file name has characters or a form that cannot be kept. Rename the file simply."
    de = "Der Dateiname hat unzulässige Zeichen oder Form. Benennen Sie die Datei einfach um."


class EvidenceTypeRefused(Refusal):
    kind = Kind.INVALID
    en = "Send a PDF, PNG or JPEG whose name, type and content agree."
    de = "Senden Sie PDF, PNG oder JPEG, bei denen Name, Typ und Inhalt zusammenpassen."


class EvidenceDamaged(Refusal):
    kind = Kind.INVALID
    en = "The file is damaged, oversized in pixels, or holds more than one document. Save it anew."
    de = "Die Datei ist beschädigt, hat zu viele Bildpunkte oder enthält mehr als ein Dokument."
    de += " Speichern Sie sie neu."


class EvidenceUnavailable(Refusal):
    kind = Kind.UNAVAILABLE
    en = "The document cannot be fetched right now. Try again in a moment."
    de = "Das Dokument ist gerade nicht abrufbar. Versuchen Sie es gleich noch einmal."
