"""Who may import whom: the contracts hold, and each of them notices when it is broken on purpose.

Most breaks are planted into a copy of the import graph, where each can be judged alone; one copy of
the sources carries a break of every contract at once, to show that files are read as well.
"""

import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
from importlinter import configuration
from importlinter.application import use_cases
from importlinter.application.ports.reporting import Report

from tests.walls import sources

# importer, what it must not import, the contracts that must notice: those and no others.
BREAKS = [
    # Uphill, sideways, and the rooms that stand for the outside.
    ("app.domain.money", "app.kit.ids", "order domain"),
    ("app.companies.queries", "app.trainers.queries", "order"),
    ("app.identity.grants", "app.companies.queries", "order acyclic"),
    ("app.timesheets.tables", "app.payouts.tables", "order acyclic wall-client"),
    ("app.simulators.stripe.build", "app.main", "order simulators"),
    # A door's words are its own.
    ("app.api.client.build", "app.api.trainer.build", "doors door-floor wall-client"),
    ("app.api.finance.ledger_routes", "app.api.client.views.company", "doors door-floor"),
    ("app.api.errors", "app.api.door", "door-floor acyclic letterbox"),
    ("app.api.words", "app.api.client.build", "doors door-floor acyclic wall-trainer"),
    # Inside a room.
    ("app.companies.tables", "app.companies.queries", "in-room acyclic"),
    ("app.kit.db", "app.kit.limits", "acyclic"),
    # A package is no door into a room.
    ("app.matching.eligibility", "app.projects", "by-the-file"),
    ("app.api.client.project_routes", "app.engagements", "by-the-file"),
    # The trainer's door, directly and through a chain of innocent files.
    ("app.api.trainer.hiring_routes", "app.hiring.bill_terms", "wall-trainer"),
    ("app.api.trainer.views.hiring", "app.projects.bill_terms", "wall-trainer"),
    ("app.hiring.answering", "app.companies.fee_terms", "wall-trainer"),
    ("app.engagements.for_trainers", "app.engagements.bill_terms", "wall-trainer"),
    ("app.api.trainer.earning_routes", "app.exports.tables", "wall-trainer both-sides rows"),
    # The client's door likewise.
    ("app.api.client.hiring_routes", "app.hiring.pay_terms", "wall-client"),
    ("app.api.client.invoice_routes", "app.payouts.queries", "wall-client"),
    ("app.engagements.for_companies", "app.engagements.pay_terms", "wall-client"),
    ("app.hiring.for_companies", "app.trainers.pay_terms", "wall-client"),
    # Money out knows no bill, money in no pay.
    ("app.payouts.standing", "app.timesheets.bill_lines", "wall-trainer wall-payouts"),
    ("app.payouts.queries", "app.engagements.bill_terms", "wall-trainer wall-payouts"),
    ("app.payouts.explaining", "app.companies.fee_terms", "wall-trainer wall-payouts"),
    ("app.invoicing.running", "app.engagements.pay_terms", "wall-invoicing"),
    ("app.invoicing.queries", "app.timesheets.pay_lines", "wall-client wall-invoicing"),
    # Both sides at once are finance's.
    ("app.api.client.company_routes", "app.ledger.posting", "both-sides"),
    ("app.api.operations.check_routes", "app.ledger.queries", "both-sides"),
    ("app.api.operations.check_routes", "app.companies.fee_terms", "both-sides"),
    # Rows are read by rooms.
    ("app.api.client.company_routes", "app.companies.tables", "rows"),
    ("app.jobs.payouts", "app.payouts.tables", "rows"),
    ("app.cli.program", "app.identity.tables", "rows"),
    # Third parties have one place each.
    ("app.payouts.sending", "stripe", "stripe"),
    ("app.demo.clients", "stripe", "stripe"),
    ("app.hiring.offering", "fastapi", "http"),
    ("app.kit.paging", "starlette", "http"),
    ("app.payouts.sending", "app.gateways.stripe.payments", "adapters"),
    ("app.jobs.toolbox", "app.gateways.stripe.client", "adapters"),
    # Who waits for the outside.
    ("app.api.finance.payout_routes", "app.payouts.sending", "outside"),
    ("app.payouts.running", "app.payouts.settling", "outside"),
    # The pure parts.
    ("app.domain.scoring", "pydantic", "domain"),
    ("app.domain.scoring", "sqlalchemy", "domain"),
    ("app.kit.logs", "app.domain.money", "kit"),
    ("app.simulators.stripe.money", "app.domain.money", "simulators"),
    ("app.simulators.stripe.signing", "app.gateways.stripe.notices", "adapters simulators"),
    ("app.api.webhooks.routes", "app.payouts.queries", "letterbox"),
    ("app.api.webhooks.routes", "app.api.door", "letterbox"),
    ("app.demo.clients", "app.payouts.queries", "demo"),
    ("app.demo.stage", "app.domain.money", "demo"),
]


@pytest.fixture(scope="module")
def report() -> Report:
    """Every contract, checked on the real sources; its graph is what the breaks are planted in."""
    configuration.configure()
    options = use_cases.read_user_options(str(sources.ROOT / "pyproject.toml"))
    use_cases._register_built_in_contract_types()
    return use_cases.create_report(options, cache_dir=None)


def _names() -> dict[str, str]:
    return {contract["name"]: id_ for id_, contract in sources.contracts().items()}


def _broken(report: Report, importer: str, imported: str) -> set[str]:
    graph = deepcopy(report.graph)
    graph.add_import(importer=importer, imported=imported)
    return {
        _names()[contract.name]
        for contract in report.contracts
        if not contract.check(deepcopy(graph), verbose=False).kept
    }


def test_every_contract_is_kept(report: Report) -> None:
    assert report.could_not_run is False
    broken = [c.name for c, check in report.get_contracts_and_checks() if not check.kept]
    assert broken == []
    assert len(report.contracts) == len(sources.contracts())


@pytest.mark.parametrize(("importer", "imported", "noticed_by"), BREAKS)
def test_a_planted_import_is_noticed(
    report: Report, importer: str, imported: str, noticed_by: str
) -> None:
    assert {importer, imported} <= report.graph.modules, "the break plants nothing real"
    assert imported not in report.graph.find_modules_directly_imported_by(importer)
    assert _broken(report, importer, imported) == set(noticed_by.split())


def test_no_contract_is_left_untried() -> None:
    tried = {id_ for _, _, noticed_by in BREAKS for id_ in noticed_by.split()}
    assert tried == set(sources.contracts())


# One line of source per contract; where a later line breaks an earlier contract too, so much the
# better. The first speaks to the package, the second hides in a function.
PLANTED = {
    "app/matching/eligibility.py": "from app import projects",
    "app/hiring/answering.py": "def _hidden():\n    from app.companies import fee_terms\n",
    "app/domain/money.py": "import sqlalchemy",
    "app/companies/queries.py": "import app.trainers.queries",
    "app/companies/tables.py": "from app.companies import queries",
    "app/api/finance/ledger_routes.py": "from app.api.client.views import company",
    "app/engagements/for_companies.py": "from app.engagements import pay_terms",
    "app/payouts/standing.py": "from app.timesheets import bill_lines",
    "app/payouts/running.py": "import app.payouts.settling",
    "app/invoicing/running.py": "from app.engagements.pay_terms import EngagementPayTerms as _E",
    "app/api/operations/check_routes.py": "import app.ledger.queries",
    "app/jobs/payouts.py": "import app.payouts.tables",
    "app/hiring/offering.py": "from fastapi import Request\nimport stripe",
    "app/jobs/toolbox.py": "import app.gateways.stripe.client",
    "app/kit/logs.py": "from app.domain.money import Money",
    "app/simulators/stripe/money.py": "from app.domain import money",
    "app/api/webhooks/routes.py": "import app.api.door",
    "app/demo/stage.py": "from app.domain import money",
}


def test_breaks_in_files_are_read(tmp_path: Path) -> None:
    shutil.copytree(sources.ROOT / "app", tmp_path / "app",
                    ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    (tmp_path / "tests/walls").mkdir(parents=True)
    shutil.copy(sources.ROOT / "tests/walls/contracts.py", tmp_path / "tests/walls")
    shutil.copy(sources.ROOT / "pyproject.toml", tmp_path)
    for name, line in PLANTED.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    answer = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 1
    said = re.sub(r"\x1b\[[0-9;]*m", "", answer.stdout)
    broken = set(re.findall(r"^(.+?) BROKEN\b", said, re.MULTILINE))
    assert {_names()[name] for name in broken} == set(sources.contracts()), said
