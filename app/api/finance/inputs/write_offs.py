"""What finance can say about invoices that it gives up."""

from pydantic import ConfigDict

from app.api.words import Line, Said
from app.domain.writing_off import WriteOffReason
from app.invoicing.writing_off import WriteOffWanted


class WriteOffInvoice(Said):
    """Why nothing more is expected of it, and what proves it. Both stay with finance."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reason_code": "insolvency",
                    "reason": "Proceedings were opened on 12 November",
                    "evidence": "Court notice 36 IN 1234/26",
                }
            ]
        }
    )

    reason_code: WriteOffReason
    reason: Line
    evidence: Line

    def wanted(self) -> WriteOffWanted:
        return WriteOffWanted(self.reason_code, self.reason, self.evidence)
