"""What engagements say when they will not do something."""

from app.domain.refusals import Kind, Refusal


class EngagementEnded(Refusal):
    kind = Kind.STATE
    en = "The engagement has ended; its minutes do not change any more. Make a new offer instead."
    de = "Das Engagement ist beendet; seine Minuten bleiben. Machen Sie ein neues Angebot."
