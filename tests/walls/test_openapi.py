"""The documents that outsiders build on: committed, complete, and promising what was promised."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jsonschema_rs import Draft202012Validator

from app.cli import documents as writing
from app.settings import Settings
from tests.walls import documents, sources
from tests.walls.documents import DOORS, Json, Operation

# What independent clients look for. An id may be added, never taken away.
PROMISED = {
    "client": """
        register_company sign_in refresh_session sign_out verify_email request_password_reset
        reset_password list_vocabularies create_api_key list_api_keys revoke_api_key
        set_billing_profile create_project get_project list_projects add_position update_position
        publish_project pause_project close_project list_candidates explain_candidate
        list_applications shortlist_application decline_application make_offer withdraw_offer
        list_engagements get_engagement end_engagement list_timesheets get_timesheet
        approve_timesheet approve_timesheets send_back_timesheet decide_over_cap explain_minutes
        list_invoices
        get_invoice explain_invoice_line
        download_invoice pay_invoice get_wallet top_up_wallet
        get_payment_consent save_payment_method list_payment_methods remove_payment_method
        invite_member list_members change_member
        remove_member withdraw_member_invitation preview_member_invitation
        accept_member_invitation
    """,
    "trainer": """
        register_trainer sign_in refresh_session sign_out verify_email request_password_reset
        reset_password list_vocabularies get_me update_profile set_skills set_languages
        set_availability claim_credential list_credentials upload_evidence start_payout_onboarding
        get_payout_account list_feed get_position apply list_applications withdraw_application
        list_offers accept_offer decline_offer list_engagements get_engagement get_allowance
        start_timer stop_timer record_time delete_time get_time sync_time list_time
        list_timesheets submit_timesheet explain_minutes
        list_earnings list_payouts explain_payout list_holds
        request_second_factor confirm_second_factor
    """,
    "finance": """
        sign_in refresh_session sign_out set_issuer_profile set_credit_terms run_invoices
        list_invoices get_invoice download_invoice record_payment run_payouts get_payout_run
        refund_payment list_refunds list_disputes
        confirm_second_factor approve_payout_run
        write_off_invoice approve_write_off list_write_offs
        record_unknown_payment list_suspense assign_suspense return_suspense
        list_payouts get_payout retry_payout preview_payouts cancel_payout hold_payout
        list_payout_holds get_payout_hold release_hold hold_trainer record_screening
        list_ledger_accounts list_postings get_books_proof
        get_company_wallet record_top_up refund_wallet
        create_export get_export download_export set_rate_card list_rate_cards set_fee_terms
        get_reconciliation list_reconciliation_differences run_reconciliation
        get_reconciliation_run link_reconciliation explain_margin explain_engagement_margin
        list_periods get_period close_period reopen_period
    """,
    "operations": """
        sign_in refresh_session sign_out list_credential_checks download_evidence
        decide_credential_check list_over_cap decide_over_cap
    """,
}
# What needs no token. A route that is missing here and needs none fails.
PUBLIC = {
    "client": """sign_in refresh_session verify_email request_password_reset reset_password
                 register_company list_vocabularies preview_member_invitation
                 accept_member_invitation""",
    "trainer": """sign_in refresh_session verify_email request_password_reset reset_password
                  register_trainer list_vocabularies""",
    "finance": "sign_in refresh_session",
    "operations": "sign_in refresh_session",
}
# Scores and weights of a ranking are fractions; nothing else is.
FRACTIONS = {"score", "value", "weight"}
NO_BODY = {204, 304}


def test_the_committed_documents_are_the_generated_ones() -> None:
    for door in DOORS:
        committed = (sources.ROOT / "openapi" / f"{door}.json").read_text(encoding="utf-8")
        made = writing.text_of(documents.document(door))
        assert committed == made, "run `lehrwerk openapi` and commit what it writes"


def test_drift_is_noticed(tmp_path: Path) -> None:
    for door in DOORS:
        text = writing.text_of(documents.document(door))
        (tmp_path / f"{door}.json").write_text(text, encoding="utf-8")
    file = tmp_path / "client.json"
    file.write_text(file.read_text(encoding="utf-8").replace("sign_in", "log_in"), encoding="utf-8")
    (tmp_path / "finance.json").unlink()
    assert writing.drift(Settings(), tmp_path) == ["client", "finance"]


@pytest.mark.parametrize("door", DOORS)
def test_every_promised_operation_is_there_once(door: str) -> None:
    ids = Counter(each.id for each in documents.operations() if each.door == door)
    assert sorted(set(PROMISED[door].split()) - set(ids)) == []
    assert [id_ for id_, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("door", DOORS)
def test_only_listed_operations_need_no_token(door: str) -> None:
    public = {each.id for each in documents.operations() if each.door == door and each.public}
    assert public == set(PUBLIC[door].split())


def _wrong(check: Callable[[Operation], Iterator[str]]) -> str:
    return "\n".join(f"{each}: {what}" for each in documents.operations() for what in check(each))


def test_operations_explain_themselves() -> None:
    def check(operation: Operation) -> Iterator[str]:
        if not re.fullmatch(r"[a-z]+(_[a-z]+)*", operation.id):
            yield "an id of other than plain words"
        if len(operation.said.get("summary", "")) < 5:
            yield "no summary"
        if len(operation.said.get("description", "")) < 13:
            yield "no description"
        if not operation.said.get("tags"):
            yield "no tag"

    assert not _wrong(check), _wrong(check)


def test_every_answer_has_a_shape() -> None:
    def check(operation: Operation) -> Iterator[str]:
        answers = operation.said["responses"]
        good = {int(code): answer for code, answer in answers.items() if code.startswith("2")}
        if not good:
            yield "never succeeds"
        for code, answer in good.items():
            if bool(answer.get("content")) is (code in NO_BODY):
                yield f"{code} and its content contradict each other"
            if not all(content.get("schema") for content in answer.get("content", {}).values()):
                yield f"{code} has no schema"
        problems = {code: answer for code, answer in answers.items() if code[0] in "45"}
        needed = {"400", "404", "409", "422", "429", "503"}
        needed |= set() if operation.public else {"401", "403"}
        if needed - set(problems):
            yield f"does not say what {sorted(needed - set(problems))} look like"
        for code, answer in problems.items():
            content = answer.get("content", {}).get("application/problem+json", {})
            if content.get("schema") != {"$ref": "#/components/schemas/Problem"}:
                yield f"{code} is no problem"

    assert not _wrong(check), _wrong(check)


def _examples(operation: Operation, content: Json) -> list[object]:
    schema = documents.resolve(operation.door, content["schema"])
    if "anyOf" in schema:  # a body that may be left out
        schema = documents.resolve(operation.door, schema["anyOf"][0])
    named = [each["value"] for each in content.get("examples", {}).values()]
    single = [content["example"]] if "example" in content else []
    return [*named, *single, *schema.get("examples", [])]


def test_bodies_have_examples_that_their_schemas_accept() -> None:
    def check(operation: Operation) -> Iterator[str]:
        content = operation.bodies.get("application/json")
        if content is None:
            return
        components = documents.document(operation.door)["components"]
        validator = Draft202012Validator({**content["schema"], "components": components})
        examples = _examples(operation, content)
        if not examples:
            yield "no example"
        for example in examples:
            yield from (str(error) for error in validator.iter_errors(example))

    assert not _wrong(check), _wrong(check)


def test_bodies_refuse_unknown_fields() -> None:
    def check(operation: Operation) -> Iterator[str]:
        content = operation.bodies.get("application/json")
        schema = documents.resolve(operation.door, content["schema"]) if content else {}
        if "properties" in schema and schema.get("additionalProperties") is not False:
            yield "takes unknown fields"

    assert not _wrong(check), _wrong(check)


@pytest.mark.parametrize("door", DOORS)
def test_numbers_are_wide_integers_or_known_fractions(door: str) -> None:
    wrong = []
    for trail, node in documents.nodes(documents.document(door)):
        if node.get("type") == "integer" and node.get("format") != "int64":
            wrong.append("/".join(trail))
        if node.get("type") == "number" and not FRACTIONS & set(trail):
            wrong.append("/".join(trail))
    assert wrong == []


@pytest.mark.parametrize("door", DOORS)
def test_money_is_said_with_its_currency(door: str) -> None:
    """No bare amounts: a property in minor units stands beside its currency."""
    wrong = []
    for trail, node in documents.nodes(documents.document(door)):
        names = set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
        minor = {name for name in names if name == "minor" or name.endswith("_minor")}
        if minor and "currency" not in names:
            wrong.append("/".join(trail))
    assert wrong == []
