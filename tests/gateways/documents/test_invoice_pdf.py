"""The printed invoice, read back as a reader of PDF files sees it."""

import asyncio
import io
from dataclasses import replace

import pypdf
import pytest

from app.domain.invoice_maths import TaxTreatment
from app.gateways.documents.rendering import InvoiceDocument
from app.gateways.documents.typst_renderer import TypstRenderer
from tests.gateways.documents import invoices


async def pages_of(document: InvoiceDocument) -> list[str]:
    pdf = await TypstRenderer().render_invoice(document)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    # Where lines break is the layout's business.
    return [" ".join(page.extract_text().split()) for page in pages]


async def test_an_english_invoice_says_all_it_must() -> None:
    (text,) = await pages_of(invoices.invoice())
    for expected in (
        "Invoice RE-2026-00017",
        "Musterwerk Vermittlung GmbH",
        "VAT ID DE999999999",
        "Tax number 99/999/99999",
        "Polarstern Sprachmodelle GmbH",
        "DE888888888",
        "04011000-12345-34",
        "PO-2026-0042",
        "KST-4711",
        "30 Nov 2026",
        "14 Dec 2026",
        "2–15 Nov 2026",
        "Dr. Invented Example 1 · 2–8 Nov 2026",
        "37:30",
        "2,250",
        "120.00",
        "4,500.00",
        "41:45 (2,505 minutes)",
        "EUR 5,350.00",
        "VAT 19% on EUR 5,350.00",
        "EUR 1,016.50",
        "EUR 6,366.50",
        "DE02 1203 0000 0000 2020 51",
        "Payable within 14 days",
        "https://pay.musterwerk.example/i/RE-2026-00017",
        "Page 1 of 1",
        "invented data",
    ):
        assert expected in text


async def test_a_german_invoice_speaks_german() -> None:
    (text,) = await pages_of(invoices.invoice(language="de"))
    for expected in (
        "Rechnung RE-2026-00017",
        "Leistungszeitraum 02.–15.11.2026",
        "Zahlbar bis",
        "USt. 19 % auf 5.350,00 EUR",
        "6.366,50 EUR",
        "Seite 1 von 1",
        "erfundene Daten",
    ):
        assert expected in text
    assert "Invoice" not in text


async def test_reverse_charge_says_so_and_charges_nothing() -> None:
    (text,) = await pages_of(invoices.invoice(language="de", treatment=TaxTreatment.REVERSE_CHARGE))
    assert "Steuerschuldnerschaft des Leistungsempfängers" in text
    assert "USt. (Reverse Charge) 0,00 EUR" in text
    assert "19 %" not in text


async def test_a_sale_outside_the_scope_of_vat_says_so() -> None:
    (text,) = await pages_of(invoices.invoice(treatment=TaxTreatment.OUTSIDE_SCOPE))
    assert "Outside the scope of VAT" in text
    assert "VAT (outside its scope) EUR 0.00" in text


async def test_only_a_sample_calls_itself_one() -> None:
    (text,) = await pages_of(replace(invoices.invoice(), sample=False))
    assert "invented data" not in text


async def test_what_is_not_given_leaves_no_label_behind() -> None:
    bare = replace(
        invoices.invoice(),
        issuer=replace(
            invoices.ISSUER, bic=None, vat_id=None, tax_number=None, register_entry=None
        ),
        buyer=replace(
            invoices.BUYER, vat_id=None, buyer_reference=None, cost_centre=None, purchase_order=None
        ),
        pay_online_url=None,
    )
    (text,) = await pages_of(bare)
    for label in ("BIC", "VAT ID", "Tax number", "reference", "Cost centre", "Pay online"):
        assert label not in text


async def test_many_lines_go_over_pages_with_their_header() -> None:
    lines = tuple(invoices.line(index, minutes=60 + index) for index in range(200))
    document = invoices.invoice(lines=lines)
    pages = await pages_of(document)
    assert len(pages) > 3
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert "RE-2026-00017" in text
    assert sum("Rate per hour (EUR)" in text for text in pages) >= len(pages) - 1
    whole = " ".join(pages)
    for index in range(200):
        assert f"Dr. Invented Example {index + 1} ·" in whole


async def test_lines_may_name_their_own_purchase_orders() -> None:
    lines = (replace(invoices.line(0), purchase_order="PO-7"), invoices.line(1))
    (text,) = await pages_of(invoices.invoice(lines=lines))
    assert "2–8 Nov 2026 · Purchase order PO-7" in text
    assert text.count("Purchase order") == 2


async def test_a_currency_without_decimals() -> None:
    line = replace(invoices.line(), bill_rate_minor=18_000, net_minor=675_000)
    document = replace(invoices.invoice(lines=(line,)), currency="JPY", gross_minor=803_250)
    (text,) = await pages_of(document)
    assert "JPY 803,250" in text
    assert "18,000" in text


@pytest.mark.parametrize("unusual", ["李雷", "Łukasz", "🚀", "", "a\0b\x1fc", "\u202eevil", "𝔘𓀀ꙮ"])
async def test_no_name_fails_an_invoice(unusual: str) -> None:
    document = invoices.invoice()
    document = replace(
        document,
        number=f"RE-{unusual}",
        issuer=replace(invoices.ISSUER, name=f"I{unusual}", address_lines=(unusual,)),
        buyer=replace(invoices.BUYER, legal_name=unusual, address_lines=(unusual, unusual)),
        lines=(replace(document.lines[0], position_title=unusual, trainer_label=unusual),),
        notes=(unusual,),
        payment_terms=unusual,
    )
    (text,) = await pages_of(document)
    assert "6,366.50" in text


async def test_names_of_other_scripts_stay_readable() -> None:
    document = invoices.invoice(
        lines=(
            replace(invoices.line(), trainer_label="李雷"),
            replace(invoices.line(), trainer_label="Łukasz Żółć"),
        )
    )
    (text,) = await pages_of(document)
    assert "LiLei ·" in text
    assert "Łukasz Żółć ·" in text


@pytest.mark.parametrize(
    "markup",
    [
        "#eval(1+1)",
        '#read("invoice.typ")',
        '#panic("x")',
        "$x^2$",
        "\\ \\u{41} \\#",
        "*bold* _it_ `raw`",
        "= Heading",
        "<label> @ref",
        "// comment",
        "/* comment */",
        "\"quoted\" 'single'",
        "#{",
        "]",
    ],
)
async def test_markup_is_text(markup: str) -> None:
    document = invoices.invoice(lines=(replace(invoices.line(), position_title=markup),))
    document = replace(
        document,
        buyer=replace(invoices.BUYER, legal_name=f"B {markup} B"),
        notes=(f"N {markup} N",),
    )
    (text,) = await pages_of(document)
    shown = " ".join(markup.split())
    assert text.count(shown) >= 3


async def test_a_long_word_is_broken_and_reads_back_unchanged() -> None:
    word = "W" * 400
    document = invoices.invoice(lines=(replace(invoices.line(), position_title=word),))
    pdf = await TypstRenderer().render_invoice(document)
    # Typst places every line by moving the page's own matrix.
    heights: set[float] = set()
    letters: list[str] = []

    def note(text: str, matrix: list[float], *_: object) -> None:
        if "W" in text:
            heights.add(matrix[5])
            letters.append(text)

    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=note)
    assert len(heights) > 5
    assert word in "".join("".join(letters).split())


async def test_equal_documents_give_equal_bytes() -> None:
    renderer = TypstRenderer()
    first, again = [await renderer.render_invoice(invoices.invoice()) for _ in range(2)]
    other_day = await TypstRenderer().render_invoice(invoices.invoice())
    changed = await renderer.render_invoice(replace(invoices.invoice(), number="RE-2026-00018"))
    assert first == again == other_day
    assert changed != first


async def test_many_at_once_do_not_disturb_each_other() -> None:
    renderer = TypstRenderer(parallel=4)
    documents = [replace(invoices.invoice(), number=f"RE-{index}") for index in range(24)]
    at_once = await asyncio.gather(*(renderer.render_invoice(some) for some in documents))
    one_by_one = [await renderer.render_invoice(some) for some in documents]
    assert at_once == one_by_one
    assert len(set(at_once)) == len(documents)


async def test_the_file_is_for_archives_and_links_to_the_payment_page() -> None:
    pdf = await TypstRenderer().render_invoice(invoices.invoice())
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice RE-2026-00017"
    assert reader.xmp_metadata is not None
    assert reader.xmp_metadata.pdfaid_part == "3"
    assert reader.xmp_metadata.pdfaid_conformance == "B"
    annotations = reader.pages[0].annotations
    assert annotations is not None
    targets = {annotation.get_object()["/A"]["/URI"] for annotation in annotations}
    assert targets == {"https://pay.musterwerk.example/i/RE-2026-00017"}


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://", "", "https://a b", "x"]
)
async def test_only_web_addresses_are_linked(url: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        await TypstRenderer().render_invoice(replace(invoices.invoice(), pay_online_url=url))
