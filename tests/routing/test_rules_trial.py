"""Past payments under other rules, with sums made by hand."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.routing import (
    EXAMPLES,
    MOST_MOVES,
    Candidate,
    Example,
    Move,
    PastPayment,
    Playing,
    Rule,
    Standing,
    ToPay,
    Trial,
    Weight,
    When,
    choose,
    plain_trial,
    read_trial,
)

FRIDAY_NIGHT: Final = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
SINCE: Final = datetime(2026, 11, 20, tzinfo=UTC)
BILL: Final = ToPay("va_bca", 200_000, 40_000, FRIDAY_NIGHT, 9_999, bank="bca")
SMALL: Final = replace(BILL, amount_minor=50_000, margin_minor=10_000)
RAILS: Final = (
    Candidate("m", "midtrans", 1, 4_440, 0.98),
    Candidate("d", "doku", 2, 3_330, 0.97),
    Candidate("u", "duitku", 3, 2_220, 0.90),
)
BIG_TO_MIDTRANS: Final = Rule("Besar ke Midtrans", When(at_least_minor=100_000), prefer=("midtrans",))


def past(number: int, chosen: str, to_pay: ToPay = BILL, rails: tuple[Candidate, ...] = RAILS) -> PastPayment:
    return PastPayment(UUID(int=number), FRIDAY_NIGHT, to_pay, rails, chosen)


def played(rules: tuple[Rule, ...], *payments: PastPayment) -> Trial:
    playing = Playing(rules)
    playing.play(payments)
    return playing.result(since=SINCE, until=FRIDAY_NIGHT, most=100, more=False)


def test_what_moves_what_it_costs_and_what_it_earns() -> None:
    # Of three, the first moves from DOKU to Midtrans; the small one stays where it is worth most; the
    # last went to Midtrans under earlier rules and stays there.
    trial = played((BIG_TO_MIDTRANS,), past(1, "d"), past(2, "u", SMALL), past(3, "m"))

    assert (trial.payments, trial.moved) == (3, 1)
    assert (trial.fee_minor, trial.fee_minor_now) == (3_330 + 2_220 + 4_440, 4_440 + 2_220 + 4_440)
    assert (trial.paid, trial.paid_now) == (2.85, 2.86)
    assert trial.by_rule == {"Besar ke Midtrans": 2, "": 1}
    assert trial.moves == (Move("va_bca", "d", "m", "doku", "midtrans", 1, 1_110, 0.01),)
    assert trial.examples == (
        Example(
            str(UUID(int=1)),
            FRIDAY_NIGHT.isoformat(),
            "va_bca",
            200_000,
            "doku",
            "midtrans",
            1_110,
            "Besar ke Midtrans",
        ),
    )


def test_a_split_moves_its_share_as_the_draws_fall() -> None:
    rule = Rule("Bagi", split=(Weight("midtrans", 3), Weight("doku", 1)))
    payments = [past(number, "d", replace(BILL, draw=number * 10_000 + 9_999)) for number in range(8)]

    trial = played((rule,), *payments)

    # Of each four draws in a row three fall on Midtrans.
    assert (trial.payments, trial.moved) == (8, 6)
    assert trial.moves == (Move("va_bca", "d", "m", "doku", "midtrans", 6, 6 * 1_110, 0.06),)


def test_a_rule_moves_nothing_to_a_rail_that_was_down_unless_it_is_firm() -> None:
    down = (replace(RAILS[0], standing=Standing.DOWN), *RAILS[1:])

    assert played((BIG_TO_MIDTRANS,), past(1, "d", rails=down)).moved == 0
    assert played((replace(BIG_TO_MIDTRANS, firm=True),), past(1, "d", rails=down)).moved == 1


def test_without_payments_there_is_nothing_and_no_share_of_nothing() -> None:
    assert played((BIG_TO_MIDTRANS,)) == Trial(
        0, 0, 0, 0, 0.0, 0.0, {"Besar ke Midtrans": 0, "": 0}, (), 0, (), SINCE, FRIDAY_NIGHT, 100
    )


def test_a_payment_whose_chosen_rail_is_not_among_its_rails_is_left_out() -> None:
    assert played((), past(1, "somewhere")).payments == 0


def test_examples_and_kinds_of_move_are_as_many_as_a_page_holds_and_the_sums_have_them_all() -> None:
    methods = [f"va_{number}" for number in range(MOST_MOVES + 5)]
    payments = [past(number, "d", replace(BILL, method=name)) for number, name in enumerate(methods)]

    trial = played((BIG_TO_MIDTRANS,), *payments)

    assert (trial.moved, len(trial.moves), trial.moves_left_out) == (65, 60, 5)
    assert len(trial.examples) == EXAMPLES == 12
    assert trial.fee_minor_now - trial.fee_minor == 65 * 1_110


def test_a_trial_that_was_kept_reads_as_it_was() -> None:
    trial = played((BIG_TO_MIDTRANS,), past(1, "d"), past(2, "u", SMALL))

    assert read_trial(plain_trial(trial)) == trial


_GATEWAYS = ("midtrans", "doku", "duitku")
_RULES = st.lists(
    st.one_of(
        st.builds(
            Rule,
            name=st.sampled_from(["a", "b", "c"]),
            when=st.builds(When, at_least_minor=st.one_of(st.none(), st.integers(0, 400_000))),
            prefer=st.permutations(_GATEWAYS).map(tuple),
            firm=st.booleans(),
        ),
        st.builds(Rule, name=st.just("cheap"), cheapest=st.just(True)),
        st.builds(
            Rule,
            name=st.just("split"),
            split=st.just((Weight("midtrans", 70), Weight("doku", 30))),
            last=st.just(("duitku",)),
        ),
    ),
    max_size=4,
    unique_by=lambda rule: rule.name,
).map(tuple)
_BILLS = st.builds(
    replace,
    st.just(BILL),
    amount_minor=st.integers(10_000, 500_000),
    margin_minor=st.integers(0, 100_000),
    draw=st.integers(0, 99_999_999),
)
_RAILS = st.tuples(
    *(
        st.builds(
            Candidate,
            id=st.just(name[0] if name != "duitku" else "u"),
            gateway=st.just(name),
            rank=st.just(rank),
            fee_minor=st.integers(0, 9_000),
            success=st.floats(0, 1),
            paid=st.floats(0, 1),
            standing=st.sampled_from(Standing),
            maintenance=st.booleans(),
        )
        for rank, name in enumerate(_GATEWAYS)
    )
)


@given(st.lists(st.tuples(_BILLS, _RAILS), max_size=20), _RULES)
def test_the_rules_that_chose_move_nothing_and_cost_nothing(
    bills: list[tuple[ToPay, tuple[Candidate, ...]]], rules: tuple[Rule, ...]
) -> None:
    payments = [
        past(number, choose(bill, rails, rules).rails[0].id, bill, rails)
        for number, (bill, rails) in enumerate(bills)
    ]

    trial = played(rules, *payments)

    assert (trial.payments, trial.moved, trial.moves) == (len(bills), 0, ())
    assert trial.fee_minor == trial.fee_minor_now
    assert trial.paid == pytest.approx(trial.paid_now)
    assert sum(trial.by_rule.values()) == len(bills)


@given(st.lists(st.tuples(_BILLS, _RAILS), max_size=20), _RULES, st.integers(1, 5))
def test_payments_played_a_few_at_a_time_give_the_same_as_all_at_once(
    bills: list[tuple[ToPay, tuple[Candidate, ...]]], rules: tuple[Rule, ...], few: int
) -> None:
    payments = [past(number, "d", bill, rails) for number, (bill, rails) in enumerate(bills)]
    bit_by_bit = Playing(rules)
    for start in range(0, len(payments), few):
        bit_by_bit.play(payments[start : start + few])

    assert bit_by_bit.result(since=SINCE, until=FRIDAY_NIGHT, most=100, more=False) == played(
        rules, *payments
    )
