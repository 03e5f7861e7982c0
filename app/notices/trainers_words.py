"""What a trainer reads in a notice, in English and German: a title and a sentence.

`{deadline}` stands where there is one. No sentence names a person, a company, a note or money.
"""

from collections.abc import Mapping

from app.domain.notices import Kind

Words = tuple[str, str]

ENGLISH: Mapping[Kind, Words] = {
    Kind.OFFER_RECEIVED: ("You have an offer", "Read it and answer by {deadline}."),
    Kind.OFFER_EXPIRING: ("An offer is about to expire", "You can answer it until {deadline}."),
    Kind.OFFER_WITHDRAWN: ("An offer was withdrawn", "Your application is open again."),
    Kind.CAP_NEAR: (
        "Few minutes are left",
        "{percent} % of the minutes are used ({cap}). See what is left before you plan on.",
    ),
    Kind.CAP_REACHED: (
        "The minutes are used up",
        "No minutes are left ({cap}). What you log beyond waits for a decision; it is not lost.",
    ),
    Kind.WEEK_NEAR: (
        "Your week is nearly full",
        "{percent} % of your minutes over all engagements are used in this week (UTC).",
    ),
    Kind.WEEK_REACHED: (
        "Your week is full",
        "No minutes are left over all engagements in this week (UTC). What you log beyond waits "
        "for a decision; it is not lost.",
    ),
    Kind.OVER_CAP_ALLOWED: ("Time beyond a cap was agreed to", "It counts like any other time."),
    Kind.OVER_CAP_DECLINED: (
        "Time beyond a cap was declined",
        "Read the reason with the entry.",
    ),
    Kind.HOURS_CONTESTED: (
        "Hours of yours are contested",
        "Answer by {deadline}. If you do not, it is decided without your answer; the hours are "
        "not lost by that.",
    ),
    Kind.ANSWER_DUE: (
        "Your answer to a contest is missing",
        "You can answer until {deadline}; then it is decided without your answer.",
    ),
    Kind.CONTEST_DECIDED: ("A contest was decided", "The contested hours are {outcome}."),
    Kind.CONTEST_WITHDRAWN: ("A contest was withdrawn", "The hours are approved."),
    Kind.TIMESHEET_APPROVED: ("A timesheet was approved", "What stands on it is settled."),
    Kind.TIMESHEET_AUTO_APPROVED: (
        "A timesheet was approved by the clock",
        "Nobody objected within the review window.",
    ),
    Kind.TIMESHEET_SENT_BACK: (
        "A timesheet was sent back",
        "Read the reason, correct it and hand it in again by {deadline}; then it is handed in as "
        "it stands.",
    ),
    Kind.LIMIT_CHANGED: (
        "The agreed minutes of an engagement have changed",
        "See from when they hold. What you have worked already stays.",
    ),
    Kind.ROOM_CHANGED: (
        "The minutes that are left have changed",
        "See what is left before you plan on. What you have worked already stays.",
    ),
    Kind.TERMS_CHANGED: (
        "Your rate changes",
        "See the new rate and from when it holds. Time before that keeps its rate.",
    ),
    Kind.TERMS_PROPOSED: (
        "A lower rate is proposed to you",
        "It holds only if you consent by {deadline}. Without your consent your rate stays.",
    ),
    Kind.CONSENT_DUE: (
        "A proposed rate still waits for you",
        "You can consent or decline until {deadline}. Without your consent your rate stays.",
    ),
    Kind.TERMS_WITHDRAWN: ("A proposed rate was withdrawn", "Your rate stays."),
    Kind.WORK_STOPPED: (
        "New time waits at one of your engagements",
        "The company has to settle something first. What you have logged stays and is yours.",
    ),
    Kind.WORK_GOES_ON: (
        "Time counts again at one of your engagements",
        "The company has settled what was open.",
    ),
    Kind.ENGAGEMENT_PAUSED: (
        "An engagement is paused",
        "A running timer was stopped. Time worked until then may still be logged.",
    ),
    Kind.ENGAGEMENT_RESUMED: ("An engagement goes on", "You can log new time again."),
    Kind.ENGAGEMENT_ENDED: (
        "An engagement has ended",
        "Read the reason there. Time worked until then may still be logged.",
    ),
    Kind.BANK_CHANGED: (
        "Your bank details were changed",
        "Your payouts wait until {deadline}. If you did not change them, tell us before then and "
        "change your password.",
    ),
}

GERMAN: Mapping[Kind, Words] = {
    Kind.OFFER_RECEIVED: (
        "Sie haben ein Angebot",
        "Lesen Sie es und antworten Sie bis {deadline}.",
    ),
    Kind.OFFER_EXPIRING: (
        "Ein Angebot läuft bald ab",
        "Sie können es bis {deadline} beantworten.",
    ),
    Kind.OFFER_WITHDRAWN: (
        "Ein Angebot wurde zurückgezogen",
        "Ihre Bewerbung ist wieder offen.",
    ),
    Kind.CAP_NEAR: (
        "Es bleiben wenige Minuten",
        "{percent} % der Minuten sind verbraucht ({cap}). Sehen Sie nach, bevor Sie weiter planen.",
    ),
    Kind.CAP_REACHED: (
        "Die Minuten sind verbraucht",
        "Es bleiben keine Minuten ({cap}). Was Sie darüber hinaus erfassen, wartet auf eine "
        "Entscheidung und geht nicht verloren.",
    ),
    Kind.WEEK_NEAR: (
        "Ihre Woche ist fast voll",
        "{percent} % Ihrer Minuten über alle Engagements sind in dieser Woche (UTC) verbraucht.",
    ),
    Kind.WEEK_REACHED: (
        "Ihre Woche ist voll",
        "Über alle Engagements bleiben in dieser Woche (UTC) keine Minuten. Was Sie darüber "
        "hinaus erfassen, wartet auf eine Entscheidung und geht nicht verloren.",
    ),
    Kind.OVER_CAP_ALLOWED: (
        "Zeit über einer Grenze wurde zugelassen",
        "Sie zählt wie jede andere.",
    ),
    Kind.OVER_CAP_DECLINED: (
        "Zeit über einer Grenze wurde abgelehnt",
        "Die Begründung steht beim Eintrag.",
    ),
    Kind.HOURS_CONTESTED: (
        "Stunden von Ihnen werden bestritten",
        "Antworten Sie bis {deadline}. Sonst wird ohne Ihre Antwort entschieden; verloren sind "
        "die Stunden dadurch nicht.",
    ),
    Kind.ANSWER_DUE: (
        "Ihre Antwort auf eine Beanstandung fehlt",
        "Sie können bis {deadline} antworten; danach wird ohne Ihre Antwort entschieden.",
    ),
    Kind.CONTEST_DECIDED: (
        "Über eine Beanstandung ist entschieden",
        "Die bestrittenen Stunden sind {outcome}.",
    ),
    Kind.CONTEST_WITHDRAWN: (
        "Eine Beanstandung wurde zurückgezogen",
        "Die Stunden sind freigegeben.",
    ),
    Kind.TIMESHEET_APPROVED: (
        "Ein Stundenzettel wurde freigegeben",
        "Was darauf steht, ist fest.",
    ),
    Kind.TIMESHEET_AUTO_APPROVED: (
        "Ein Stundenzettel wurde durch Fristablauf freigegeben",
        "In der Prüffrist hat niemand widersprochen.",
    ),
    Kind.TIMESHEET_SENT_BACK: (
        "Ein Stundenzettel kam zurück",
        "Lesen Sie den Grund, berichtigen Sie ihn und reichen Sie ihn bis {deadline} wieder ein; "
        "danach wird er eingereicht, wie er ist.",
    ),
    Kind.LIMIT_CHANGED: (
        "Die vereinbarten Minuten eines Engagements haben sich geändert",
        "Sehen Sie nach, ab wann sie gelten. Was schon gearbeitet ist, bleibt.",
    ),
    Kind.ROOM_CHANGED: (
        "Die verbleibenden Minuten haben sich geändert",
        "Sehen Sie nach, bevor Sie weiter planen. Was schon gearbeitet ist, bleibt.",
    ),
    Kind.TERMS_CHANGED: (
        "Ihr Satz ändert sich",
        "Sehen Sie den neuen Satz und ab wann er gilt. Frühere Zeit behält ihren Satz.",
    ),
    Kind.TERMS_PROPOSED: (
        "Ihnen wird ein niedrigerer Satz vorgeschlagen",
        "Er gilt nur, wenn Sie bis {deadline} zustimmen. Sonst bleibt Ihr Satz.",
    ),
    Kind.CONSENT_DUE: (
        "Ein vorgeschlagener Satz wartet noch auf Sie",
        "Sie können bis {deadline} zustimmen oder ablehnen. Ohne Zustimmung bleibt Ihr Satz.",
    ),
    Kind.TERMS_WITHDRAWN: (
        "Ein vorgeschlagener Satz wurde zurückgezogen",
        "Ihr Satz bleibt.",
    ),
    Kind.WORK_STOPPED: (
        "Neue Zeit wartet bei einem Ihrer Engagements",
        "Die Firma muss erst etwas begleichen. Was Sie erfasst haben, bleibt Ihnen.",
    ),
    Kind.WORK_GOES_ON: (
        "Zeit zählt wieder bei einem Ihrer Engagements",
        "Die Firma hat beglichen, was offen war.",
    ),
    Kind.ENGAGEMENT_PAUSED: (
        "Ein Engagement ruht",
        "Eine laufende Uhr wurde angehalten. Bis dahin Gearbeitetes können Sie noch erfassen.",
    ),
    Kind.ENGAGEMENT_RESUMED: (
        "Ein Engagement geht weiter",
        "Sie können wieder neue Zeit erfassen.",
    ),
    Kind.ENGAGEMENT_ENDED: (
        "Ein Engagement ist beendet",
        "Der Grund steht dort. Bis dahin Gearbeitetes können Sie noch erfassen.",
    ),
    Kind.BANK_CHANGED: (
        "Ihre Bankdaten wurden geändert",
        "Ihre Auszahlungen warten bis {deadline}. Waren Sie das nicht, melden Sie sich vorher bei "
        "uns und ändern Sie Ihr Passwort.",
    ),
}
