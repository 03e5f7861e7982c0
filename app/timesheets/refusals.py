"""What timesheets refuse. Trainers read these: no figure of money, no name of a budget."""

from app.domain.refusals import FieldProblem, InvalidValues, Kind, Refusal


def currency_differs() -> InvalidValues:
    """For an amount in another currency than the engagement's."""
    return InvalidValues(
        errors=[
            FieldProblem(
                "/amount/currency",
                "currency_differs",
                "Send the currency of the engagement.",
                "Senden Sie die Währung der Tätigkeit.",
            )
        ]
    )


class TimeOverlaps(Refusal):
    """`entry_id`, `started_at`, `ended_at` (None: running) are of the trainer's own other entry."""

    kind = Kind.STATE
    en = "You have logged time then already. Change the other entry first, or send other times."
    de = "Für diese Zeit gibt es schon einen Eintrag von Ihnen. Ändern Sie erst den anderen."


class HourCapReached(Refusal):
    """`cap` names the cap that has nothing left."""

    kind = Kind.STATE
    en = "No time is left under the cap '{cap}'. Log the hours by hand to have them decided on."
    de = "Unter der Grenze '{cap}' ist keine Zeit übrig. Tragen Sie Stunden von Hand ein."


class EndsInTheFuture(Refusal):
    kind = Kind.INVALID
    en = "The end lies in the future. Send the time when the work is done."
    de = "Das Ende liegt in der Zukunft. Senden Sie die Zeit, wenn die Arbeit getan ist."


class NotForward(Refusal):
    kind = Kind.INVALID
    en = "The end must lie after the start."
    de = "Das Ende muss nach dem Beginn liegen."


class EntryTooLong(Refusal):
    kind = Kind.INVALID
    en = "One entry holds at most seven days. Send several."
    de = "Ein Eintrag fasst höchstens sieben Tage. Senden Sie mehrere."


class BeforeFirstDay(Refusal):
    """`from_at`: the first instant that can be logged."""

    kind = Kind.INVALID
    en = "The engagement begins at {from_at}. Ask the company if you worked before that."
    de = "Die Tätigkeit beginnt am {from_at}. Fragen Sie die Firma wegen früherer Arbeit."


class AfterLastDay(Refusal):
    """`until_at`: the end of the last day that can be logged."""

    kind = Kind.INVALID
    en = "The engagement ends at {until_at}. Ask the company for a new end."
    de = "Die Tätigkeit endet am {until_at}. Bitten Sie die Firma um ein neues Ende."


class LoggedTooLate(Refusal):
    """More than 30 days after the work."""

    kind = Kind.INVALID
    en = "Time can be logged for 30 days. Write to operations about older work."
    de = "Zeit lässt sich 30 Tage lang eintragen. Schreiben Sie dem Team wegen älterer Arbeit."


class EngagementNotActive(Refusal):
    kind = Kind.STATE
    en = "This engagement is {state}: no new time can be logged. Ask the company."
    de = "Diese Tätigkeit ist '{state}': Neue Zeit ist nicht möglich. Fragen Sie die Firma."


class CredentialLapsed(Refusal):
    kind = Kind.STATE
    en = "A credential that this position needs is not valid then. Renew it, then log new time."
    de = "Ein nötiger Nachweis gilt dann nicht. Erneuern Sie ihn, dann geht neue Zeit wieder."


class TimeDeleted(Refusal):
    kind = Kind.STATE
    en = "This entry was deleted. Send the time under a new id."
    de = "Dieser Eintrag wurde gelöscht. Senden Sie die Zeit unter einer neuen Id."


class TimeAgreedTo(Refusal):
    kind = Kind.STATE
    en = "This time beyond a cap was agreed to as it is. Delete it and log it anew to change it."
    de = "Dieser Zeit über der Grenze wurde so zugestimmt. Löschen und neu eintragen ändert sie."


class VersionDiffers(Refusal):
    """`version` is the current one. `current`, `yours`, `differing`: see `conflicts`."""

    kind = Kind.PRECONDITION
    en = "The entry has changed since you read it. Fetch it again and repeat your change."
    de = "Der Eintrag hat sich inzwischen geändert. Laden Sie neu und wiederholen Sie die Änderung."


class TimerAlreadyRunning(Refusal):
    """`entry_id` is the running one."""

    kind = Kind.STATE
    en = "Another timer of yours is running. Stop it first."
    de = "Eine andere Uhr von Ihnen läuft noch. Halten Sie sie zuerst an."


class NothingToSubmit(Refusal):
    kind = Kind.STATE
    en = "There is no time on this timesheet. Log some first."
    de = "Auf diesem Stundenzettel steht keine Zeit. Tragen Sie erst welche ein."


class SentBackBefore(Refusal):
    kind = Kind.STATE
    en = "This timesheet was sent back once already. Approve it."
    de = "Dieser Stundenzettel ging schon einmal zurück. Geben Sie ihn frei."


class DecidedElsewhere(Refusal):
    """The cap is somebody else's to lift; `decider` is company or operations."""

    kind = Kind.FORBIDDEN
    en = "This is for {decider} to decide."
    de = "Darüber entscheidet eine andere Stelle ({decider})."


class ExplanationNeeded(Refusal):
    kind = Kind.INVALID
    en = "Give a reason code and an explanation that the trainer can read."
    de = "Geben Sie einen Grund und eine Erklärung an, die die Fachkraft lesen kann."


class BudgetReached(Refusal):
    kind = Kind.STATE
    en = "The project's budget leaves no room. Raise it, then try again."
    de = "Das Budget des Projekts ist ausgeschöpft. Erhöhen Sie es und versuchen Sie es erneut."


class CreditLimitReached(Refusal):
    kind = Kind.STATE
    en = "Your credit limit leaves no room. Pay an open invoice, then decide again."
    de = "Ihr Kreditrahmen ist ausgeschöpft. Bezahlen Sie eine offene Rechnung und wiederholen Sie."


class AnsweredBefore(Refusal):
    kind = Kind.STATE
    en = "You have answered this already. The first answer stands and operations reads it."
    de = "Sie haben schon geantwortet. Die erste Antwort gilt und wird gelesen."


class AnswerTooLate(Refusal):
    kind = Kind.STATE
    en = "The time for an answer has passed. Operations decides; your hours are not lost."
    de = "Die Frist für eine Antwort ist vorbei. Das Team entscheidet; die Stunden bleiben."


class DecisionTooLate(Refusal):
    """Silence never costs the trainer: after the deadline the hours can only be approved."""

    kind = Kind.STATE
    en = "The deadline has passed without a decision, so the hours are approved."
    de = "Die Frist ist ohne Entscheidung abgelaufen, daher werden die Stunden freigegeben."


class WeekNotApproved(Refusal):
    kind = Kind.STATE
    en = "No hours of that week are approved. Change the entries themselves."
    de = "Von jener Woche ist nichts freigegeben. Ändern Sie die Einträge selbst."


class CorrectionTooLarge(Refusal):
    kind = Kind.STATE
    en = "More minutes would be taken than are approved at that rate in that week."
    de = "Es würden mehr Minuten abgezogen, als zu jenem Satz in jener Woche freigegeben sind."


class ClawbackTooLarge(Refusal):
    kind = Kind.STATE
    en = "More would be taken back than this engagement has come to so far."
    de = "Es würde mehr zurückgefordert, als diese Tätigkeit bisher ergeben hat."


class EvidenceUnknown(Refusal):
    kind = Kind.INVALID
    en = "Evidence must be time entries or adjustments of this engagement. Check the ids."
    de = "Belege müssen Zeiteinträge oder Anpassungen dieser Tätigkeit sein. Prüfen Sie die Ids."


class TooLateToTake(Refusal):
    """Silence never costs the trainer: after the deadline nothing can be taken any more."""

    kind = Kind.STATE
    en = "The deadline has passed without a decision, so nothing is taken."
    de = "Die Frist ist ohne Entscheidung abgelaufen, daher wird nichts abgezogen."
