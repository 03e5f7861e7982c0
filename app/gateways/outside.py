"""Everything that can be reached outside, as one bundle that the composition root fills."""

from dataclasses import dataclass

from app.gateways.documents.rendering import DocumentRenderer
from app.gateways.files import Files
from app.gateways.mail import Mailer
from app.gateways.mandates import Mandates
from app.gateways.payments import NoticeReader, Payments
from app.gateways.push import Pusher
from app.gateways.reversals import Reversals
from app.gateways.statements import Statements


@dataclass(frozen=True, slots=True)
class Outside:
    payments: Payments
    mandates: Mandates
    reversals: Reversals
    statements: Statements
    notices: NoticeReader
    files: Files
    mailer: Mailer
    pusher: Pusher
    documents: DocumentRenderer
