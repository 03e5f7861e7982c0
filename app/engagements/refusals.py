"""What engagements say when they will not do something."""

from app.domain.refusals import Kind, Refusal


class EngagementEnded(Refusal):
    kind = Kind.STATE
    en = "The engagement has ended; its minutes do not change any more. Make a new offer instead."
    de = "Das Engagement ist beendet; seine Minuten bleiben. Machen Sie ein neues Angebot."


class TermsProposed(Refusal):
    kind = Kind.STATE
    en = "Other terms already wait for the trainer's consent. Withdraw them first."
    de = "Andere Konditionen warten schon auf Zustimmung. Ziehen Sie diese zuerst zurück."


class ConsentTooLate(Refusal):
    kind = Kind.STATE
    en = "The time to answer is over. The terms stay as they are; they can be proposed anew."
    de = "Die Frist zum Antworten ist vorbei. Es bleibt, wie es ist; ein neuer Vorschlag geht."
