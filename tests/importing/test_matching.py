"""A cancellation takes back what was sold before it, latest first, and never more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from importing.given import MORNING
from orderan.importing.matching import Cancelling, Matching, Sold, Taken, Unmatched, match
from orderan.importing.models import Reason


def _sold(number: int, units: int, *, hour: int, minor: int | None = None) -> Sold:
    return Sold(number, MORNING + timedelta(hours=hour), units, 250 * units if minor is None else minor)


def _back(number: int, units: int, *, hour: int, price: str = "2.50") -> Cancelling:
    return Cancelling(number, MORNING + timedelta(hours=hour), units, Decimal(price), "GBP")


def test_the_latest_sale_is_taken_back_first_and_the_rest_from_the_one_before() -> None:
    found = match([_sold(1, 5, hour=0), _sold(2, 3, hour=1)], [_back(3, 4, hour=2)])
    assert found == Matching((Taken(3, 2, 3, 750), Taken(3, 1, 1, 250)), ())


def test_a_sale_after_the_cancellation_is_never_taken() -> None:
    found = match([_sold(1, 5, hour=3)], [_back(2, 1, hour=2)])
    assert found == Matching((), (Unmatched(2, Reason.NOTHING_SOLD_TO_CANCEL),))


def test_a_sale_of_the_same_instant_can_be_cancelled() -> None:
    assert match([_sold(1, 1, hour=0)], [_back(2, 1, hour=0)]).taken == (Taken(2, 1, 1, 250),)


def test_a_cancellation_of_more_than_is_left_waits_whole_and_takes_nothing() -> None:
    found = match([_sold(1, 5, hour=0)], [_back(2, 6, hour=1), _back(3, 5, hour=2)])
    assert found.unmatched == (Unmatched(2, Reason.MORE_CANCELLED_THAN_SOLD),)
    assert found.taken == (Taken(3, 1, 5, 1250),)


def test_units_cancelled_once_cannot_be_cancelled_again() -> None:
    found = match([_sold(1, 5, hour=0)], [_back(2, 3, hour=1), _back(3, 3, hour=2)])
    assert found.taken == (Taken(2, 1, 3, 750),)
    assert found.unmatched == (Unmatched(3, Reason.MORE_CANCELLED_THAN_SOLD),)


def test_fractions_of_a_penny_never_refund_more_than_was_paid() -> None:
    # Two at half a penny cost one penny; each alone rounds up to a whole one.
    sales = [_sold(1, 2, hour=0, minor=1)]
    backs = [_back(2, 1, hour=1, price="0.005"), _back(3, 1, hour=2, price="0.005")]
    found = match(sales, backs)
    assert found.taken == (Taken(2, 1, 1, 1),)
    assert found.unmatched == (Unmatched(3, Reason.MORE_REFUNDED_THAN_PAID),)
