"""Each oddity of a line, and where it puts the line."""

from __future__ import annotations

from datetime import timedelta

import pytest

from importing.given import MORNING, a_line, a_mapping
from orderan.importing.models import Reason, SourceLine
from orderan.importing.rules import judge


def _waiting(*lines: SourceLine, extra: str = "") -> dict[int, Reason]:
    return {line.number: reason for line, reason in judge(lines, a_mapping(extra=extra)).waiting}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (a_line(1, invoice="A1"), Reason.ADJUSTMENT_INVOICE),
        (a_line(1, sku="FEE2"), Reason.NOT_A_SALE),
        (a_line(1, price="-1"), Reason.NEGATIVE_PRICE),
        (a_line(1, quantity=0), Reason.ZERO_QUANTITY),
        (a_line(1, quantity=-1), Reason.NEGATIVE_QUANTITY),
        (a_line(1, price="0", customer=None), Reason.ZERO_PRICE_WITHOUT_CUSTOMER),
        (a_line(1, invoice="C1"), Reason.CANCELLATION_WITH_POSITIVE_QUANTITY),
        (a_line(1, invoice="C1", quantity=-1, customer=None), Reason.CANCELLATION_WITHOUT_CUSTOMER),
    ],
)
def test_an_odd_line_waits_with_its_reason(line: SourceLine, reason: Reason) -> None:
    judged = judge([line], a_mapping())
    assert [(waiting.line, waiting.reason) for waiting in judged.waiting] == [(line, reason)]
    assert (judged.sales, judged.cancellations) == ((), ())


def test_a_gift_to_a_known_customer_is_a_sale_for_nothing() -> None:
    gift = a_line(1, price="0")
    assert judge([gift], a_mapping()).sales == (gift,)


def test_a_sale_to_a_stranger_is_a_sale_unless_the_mapping_wants_a_name() -> None:
    stranger = a_line(1, customer=None)
    assert judge([stranger], a_mapping()).sales == (stranger,)
    extra = '[lines]\nmissing_customer = "wait"'
    assert _waiting(stranger, extra=extra) == {1: Reason.MISSING_CUSTOMER}


def test_a_charge_is_sold_like_goods() -> None:
    post = a_line(1, sku="POST")
    assert judge([post], a_mapping()).sales == (post,)


def test_a_line_without_customer_belongs_to_the_one_its_invoice_names() -> None:
    judged = judge([a_line(1, customer=None, price="0"), a_line(2)], a_mapping())
    assert (judged.customer, len(judged.sales)) == ("ana", 2)


def test_of_lines_that_are_the_same_in_every_column_the_first_counts() -> None:
    lines = [a_line(3), a_line(1), a_line(2, description="other"), a_line(4)]
    assert _waiting(*lines) == {3: Reason.DUPLICATE_LINE, 4: Reason.DUPLICATE_LINE}
    assert _waiting(*lines, extra='[lines]\nduplicates = "order"') == {}


def test_an_invoice_of_two_customers_two_currencies_or_two_days_waits_whole() -> None:
    assert _waiting(a_line(1), a_line(2, customer="budi")) == dict.fromkeys((1, 2), Reason.SEVERAL_CUSTOMERS)
    assert _waiting(a_line(1), a_line(2, currency="EUR")) == dict.fromkeys((1, 2), Reason.SEVERAL_CURRENCIES)
    later = MORNING + timedelta(hours=24, seconds=1)
    assert _waiting(a_line(1), a_line(2, at=later)) == dict.fromkeys((1, 2), Reason.SEVERAL_DATES)


def test_an_invoice_written_over_some_minutes_has_the_time_of_its_first_line() -> None:
    judged = judge([a_line(1, at=MORNING + timedelta(minutes=1)), a_line(2)], a_mapping())
    assert (judged.at, len(judged.sales)) == (MORNING, 2)
