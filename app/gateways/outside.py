"""Everything that can be reached outside, as one bundle that the composition root fills."""

from dataclasses import dataclass

from app.gateways.files import Files
from app.gateways.mail import Mailer


@dataclass(frozen=True, slots=True)
class Outside:
    files: Files
    mailer: Mailer
