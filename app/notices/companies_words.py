"""What members of a company and our own staff read in a notice, in English and German."""

from collections.abc import Mapping

from app.domain.notices import Kind

Words = tuple[str, str]

ENGLISH: Mapping[Kind, Words] = {
    Kind.OFFER_ACCEPTED: ("An offer was accepted", "An engagement has begun."),
    Kind.OFFER_DECLINED: ("An offer was declined", "The application is open again."),
    Kind.POSITION_NEAR: (
        "A position's minutes are nearly used up",
        "{percent} % are used or set aside for running timers.",
    ),
    Kind.POSITION_REACHED: (
        "A position's minutes are used up",
        "Time beyond them waits for your decision.",
    ),
    Kind.BUDGET_NEAR: (
        "A project's budget is nearly used up",
        "{percent} % are used or set aside for running timers.",
    ),
    Kind.BUDGET_REACHED: (
        "A project's budget is used up",
        "Time beyond it waits for your decision.",
    ),
    Kind.CREDIT_NEAR: (
        "Your credit limit is nearly reached",
        "{percent} % are used. What you settle makes room again.",
    ),
    Kind.CREDIT_REACHED: (
        "Your credit limit is reached",
        "Time beyond it waits. What you settle makes room again.",
    ),
    Kind.OVER_CAP_WAITING: (
        "Time beyond a cap waits for you",
        "Agree or decline by {deadline}; after that our operations team decides.",
    ),
    Kind.OVER_CAP_DUE: (
        "Time beyond a cap still waits for you",
        "You can decide until {deadline}; after that our operations team decides.",
    ),
    Kind.CONTEST_ANSWERED: (
        "A contest was answered",
        "Our operations team decides by {deadline}. You may withdraw until then.",
    ),
    Kind.COMPANY_CONTEST_DECIDED: ("A contest was decided", "The contested hours are {outcome}."),
    Kind.TIMESHEET_SUBMITTED: (
        "A timesheet waits for review",
        "Review it by {deadline}; without an answer it is approved.",
    ),
    Kind.REVIEW_DUE: (
        "A timesheet still waits for review",
        "You can answer until {deadline}; then it is approved.",
    ),
    Kind.COMPANY_LIMIT_CHANGED: (
        "The agreed minutes of an engagement have changed",
        "A raise holds at once, a cut from the next pay week on.",
    ),
    Kind.BUDGET_CHANGED: (
        "A project's budget has changed",
        "It holds for time from now on. What was logged already stays.",
    ),
    Kind.POSITION_CHANGED: (
        "The minutes of a position have changed",
        "They hold for time from now on. What was logged already stays.",
    ),
    Kind.TERMS_CONSENTED: (
        "A trainer has consented to new terms",
        "They hold from their day on.",
    ),
    Kind.TERMS_DECLINED: ("A trainer has declined new terms", "The terms stay as they are."),
    Kind.TERMS_EXPIRED: (
        "New terms have expired without consent",
        "The terms stay as they are.",
    ),
    Kind.MEMBER_JOINED: ("Somebody has joined your company", "See who, and in which role."),
    Kind.ROLE_CHANGED: (
        "Your role has changed",
        "In your company's account you are now: {role}.",
    ),
    Kind.MEMBERSHIP_ENDED: (
        "You have left a company's account",
        "An owner has removed you. You are signed out everywhere.",
    ),
    Kind.STAFF_OVER_CAP_WAITING: ("Time beyond a cap waits for operations", "By {deadline}."),
    Kind.STAFF_OVER_CAP_DUE: ("Time beyond a cap still waits for operations", "By {deadline}."),
    Kind.STAFF_CONTEST_WAITING: (
        "A contest waits for operations",
        "Decide by {deadline}; then the hours are approved.",
    ),
    Kind.STAFF_CONTEST_DUE: (
        "A contest still waits for operations",
        "Decide by {deadline}; then the hours are approved.",
    ),
    Kind.INVOICE_DUE_SOON: ("An invoice is due soon", "It is due within three days."),
    Kind.INVOICE_OVERDUE: (
        "An invoice is overdue",
        "Its due day has passed. Pay what is still open; if you have, you need not do anything.",
    ),
    Kind.INVOICE_LAST_CALL: (
        "An invoice is still not paid",
        "If it is not paid by {deadline}, no new time can be logged until it is.",
    ),
    Kind.TIME_STOPPED: (
        "No new time can be logged",
        "An invoice has been overdue for three weeks. Time goes on as soon as it is paid.",
    ),
    Kind.TIME_GOES_ON: ("Time can be logged again", "Thank you: nothing is overdue any more."),
    Kind.INVOICE_OPEN_AGAIN: (
        "An invoice is open again",
        "Its payment, or a part of it, was taken back. What is due is to be paid again.",
    ),
    Kind.INVOICE_CHARGE_FAILED: (
        "Your saved means of payment was not charged",
        "Its bank has refused, or wants to ask somebody. Please pay the due invoice on its page.",
    ),
    Kind.REFUND_SENT: (
        "A refund is on its way to you",
        "It takes the way on which you paid, usually within ten days.",
    ),
    Kind.STAFF_DISPUTE_OPENED: (
        "A payment is disputed",
        "The payer's bank questions it. Evidence is to be sent by {deadline}.",
    ),
    Kind.STAFF_REFUND_FAILED: (
        "A refund came back",
        "The payer's bank did not take it. The sum is the company's credit again.",
    ),
    Kind.STAFF_RECONCILIATION_OPEN: (
        "Stripe's statement and our books need a look",
        "The daily reconciliation has found something that will not settle by itself.",
    ),
    Kind.STAFF_CHAIN_BROKEN: (
        "The books were changed after the fact",
        "The hash chain over all postings no longer fits. Run the proof: it names the postings.",
    ),
}

GERMAN: Mapping[Kind, Words] = {
    Kind.OFFER_ACCEPTED: ("Ein Angebot wurde angenommen", "Ein Engagement hat begonnen."),
    Kind.OFFER_DECLINED: ("Ein Angebot wurde abgelehnt", "Die Bewerbung ist wieder offen."),
    Kind.POSITION_NEAR: (
        "Die Minuten einer Stelle sind fast verbraucht",
        "{percent} % sind verbraucht oder für laufende Uhren vorgemerkt.",
    ),
    Kind.POSITION_REACHED: (
        "Die Minuten einer Stelle sind verbraucht",
        "Zeit darüber hinaus wartet auf Ihre Entscheidung.",
    ),
    Kind.BUDGET_NEAR: (
        "Das Budget eines Projekts ist fast verbraucht",
        "{percent} % sind verbraucht oder für laufende Uhren vorgemerkt.",
    ),
    Kind.BUDGET_REACHED: (
        "Das Budget eines Projekts ist verbraucht",
        "Zeit darüber hinaus wartet auf Ihre Entscheidung.",
    ),
    Kind.CREDIT_NEAR: (
        "Ihr Kreditrahmen ist fast erreicht",
        "{percent} % sind verbraucht. Was Sie begleichen, macht wieder Platz.",
    ),
    Kind.CREDIT_REACHED: (
        "Ihr Kreditrahmen ist erreicht",
        "Zeit darüber hinaus wartet. Was Sie begleichen, macht wieder Platz.",
    ),
    Kind.OVER_CAP_WAITING: (
        "Zeit über einer Grenze wartet auf Sie",
        "Entscheiden Sie bis {deadline}; danach entscheidet unser Team.",
    ),
    Kind.OVER_CAP_DUE: (
        "Zeit über einer Grenze wartet noch auf Sie",
        "Sie können bis {deadline} entscheiden; danach entscheidet unser Team.",
    ),
    Kind.CONTEST_ANSWERED: (
        "Eine Beanstandung wurde beantwortet",
        "Unser Team entscheidet bis {deadline}. Bis dahin können Sie sie zurückziehen.",
    ),
    Kind.COMPANY_CONTEST_DECIDED: (
        "Über eine Beanstandung ist entschieden",
        "Die bestrittenen Stunden sind {outcome}.",
    ),
    Kind.TIMESHEET_SUBMITTED: (
        "Ein Stundenzettel wartet auf Prüfung",
        "Prüfen Sie ihn bis {deadline}; ohne Antwort ist er freigegeben.",
    ),
    Kind.REVIEW_DUE: (
        "Ein Stundenzettel wartet noch auf Prüfung",
        "Sie können bis {deadline} antworten; dann ist er freigegeben.",
    ),
    Kind.COMPANY_LIMIT_CHANGED: (
        "Die vereinbarten Minuten eines Engagements haben sich geändert",
        "Mehr gilt sofort, weniger ab der nächsten Abrechnungswoche.",
    ),
    Kind.BUDGET_CHANGED: (
        "Das Budget eines Projekts hat sich geändert",
        "Es gilt für Zeit von jetzt an. Was schon erfasst ist, bleibt.",
    ),
    Kind.POSITION_CHANGED: (
        "Die Minuten einer Stelle haben sich geändert",
        "Sie gelten für Zeit von jetzt an. Was schon erfasst ist, bleibt.",
    ),
    Kind.TERMS_CONSENTED: (
        "Neuen Konditionen wurde zugestimmt",
        "Sie gelten ab ihrem Tag.",
    ),
    Kind.TERMS_DECLINED: (
        "Neue Konditionen wurden abgelehnt",
        "Die Konditionen bleiben, wie sie sind.",
    ),
    Kind.TERMS_EXPIRED: (
        "Neue Konditionen sind ohne Zustimmung verfallen",
        "Die Konditionen bleiben, wie sie sind.",
    ),
    Kind.MEMBER_JOINED: (
        "Jemand ist Ihrer Firma beigetreten",
        "Sehen Sie nach, wer und in welcher Rolle.",
    ),
    Kind.ROLE_CHANGED: (
        "Ihre Rolle hat sich geändert",
        "Im Konto Ihrer Firma sind Sie jetzt: {role}.",
    ),
    Kind.MEMBERSHIP_ENDED: (
        "Sie gehören einem Firmenkonto nicht mehr an",
        "Ein Inhaber hat Sie entfernt. Sie sind überall abgemeldet.",
    ),
    Kind.STAFF_OVER_CAP_WAITING: ("Zeit über einer Grenze wartet aufs Team", "Bis {deadline}."),
    Kind.STAFF_OVER_CAP_DUE: ("Zeit über einer Grenze wartet noch aufs Team", "Bis {deadline}."),
    Kind.STAFF_CONTEST_WAITING: (
        "Eine Beanstandung wartet aufs Team",
        "Entscheiden Sie bis {deadline}; dann sind die Stunden freigegeben.",
    ),
    Kind.STAFF_CONTEST_DUE: (
        "Eine Beanstandung wartet noch aufs Team",
        "Entscheiden Sie bis {deadline}; dann sind die Stunden freigegeben.",
    ),
    Kind.INVOICE_DUE_SOON: ("Eine Rechnung wird bald fällig", "Sie wird in drei Tagen fällig."),
    Kind.INVOICE_OVERDUE: (
        "Eine Rechnung ist überfällig",
        "Ihr Fälligkeitstag ist vorbei. Zahlen Sie bitte, was offen ist, falls nicht geschehen.",
    ),
    Kind.INVOICE_LAST_CALL: (
        "Eine Rechnung ist noch immer offen",
        "Ist sie bis {deadline} nicht bezahlt, ruht die Zeiterfassung bis zur Zahlung.",
    ),
    Kind.TIME_STOPPED: (
        "Neue Zeit kann nicht erfasst werden",
        "Eine Rechnung ist seit drei Wochen überfällig. Mit der Zahlung geht es weiter.",
    ),
    Kind.TIME_GOES_ON: ("Zeit kann wieder erfasst werden", "Danke: Nichts ist mehr überfällig."),
    Kind.INVOICE_OPEN_AGAIN: (
        "Eine Rechnung ist wieder offen",
        "Ihre Zahlung oder ein Teil davon ging zurück. Was offen ist, ist noch zu zahlen.",
    ),
    Kind.INVOICE_CHARGE_FAILED: (
        "Ihr gespeichertes Zahlungsmittel wurde nicht belastet",
        "Die Bank hat abgelehnt oder will nachfragen. Bitte zahlen Sie die fällige Rechnung auf"
        " ihrer Zahlungsseite.",
    ),
    Kind.REFUND_SENT: (
        "Eine Erstattung ist unterwegs zu Ihnen",
        "Sie nimmt den Weg Ihrer Zahlung und dauert meist höchstens zehn Tage.",
    ),
    Kind.STAFF_DISPUTE_OPENED: (
        "Eine Zahlung wird bestritten",
        "Die Bank des Zahlers fragt nach. Belege sind bis {deadline} einzureichen.",
    ),
    Kind.STAFF_REFUND_FAILED: (
        "Eine Erstattung kam zurück",
        "Die Bank des Zahlers nahm sie nicht an. Der Betrag ist wieder Guthaben der Firma.",
    ),
    Kind.STAFF_RECONCILIATION_OPEN: (
        "Stripes Auszug und unsere Bücher brauchen einen Blick",
        "Der tägliche Abgleich hat etwas gefunden, das sich nicht von selbst erledigt.",
    ),
    Kind.STAFF_CHAIN_BROKEN: (
        "Die Bücher wurden nachträglich geändert",
        "Die Prüfkette über alle Buchungen passt nicht mehr. Der Nachweis nennt die Buchungen.",
    ),
}
