"""What scanners send, read as the standard says or refused with the reason."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.kit.errors import Refusal
from orderan.marks import (
    CheckDigitWrong,
    DateImpossible,
    ElementTwice,
    ElementWrong,
    Mark,
    MarkKind,
    NotADigitalLink,
    NotAGtin,
    NotAnSscc,
    ScanUnreadable,
    SeparatorLost,
    UnknownIdentifier,
    bracketed,
    check_digit,
    joined,
    read_date,
    read_gtin,
    read_link,
    read_mark,
    read_sscc,
    split_bracketed,
    split_elements,
)

TODAY = date(2026, 11, 29)
GS = "\x1d"


def said(mark: Mark) -> dict[str, Any]:
    """What a mark says, leaving out what it does not."""
    fields = (
        "gtin",
        "batch",
        "serial",
        "sscc",
        "expires_on",
        "best_before",
        "produced_on",
        "count",
        "net_weight_kg",
    )
    return {name: getattr(mark, name) for name in fields if getattr(mark, name) is not None}


# The examples are those of the General Specifications and the Digital Link standard, or made from them.
SCANS: list[tuple[str, MarkKind, dict[str, Any]]] = [
    ("4006381333931", MarkKind.GTIN, {"gtin": "04006381333931"}),
    ("]E04006381333931\r\n", MarkKind.GTIN, {"gtin": "04006381333931"}),
    ("]E496385074", MarkKind.GTIN, {"gtin": "00000096385074"}),
    ("614141000036", MarkKind.GTIN, {"gtin": "00614141000036"}),
    ("]I110614141000415", MarkKind.GTIN, {"gtin": "10614141000415"}),
    ("JP1234567890", MarkKind.TEXT, {}),
    ("]C0JP1234567890", MarkKind.TEXT, {}),
    ("123456789013", MarkKind.TEXT, {}),
    ("]C1010950600013435217260731" + "10ABC123", MarkKind.ELEMENTS,
     {"gtin": "09506000134352", "expires_on": date(2026, 7, 31), "batch": "ABC123"}),
    ("]d20109506000134352" + "10LOT-1/A" + GS + "17260200" + "21S/N7", MarkKind.ELEMENTS,
     {"gtin": "09506000134352", "batch": "LOT-1/A", "expires_on": date(2026, 2, 28), "serial": "S/N7"}),
    (GS + "0109506000134352" + "3712" + GS + "10B", MarkKind.ELEMENTS,
     {"gtin": "09506000134352", "count": 12, "batch": "B"}),
    ("]Q30209506000134352" + "3740" + GS + "00106141412345678908", MarkKind.ELEMENTS,
     {"gtin": "09506000134352", "count": 40, "sscc": "106141412345678908"}),
    ("00106141412345678908", MarkKind.ELEMENTS, {"sscc": "106141412345678908"}),
    ("(01)09506000134352(3103)001750(11)260102", MarkKind.ELEMENTS,
     {"gtin": "09506000134352", "net_weight_kg": Decimal("1.750"), "produced_on": date(2026, 1, 2)}),
    (r"(01)09506000134352(10)A\(1\)B(15)270100", MarkKind.ELEMENTS,
     {"gtin": "09506000134352", "batch": "A(1)B", "best_before": date(2027, 1, 31)}),
    ("^0109506000134352" + "21X^" + "3102000125", MarkKind.ELEMENTS,
     {"gtin": "09506000134352", "serial": "X", "net_weight_kg": Decimal("1.25")}),
    ("https://id.gs1.org/01/09506000134352/10/ABC%2F1/21/12345?17=271200&3103=000195", MarkKind.LINK,
     {"gtin": "09506000134352", "batch": "ABC/1", "serial": "12345", "expires_on": date(2027, 12, 31),
      "net_weight_kg": Decimal("0.195")}),
    ("https://toko.example/produk/01/4006381333931?ref=wa", MarkKind.LINK, {"gtin": "04006381333931"}),
    ("https://toko.example/kopi", MarkKind.TEXT, {}),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "kind", "says"), SCANS)
def test_a_scan_says_what_its_symbol_holds(sent: str, kind: MarkKind, says: dict[str, Any]) -> None:
    mark = read_mark(sent, today=TODAY)
    assert (mark.kind, said(mark)) == (kind, says)


REFUSED: list[tuple[str, type[Refusal]]] = [
    ("", ScanUnreadable),
    ("]C1", ScanUnreadable),
    ("a\x00b", ScanUnreadable),
    ("9" * 5_000, ScanUnreadable),
    ("]E04006381333932", CheckDigitWrong),
    ("]E0JP1234567890", NotAGtin),
    ("]C10109506000134353", CheckDigitWrong),
    ("]C10509506000134352", UnknownIdentifier),
    ("]C1010950600013435", ElementWrong),
    ("]C10109506000134352" + "17261340", DateImpossible),
    ("]C10109506000134352" + "17260230", DateImpossible),
    ("]C10109506000134352" + "10A" + GS + "10B", ElementTwice),
    ("]d20109506000134352" + "10A#B", ElementWrong),
    # The separator after the batch was dropped: its expiry would be taken for a part of it.
    ("]C10109506000134352" + "10ABC" + "17260731", SeparatorLost),
    ("0109506000134352" + "10" + "A" * 21, SeparatorLost),
    ("(01)09506000134352(10)A(B", UnknownIdentifier),
    ("(77)1", UnknownIdentifier),
    ("https://id.gs1.org/01/09506000134353", CheckDigitWrong),
]


@pytest.mark.parametrize(("sent", "refusal"), REFUSED)
def test_what_cannot_be_what_it_says_is_refused(sent: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_mark(sent, today=TODAY)


def test_a_separated_batch_may_end_in_what_looks_like_a_date() -> None:
    mark = read_mark("]C10109506000134352" + "10B17260731" + GS + "21X", today=TODAY)
    assert (mark.batch, mark.serial) == ("B17260731", "X")


@pytest.mark.parametrize(
    ("value", "in_year", "day"),
    [
        ("500101", 2000, date(2050, 1, 1)),
        ("510101", 2000, date(1951, 1, 1)),
        ("990101", 2026, date(1999, 1, 1)),
        ("760101", 2026, date(2076, 1, 1)),
        ("770101", 2026, date(1977, 1, 1)),
        ("490101", 2099, date(2149, 1, 1)),
        ("500101", 2099, date(2050, 1, 1)),
        ("280200", 2026, date(2028, 2, 29)),
    ],
)
def test_the_century_is_that_nearest_to_the_year_it_is_read_in(value: str, in_year: int, day: date) -> None:
    assert read_date("17", value, today=date(in_year, 6, 1)) == day


def test_links_that_name_nothing_of_gs1_are_refused_where_one_is_asked_for() -> None:
    for text in ("ftp://id.gs1.org/01/09506000134352", "https://x.example/10/ABC", "https://[", "x" * 3_000,
                 "https://x.example/01/09506000134352/21/1/10/B"):  # fmt: skip
        with pytest.raises(NotADigitalLink):
            read_link(text)


def test_keys_typed_by_hand_are_read_or_refused() -> None:
    assert read_gtin("4 006381 333931") == "04006381333931"
    assert read_sscc("106141412345678908") == "106141412345678908"
    with pytest.raises(NotAGtin):
        read_gtin("123456789")
    with pytest.raises(NotAnSscc):
        read_sscc("10614141234567890")
    with pytest.raises(CheckDigitWrong) as told:
        read_sscc("106141412345678901")
    assert told.value.right == "8"


LETTERS = st.text("!\"%&'()*+,-./09:;<=>?AZ_az", min_size=1, max_size=20)


@given(
    body=st.text("0123456789", min_size=13, max_size=13),
    batch=LETTERS,
    serial=LETTERS,
    expires=st.dates(date(2000, 1, 1), date(2049, 12, 31)),
)
def test_elements_written_are_read_back_whatever_they_hold(
    body: str, batch: str, serial: str, expires: date
) -> None:
    elements = [
        ("01", body + check_digit(body)),
        ("10", batch),
        ("17", f"{expires:%y%m%d}"),
        ("21", serial),
    ]
    written = joined(elements)
    assert dict(split_elements(written)) == dict(elements)
    assert read_mark("]C1" + written, today=TODAY).expires_on == expires
    shown = bracketed((code, value.replace("(", r"\(")) for code, value in elements)
    assert split_bracketed(shown) == elements


@given(st.text(max_size=60))
def test_nothing_a_scanner_could_send_does_more_than_be_refused(text: str) -> None:
    for sent in (text, "]C1" + text, "(01)" + text, "https://a/01/" + text):
        try:
            read_mark(sent, today=TODAY)
        except Refusal as refusal:
            assert refusal.sentence.format(**refusal.facts())  # noqa: PT017
