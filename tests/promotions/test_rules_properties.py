"""What holds of every promotion: parts that add up, worths within bounds, cards that stay unknown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.promotions import (
    Asking,
    Card,
    Months,
    Payer,
    PayerKind,
    Promotion,
    PromotionKind,
    PromotionState,
    Reason,
    Terms,
    Way,
    best,
    first_digits,
    why_not,
    worth,
)
from orderan.promotions.rules import given_back, in_hours, is_spent, least_worth, shares, wrong_parts
from promotions.promoting import HALVES, SHOP, a_discount

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
BUYER = UUID(int=7)
BCA = Way("va_bca", "bca", least_minor=10_000)
CARD = Way("card", is_card=True, least_minor=10_000)


def promotion(
    terms: Terms, *, taken: int = 0, count: int = 0, state: str = "running", no: int = 1
) -> Promotion:
    return Promotion(UUID(int=no), terms, PromotionState(state), taken, count, "staff:a", NOW, NOW)


def asking(due: int = 100_000, **others: Any) -> Asking:
    return replace(Asking(due, "IDR", NOW, 11, BUYER), **others)


@st.composite
def payers(draw: st.DrawFn) -> tuple[Payer, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, 9_999), max_size=4)))
    edges = [0, *cuts, 10_000]
    return tuple(
        Payer(draw(st.sampled_from(PayerKind)), str(no), after - before)
        for no, (before, after) in enumerate(pairwise(edges))
    )


LINES = st.lists(st.integers(0, 5_000_000), min_size=1, max_size=8).map(
    lambda worths: dict(enumerate(worths, 1))
)


@given(st.integers(1, 50_000_000), payers(), LINES)
def test_shares_add_up_per_payer_per_line_and_in_all(
    amount: int, of: tuple[Payer, ...], lines: dict[int, int]
) -> None:
    found = shares(amount, of, lines)

    assert sum(share.amount_minor for share in found) == amount
    assert all(share.amount_minor > 0 for share in found)
    for no, payer in enumerate(of, 1):
        exact = amount * payer.share_bp / 10_000
        assert abs(sum(share.amount_minor for share in found if share.payer_no == no) - exact) < 1
    for line, cost in lines.items():
        whole = sum(lines.values())
        exact = amount * cost / whole if whole else amount / len(lines)
        assert abs(sum(share.amount_minor for share in found if share.line_no == line) - exact) < 1


@given(st.integers(1, 50_000_000), payers(), LINES, st.integers(1, 8), st.data())
def test_what_goes_back_in_steps_is_never_more_than_a_share_and_all_of_it_in_the_end(
    amount: int, of: tuple[Payer, ...], lines: dict[int, int], steps: int, data: st.DataObject
) -> None:
    found, left = shares(amount, of, lines), amount
    for turn in range(steps):
        if not left:
            break
        step = left if turn == steps - 1 else data.draw(st.integers(1, left))
        named = data.draw(st.sets(st.sampled_from(list(lines))))
        parts = given_back(found, step, named)
        assert sum(parts) == step
        found = [
            replace(share, reversed_minor=share.reversed_minor + part)
            for share, part in zip(found, parts, strict=True)
        ]
        assert all(0 <= share.reversed_minor <= share.amount_minor for share in found)
        left -= step

    assert left == 0
    assert all(share.reversed_minor == share.amount_minor for share in found)


def test_two_payers_and_three_lines_to_the_rupiah() -> None:
    found = shares(10_001, HALVES, {1: 50_000, 2: 30_000, 3: 20_001})

    told = [(share.line_no, share.payer, share.amount_minor) for share in found]
    assert told == [
        (1, "bank", 2_501),
        (1, "shop", 2_500),
        (2, "bank", 1_500),
        (2, "shop", 1_500),
        (3, "bank", 1_000),
        (3, "shop", 1_000),
    ]


@given(
    st.integers(1, 100_000_000),
    st.integers(1, 10_000),
    st.none() | st.integers(1, 1_000_000),
    st.integers(0, 50_000),
)
def test_a_discount_leaves_something_to_pay_and_stays_below_its_cap(
    due: int, rate: int, cap: int | None, least: int
) -> None:
    terms = a_discount(NOW, fixed_minor=0, rate_bp=rate, cap_minor=cap)
    found = worth(terms, due, replace(BCA, least_minor=least))

    assert 0 <= found <= due
    if found:
        assert due - found >= max(least, 1)
    if cap is not None:
        assert found <= cap


@pytest.mark.parametrize(
    ("others", "due", "way", "expected"),
    [
        ({"fixed_minor": 5_000}, 100_000, BCA, 5_000),
        ({"fixed_minor": 0, "rate_bp": 1_000}, 99_995, BCA, 10_000),
        ({"fixed_minor": 0, "rate_bp": 1_000, "cap_minor": 7_500}, 100_000, BCA, 7_500),
        ({"fixed_minor": 5_000}, 12_000, BCA, 2_000),
        ({"fixed_minor": 5_000}, 10_000, BCA, 0),
        ({"fixed_minor": 5_000, "kind": PromotionKind.CASHBACK}, 10_000, BCA, 5_000),
    ],
)
def test_worth(others: dict[str, object], due: int, way: Way, expected: int) -> None:
    assert worth(a_discount(NOW, **others), due, way) == expected


def test_an_instalment_is_worth_the_interest_of_its_plan() -> None:
    plans = (Months(3, 250), Months(6, 400))
    terms = a_discount(NOW, kind=PromotionKind.INSTALMENT, fixed_minor=0, months=plans)

    assert worth(terms, 1_200_000, CARD, months=3) == 30_000
    assert worth(terms, 1_200_000, CARD, months=6) == 48_000
    assert worth(terms, 1_200_000, CARD) == 48_000
    assert worth(terms, 1_200_000, CARD, months=12) == 0


def test_every_reason_comes_up_where_it_should() -> None:
    def reason(
        *,
        way: Way = BCA,
        state: str = "running",
        taken: int = 0,
        count: int = 0,
        ask: Asking | None = None,
        **of: object,
    ) -> Reason | None:
        told = promotion(a_discount(NOW, **of), taken=taken, count=count, state=state)
        return why_not(told, way, ask or asking())

    assert reason() is None
    assert reason(state="paused") is Reason.NOT_RUNNING
    assert reason(state="exhausted", budget_minor=9) is Reason.BUDGET_SPENT
    assert reason(state="exhausted", quota=1, count=1) is Reason.QUOTA_SPENT
    assert reason(valid_from=NOW + timedelta(seconds=1)) is Reason.NOT_YET
    assert reason(valid_from=NOW) is None
    assert reason(valid_until=NOW) is Reason.OVER
    assert reason(hour_from=12) is Reason.OUTSIDE_HOURS
    assert reason(hour_until=11) is Reason.OUTSIDE_HOURS
    assert reason(hour_from=11, hour_until=12) is None
    assert reason(currency="USD") is Reason.OTHER_CURRENCY
    assert reason(way=Way("gopay", is_wallet=True)) is Reason.OTHER_METHOD
    assert reason(minimum_minor=100_001) is Reason.BELOW_MINIMUM
    assert reason(minimum_minor=100_000) is None
    assert reason(ask=asking(10_000)) is Reason.WORTH_NOTHING
    assert reason(per_buyer=1, ask=asking(buyer_id=None)) is Reason.BUYER_UNKNOWN
    assert reason(per_buyer=1, ask=asking(used={UUID(int=1): 1})) is Reason.BUYER_LIMIT
    assert reason(per_buyer=2, ask=asking(used={UUID(int=1): 1})) is None
    assert reason(quota=3, count=3) is Reason.QUOTA_SPENT
    assert reason(budget_minor=20_000, taken=15_001) is Reason.BUDGET_SPENT
    assert reason(budget_minor=20_000, taken=15_000) is None


def test_a_wallet_a_method_or_a_bank_is_enough() -> None:
    terms = a_discount(NOW, methods=("qris",), wallets=("gopay",))
    for way in (BCA, Way("qris"), Way("gopay", is_wallet=True), Way("bca_klikpay", "bca")):
        assert why_not(promotion(terms), way, asking()) is None
    assert why_not(promotion(terms), Way("ovo", is_wallet=True), asking()) is Reason.OTHER_METHOD
    everywhere = replace(terms, methods=(), wallets=(), banks=())
    assert why_not(promotion(everywhere), Way("ovo", is_wallet=True), asking()) is None


def test_a_card_range_needs_the_card_where_money_is_taken_off_and_may_wait_for_it_elsewhere() -> None:
    terms = a_discount(NOW, banks=(), card_ranges=("411111", "52110012"))
    told = promotion(terms)

    assert why_not(told, BCA, asking()) is Reason.OTHER_METHOD
    assert why_not(told, CARD, asking()) is Reason.CARD_UNKNOWN
    assert why_not(told, CARD, asking(card=Card("41111199"))) is None
    assert why_not(told, CARD, asking(card=Card("52110013"))) is Reason.OTHER_CARD
    cashback = promotion(replace(terms, kind=PromotionKind.CASHBACK))
    assert why_not(cashback, CARD, asking()) is None
    # A page that takes no other card makes the right one certain.
    assert why_not(told, replace(CARD, restricts_cards=True), asking()) is None
    assert why_not(cashback, CARD, asking(card=Card("400000"))) is Reason.OTHER_CARD


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("481111-1114", "48111111"),
        ("411111******1111", "411111"),
        ("4111 1111 1111 1111", "41111111"),
        ("4111111111111111", "41111111"),
        ("41111", None),
        ("****1111", None),
        ("", None),
        (None, None),
    ],
)
def test_of_a_card_no_more_than_eight_digits_come_in(told: str | None, known: str | None) -> None:
    assert first_digits(told) == known


@pytest.mark.parametrize(
    ("from_", "until", "hours"),
    [(0, 24, set(range(24))), (9, 12, {9, 10, 11}), (22, 2, {22, 23, 0, 1}), (5, 5, set(range(24)))],
)
def test_hours_may_go_over_midnight(from_: int, until: int, hours: set[int]) -> None:
    terms = a_discount(NOW, hour_from=from_, hour_until=until)
    assert {hour for hour in range(24) if in_hours(terms, hour)} == hours


def test_a_promotion_is_spent_when_not_even_the_least_use_fits() -> None:
    fixed = a_discount(NOW, budget_minor=12_000)
    assert least_worth(fixed) == 5_000
    assert is_spent(promotion(fixed, taken=7_000)) is False
    assert is_spent(promotion(fixed, taken=7_001)) is True
    rate = a_discount(NOW, fixed_minor=0, rate_bp=1_000, minimum_minor=50_000, budget_minor=12_000)
    assert least_worth(rate) == 5_000
    assert is_spent(promotion(a_discount(NOW, quota=2), count=2)) is True
    assert is_spent(promotion(a_discount(NOW), taken=10**12)) is False


def test_the_best_is_worth_most_and_money_off_comes_before_money_later() -> None:
    less, more = promotion(a_discount(NOW), no=1), promotion(a_discount(NOW), no=2)
    later = promotion(a_discount(NOW, kind=PromotionKind.CASHBACK), no=3)
    assert best([(less, 5_000), (more, 6_000)]) is more
    assert best([(later, 5_000), (less, 5_000)]) is less
    assert best([(more, 5_000), (less, 5_000)]) is less
    assert best([]) is None


@pytest.mark.parametrize(
    ("others", "wrong"),
    [
        ({}, ()),
        ({"name": "  "}, ("name",)),
        ({"fixed_minor": 0}, ("worth",)),
        ({"rate_bp": 100}, ("worth",)),
        ({"fixed_minor": 0, "rate_bp": 10_001}, ("worth",)),
        ({"kind": PromotionKind.INSTALMENT}, ("worth", "months")),
        ({"kind": PromotionKind.INSTALMENT, "fixed_minor": 0, "months": (Months(3, 250),)}, ()),
        ({"months": (Months(3, 250),)}, ("months",)),
        (
            {"kind": PromotionKind.INSTALMENT, "fixed_minor": 0, "months": (Months(3, 1), Months(3, 2))},
            ("months",),
        ),
        ({"payers": ()}, ("payers",)),
        ({"payers": (replace(SHOP, share_bp=9_999),)}, ("payers",)),
        ({"payers": (SHOP, replace(SHOP, share_bp=0))}, ("payers",)),
        ({"valid_until": NOW - timedelta(days=1)}, ("validity",)),
        ({"hour_from": 24}, ("hours",)),
        ({"hour_until": 0}, ("hours",)),
        ({"budget_minor": 0}, ("limits",)),
        ({"quota": 0, "minimum_minor": -1}, ("limits",)),
        ({"card_ranges": ("41111",)}, ("card_ranges",)),
        ({"card_ranges": ("411111111",)}, ("card_ranges",)),
        ({"name": "", "payers": (), "hour_until": 25}, ("name", "payers", "hours")),
    ],
)
def test_terms_name_everything_that_is_wrong_at_once(
    others: dict[str, object], wrong: tuple[str, ...]
) -> None:
    assert wrong_parts(a_discount(NOW, **others)) == wrong
