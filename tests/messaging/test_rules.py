"""How many messages a text is billed as, how far a message came, what a number can receive."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.simulated import NOW
from orderan.messaging import Alphabet, Receipt, ReceiptState, further, in_order, size_of
from orderan.messaging.models import Cost
from orderan.messaging.rules import GSM_BASIC, GSM_EXTENDED, unreachable


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts", "left"),
    [
        ("", Alphabet.GSM_7, 0, 1, 160),
        ("a" * 160, Alphabet.GSM_7, 160, 1, 0),
        ("a" * 161, Alphabet.GSM_7, 161, 2, 145),
        ("a" * 306, Alphabet.GSM_7, 306, 2, 0),
        ("a" * 307, Alphabet.GSM_7, 307, 3, 152),
        ("€" * 80, Alphabet.GSM_7, 160, 1, 0),
        ("a" * 159 + "€", Alphabet.GSM_7, 161, 2, 145),
        ("a" * 152 + "€" + "a" * 151, Alphabet.GSM_7, 305, 2, 0),
        ("a" * 152 + "€" + "a" * 152, Alphabet.GSM_7, 306, 3, 152),
        ("“" + "a" * 69, Alphabet.UCS_2, 70, 1, 0),
        ("“" + "a" * 70, Alphabet.UCS_2, 71, 2, 63),
        ("“" + "a" * 133, Alphabet.UCS_2, 134, 2, 0),
        ("😀" * 35, Alphabet.UCS_2, 70, 1, 0),
        ("“" * 66 + "😀" + "“" * 65, Alphabet.UCS_2, 133, 2, 0),
        ("“" * 66 + "😀" + "“" * 66, Alphabet.UCS_2, 134, 3, 66),
        ("à la carte, ñ", Alphabet.GSM_7, 13, 1, 147),
        ("ç", Alphabet.UCS_2, 1, 1, 69),
    ],
)
def test_a_text_in_parts(text: str, alphabet: Alphabet, units: int, parts: int, left: int) -> None:
    size = size_of(text)
    assert (size.alphabet, size.units, size.parts, size.left) == (alphabet, units, parts, left)


def test_the_alphabet_has_as_many_letters_as_the_standard() -> None:
    assert (len(GSM_BASIC), len(GSM_EXTENDED), GSM_BASIC & GSM_EXTENDED) == (127, 10, frozenset())


@given(st.text(max_size=700))
def test_parts_hold_the_text_and_none_is_empty(text: str) -> None:
    size = size_of(text)
    whole, part = (160, 153) if size.alphabet is Alphabet.GSM_7 else (70, 67)
    if size.parts == 1:
        assert size.units <= whole
    else:
        assert size.units > whole
        assert (size.parts - 1) * (part - 1) < size.units <= size.parts * part
    assert 0 <= size.left <= whole


@given(st.permutations(list(ReceiptState)))
def test_in_whatever_order_receipts_come_the_end_is_the_same(order: list[ReceiptState]) -> None:
    stands = None
    for state in order:
        stands = further(stands, state)
    assert stands is ReceiptState.READ


def test_what_arrived_did_not_fail() -> None:
    assert further(ReceiptState.DELIVERED, ReceiptState.FAILED) is ReceiptState.DELIVERED
    assert further(ReceiptState.SENT, ReceiptState.FAILED) is ReceiptState.FAILED
    assert further(ReceiptState.FAILED, ReceiptState.SENT) is ReceiptState.FAILED
    receipts = [Receipt("x", state, NOW) for state in (ReceiptState.READ, ReceiptState.SENT)]
    assert [one.state for one in in_order(receipts)] == [ReceiptState.SENT, ReceiptState.READ]


@pytest.mark.parametrize(
    ("phone", "why"),
    [
        ("+6281234567890", None),
        ("+15551234567", None),
        ("+622112345678", "landline"),
        ("081234567890", "not_a_number"),
        ("+62812 345", "not_a_number"),
        ("+6281234567890\n", "not_a_number"),
    ],
)
def test_what_a_number_can_receive(phone: str, why: str | None) -> None:
    assert unreachable(phone) == why


def test_less_than_a_cent_counts_as_one() -> None:
    assert Cost(Decimal("0.0075"), "USD").minor == 1
    assert Cost(Decimal("0.0666"), "EUR").minor == 7
    assert Cost(Decimal(350), "IDR").minor == 350
