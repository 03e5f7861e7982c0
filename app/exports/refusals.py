"""What exports refuse."""

from app.domain.refusals import FieldProblem, Kind, Refusal


class ExportNotFinished(Refusal):
    """There is no file yet."""

    kind = Kind.STATE
    en = "The file is not written yet. Fetch the export again until its state is finished."
    de = "Die Datei ist noch nicht fertig. Fragen Sie den Export ab, bis er fertig ist."


PERIOD_BACKWARDS = FieldProblem(
    "#/to",
    "period_backwards",
    "The last day lies before the first one.",
    "Der letzte Tag liegt vor dem ersten.",
)
FORMAT_NOT_OFFERED = FieldProblem(
    "#/format",
    "format_not_offered",
    "Plain-text accounting exists for the ledger only; take csv or jsonl.",
    "Klartext-Buchführung gibt es nur für das Hauptbuch; nehmen Sie csv oder jsonl.",
)
