"""What several pieces of news add up to, and what all providers write in the same way."""

from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.telephony import OVER, CallState, Price, further
from orderan.telephony.rules import address_of, moment, pressed, price_of, whole, with_query

STATES = st.sampled_from(list(CallState))


@given(STATES, STATES)
def test_what_is_over_stays_over_and_nothing_goes_back(stands: CallState, told: CallState) -> None:
    after = further(stands, told)
    assert after in {stands, told}
    if stands in OVER:
        assert after is stands
    elif told in OVER:
        assert after is told
    assert further(after, told) is after
    assert further(after, stands) is after


def test_news_in_any_order_adds_up_to_the_same() -> None:
    came = [CallState.QUEUED, CallState.RINGING, CallState.ANSWERED, CallState.MACHINE, CallState.COMPLETED]
    for order in permutations(came):
        stands = CallState.QUEUED
        for told in order:
            stands = further(stands, told)
        assert stands is CallState.COMPLETED


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('"1"', "1"),
        ("1", "1"),
        (" 1 ", "1"),
        ("12*#", "12*#"),
        ("satu", ""),
        ("", ""),
        ("١", ""),
        ("9" * 99, "9" * 32),
    ],
)
def test_only_keys_of_a_telephone_are_pressed(text: str, keys: str) -> None:
    assert pressed(text) == keys


@pytest.mark.parametrize(
    ("amount", "currency", "price"),
    [
        ("-0.0085", "USD", Price(1, "USD", "0.0085")),
        ("0.01", "USD", Price(1, "USD", "0.01")),
        ("1.231", "EUR", Price(124, "EUR", "1.231")),
        ("600.000000", "IDR", Price(600, "IDR", "600.000000")),
        (599.5, "IDR", Price(600, "IDR", "599.5")),
        (0, "IDR", Price(0, "IDR", "0")),
        ("1e3", "IDR", Price(1000, "IDR", "1000")),
        (None, "USD", None),
        ("", "USD", None),
        ("NaN", "USD", None),
        ("Infinity", "USD", None),
        ("1e30", "USD", None),
        (True, "USD", None),
        ([], "USD", None),
    ],
)
def test_a_price_is_rounded_up_and_kept_as_it_was_written(
    amount: object, currency: str, price: Price | None
) -> None:
    assert price_of(amount, currency) == price


@pytest.mark.parametrize(
    ("value", "number"),
    [("12", 12), (0, 0), ("", None), (None, None), (-1, None), (True, None), ("x", None), (1.5, None)],
)
def test_seconds_are_whole_or_none(value: object, number: int | None) -> None:
    assert whole(value) == number


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://x.test/a", "https://x.test/a"),
        ("null", None),
        ("", None),
        (None, None),
        ("javascript:x", None),
    ],
)
def test_an_address_is_one_or_none(value: object, address: str | None) -> None:
    assert address_of(value) == address


def test_a_time_has_its_offset_or_is_none() -> None:
    assert moment("2026-11-11T11:00:00+07:00") == datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
    assert [moment(text) for text in ("2026-11-11 11:00:00", "soon", None)] == [None, None, None]


def test_members_go_to_the_end_of_a_query() -> None:
    assert with_query("https://x.test/a", url="1") == "https://x.test/a?url=1"
    assert with_query("https://x.test/a?b=&c=%26", d="e f") == "https://x.test/a?b=&c=%26&d=e+f"
