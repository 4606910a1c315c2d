"""Amounts as people type and paste them."""

import pytest

from orderan.web.forms import whole_rupiah


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1250000", 1_250_000),
        ("1.250.000", 1_250_000),
        ("1,250,000", 1_250_000),
        ("Rp 1.250.000", 1_250_000),
        ("1 250 000", 1_250_000),
        ("1.250.000,00", 1_250_000),
        ("1,250,000.00", 1_250_000),
        ("12.00", 12),
        ("0", 0),
        ("1.250.000,50", None),
        ("12,5", None),
        ("1.25.000", None),
        ("", None),
        ("dua ribu", None),
        ("-5", None),
        ("9" * 16, None),
    ],
)
def test_a_tail_of_two_digits_is_sen_and_no_group(typed: str, read: int | None) -> None:
    assert whole_rupiah(typed) == read
