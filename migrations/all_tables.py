"""Every module that declares rows, so that the metadata is complete."""

import app.companies.fee_terms
import app.companies.tables
import app.engagements.bill_terms
import app.engagements.pay_terms
import app.engagements.tables
import app.engagements.terms_changes
import app.exports.tables
import app.hiring.bill_terms
import app.hiring.pay_terms
import app.hiring.tables
import app.identity.tables
import app.invoicing.dunning_rows
import app.invoicing.mandate_tables
import app.invoicing.money_tables
import app.invoicing.tables
import app.kit.clock
import app.kit.idempotency
import app.kit.inbox
import app.kit.limits
import app.ledger.tables
import app.notices.tables
import app.payouts.tables
import app.projects.bill_terms
import app.projects.pay_terms
import app.projects.rate_cards
import app.projects.tables
import app.timesheets.adjustments
import app.timesheets.bill_lines
import app.timesheets.contests
import app.timesheets.express
import app.timesheets.leases
import app.timesheets.pay_lines
import app.timesheets.stopping
import app.timesheets.tables
import app.trainers.pay_terms
import app.trainers.tables  # noqa: F401
from app.kit.db import Row

metadata = Row.metadata
