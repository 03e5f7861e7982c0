"""What an invoice comes to, checked against exact decimals and by what must always hold."""

from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import invoice_maths
from app.domain.invoice_maths import TaxableLine, TaxTerms, TaxTreatment

GERMAN = TaxTerms(TaxTreatment.STANDARD, 1900)
REVERSE = TaxTerms(TaxTreatment.REVERSE_CHARGE, 0)
OUTSIDE = TaxTerms(TaxTreatment.OUTSIDE_SCOPE, 0)

minutes = st.integers(min_value=-100_000, max_value=100_000)
rates = st.integers(min_value=0, max_value=10_000_000)
nets = st.integers(min_value=-(10**12), max_value=10**12)
terms = st.one_of(
    st.sampled_from([REVERSE, OUTSIDE]),
    st.sampled_from([0, 700, 810, 1900, 2000, 2550]).map(
        lambda bps: TaxTerms(TaxTreatment.STANDARD, bps)
    ),
)
line_lists = st.lists(st.builds(TaxableLine, terms=terms, net_minor=nets), max_size=60)


def in_decimals(numerator: int, denominator: int) -> int:
    exact = Decimal(numerator) / Decimal(denominator)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("worked_minutes", "bill_rate_minor", "net_minor"),
    [
        (10, 15_000, 2_500),  # not 0.17 h = 25.50
        (20, 10_000, 3_333),
        (2_250, 12_000, 450_000),
        (255, 20_000, 85_000),
        (1, 30, 1),  # exactly half a cent goes up
        (1, 29, 0),
        (-1, 30, -1),
        (0, 15_000, 0),
    ],
)
def test_minutes_times_rate(worked_minutes: int, bill_rate_minor: int, net_minor: int) -> None:
    assert invoice_maths.line_net_minor(worked_minutes, bill_rate_minor) == net_minor


@given(minutes, rates)
def test_a_line_is_within_half_a_unit_of_the_exact_amount(worked: int, rate: int) -> None:
    net = invoice_maths.line_net_minor(worked, rate)
    assert 2 * abs(net * 60 - worked * rate) <= 60
    assert net == in_decimals(worked * rate, 60)


@given(minutes, rates)
def test_a_credited_line_cancels_the_billed_one(worked: int, rate: int) -> None:
    billed = invoice_maths.line_net_minor(worked, rate)
    assert billed + invoice_maths.line_net_minor(-worked, rate) == 0


@given(st.integers(min_value=0, max_value=10_000), rates)
def test_more_minutes_never_cost_less(worked: int, rate: int) -> None:
    assert invoice_maths.line_net_minor(worked + 1, rate) >= invoice_maths.line_net_minor(
        worked, rate
    )


@given(nets, st.integers(min_value=0, max_value=10_000))
def test_tax_rounds_half_up(net: int, bps: int) -> None:
    assert invoice_maths.tax_minor(net, bps) == in_decimals(net * bps, 10_000)


def test_a_german_invoice_of_two_positions() -> None:
    totals = invoice_maths.invoice_totals(
        [TaxableLine(GERMAN, 450_000), TaxableLine(GERMAN, 85_000)]
    )
    assert (totals.net_minor, totals.tax_minor, totals.gross_minor) == (535_000, 101_650, 636_650)
    assert [group.terms for group in totals.groups] == [GERMAN]


def test_tax_is_rounded_per_group_and_not_per_line() -> None:
    # Alone each line owes 0.38, which is nothing; together they owe 47.5.
    lines = [TaxableLine(GERMAN, 2)] * 125
    assert sum(invoice_maths.tax_minor(line.net_minor, 1900) for line in lines) == 0
    assert invoice_maths.invoice_totals(lines).tax_minor == 48


def test_an_invoice_without_lines_is_zero() -> None:
    totals = invoice_maths.invoice_totals([])
    assert totals == invoice_maths.InvoiceTotals((), 0, 0, 0)


@given(line_lists)
def test_totals_add_up_exactly(lines: list[TaxableLine]) -> None:
    totals = invoice_maths.invoice_totals(lines)
    assert totals.net_minor == sum(line.net_minor for line in lines)
    assert totals.gross_minor == totals.net_minor + totals.tax_minor
    assert {group.terms for group in totals.groups} == {line.terms for line in lines}
    for group in totals.groups:
        assert group.tax_minor == in_decimals(group.net_minor * group.terms.tax_rate_bps, 10_000)


@given(line_lists, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(lines: list[TaxableLine], random: Random) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert invoice_maths.invoice_totals(shuffled) == invoice_maths.invoice_totals(lines)


@given(line_lists)
def test_the_negative_of_an_invoice_is_its_mirror_image(lines: list[TaxableLine]) -> None:
    mirrored = [TaxableLine(line.terms, -line.net_minor) for line in lines]
    billed, credited = (invoice_maths.invoice_totals(some) for some in (lines, mirrored))
    assert billed.gross_minor + credited.gross_minor == 0
    assert billed.tax_minor + credited.tax_minor == 0


@given(line_lists)
def test_only_the_standard_treatment_owes_tax(lines: list[TaxableLine]) -> None:
    for group in invoice_maths.invoice_totals(lines).groups:
        if group.terms.treatment is not TaxTreatment.STANDARD:
            assert group.tax_minor == 0


@pytest.mark.parametrize(
    ("issuer", "company", "vat_id", "expected"),
    [
        ("DE", "DE", "DE123456789", GERMAN),
        ("DE", "DE", None, GERMAN),
        ("DE", "DE", "FR12345678901", GERMAN),
        ("DE", "FR", "FR12345678901", REVERSE),
        ("DE", "FR", " fr12345678901", REVERSE),
        ("DE", "GR", "EL123456789", REVERSE),
        ("DE", "FR", "ATU12345678", REVERSE),
        ("DE", "FR", None, GERMAN),
        ("DE", "FR", "", GERMAN),
        ("DE", "FR", "12345", GERMAN),
        ("DE", "FR", "DE123456789", GERMAN),
        ("DE", "FR", "GB123456789", GERMAN),
        ("DE", "FR", "XI123456789", GERMAN),
        ("DE", "US", None, OUTSIDE),
        ("DE", "GB", "GB123456789", OUTSIDE),
        ("DE", "CH", None, OUTSIDE),
        ("AT", "AT", None, TaxTerms(TaxTreatment.STANDARD, 2000)),
        ("AT", "DE", "DE123456789", REVERSE),
        ("CH", "CH", None, TaxTerms(TaxTreatment.STANDARD, 810)),
        ("CH", "DE", "DE123456789", OUTSIDE),
        ("CH", "US", None, OUTSIDE),
    ],
)
def test_tax_terms(issuer: str, company: str, vat_id: str | None, expected: TaxTerms) -> None:
    found = invoice_maths.tax_terms(
        issuer_country=issuer, company_country=company, company_vat_id=vat_id
    )
    assert found == expected


def test_an_issuer_without_a_known_rate_is_not_guessed_at() -> None:
    assert invoice_maths.issuer_is_supported("DE")
    assert not invoice_maths.issuer_is_supported("US")
    with pytest.raises(KeyError):
        invoice_maths.tax_terms(issuer_country="US", company_country="US", company_vat_id=None)


def test_the_sentences_that_the_law_wants() -> None:
    def note(treatment: TaxTreatment) -> tuple[str | None, str | None]:
        return invoice_maths.tax_note(treatment, "en"), invoice_maths.tax_note(treatment, "de")

    english, german = note(TaxTreatment.REVERSE_CHARGE)
    assert english is not None
    assert "Reverse charge" in english
    assert german is not None
    assert "Steuerschuldnerschaft des Leistungsempfängers" in german
    english, german = note(TaxTreatment.OUTSIDE_SCOPE)
    assert english is not None
    assert "Outside the scope" in english
    assert german is not None
    assert "nicht steuerbar" in german
    assert note(TaxTreatment.STANDARD) == (None, None)


def test_categories_are_those_of_the_code_list() -> None:
    assert [treatment.category for treatment in TaxTreatment] == ["S", "AE", "O"]
