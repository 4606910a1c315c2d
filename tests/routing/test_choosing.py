"""Rules first, then health, then worth; a small share probes; every rail has its reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orderan.routing import (
    Approach,
    Because,
    Candidate,
    Rule,
    Standing,
    ToPay,
    Weight,
    When,
    choose,
    draw_of,
    plain_choice,
    worth_minor,
)

NO_PROBE = 9_999
FRIDAY_NIGHT = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
BILL = ToPay("va_bca", 200_000, 40_000, FRIDAY_NIGHT, NO_PROBE, bank="bca")

MIDTRANS = Candidate("m", "midtrans", 1, 4_440, 0.98)
DOKU = Candidate("d", "doku", 2, 3_330, 0.97)
DUITKU = Candidate("u", "duitku", 3, 2_220, 0.90)
RAILS = (MIDTRANS, DOKU, DUITKU)


def order(to_pay: ToPay = BILL, rails: tuple[Candidate, ...] = RAILS, *rules: Rule) -> list[str]:
    return [rail.id for rail in choose(to_pay, rails, rules).rails]


def test_without_rules_the_rail_that_is_expected_to_earn_most_comes_first() -> None:
    chosen = choose(BILL, RAILS)

    assert [(rail.id, rail.worth_minor, rail.because) for rail in chosen.rails] == [
        ("d", 35_570, (Because.WORTH,)),
        ("m", 34_849, (Because.WORTH,)),
        ("u", 34_002, (Because.WORTH,)),
    ]
    assert (chosen.approach, chosen.rule) == (Approach.VALUE, None)


def test_where_the_fee_eats_the_margin_no_rail_wins_by_failing() -> None:
    assert worth_minor(replace(BILL, margin_minor=1_000), DUITKU) == -1_098
    assert order(replace(BILL, margin_minor=1_000)) == ["m", "d", "u"]


def test_degraded_maintained_and_down_rails_are_demoted_in_this_order_and_none_is_left_out() -> None:
    rails = (
        replace(MIDTRANS, standing=Standing.DOWN),
        replace(DOKU, maintenance=True),
        replace(DUITKU, standing=Standing.DEGRADED),
        Candidate("x", "xendit", 9, 20_000, 0.5),
    )

    chosen = choose(BILL, rails)

    assert [(rail.id, rail.because) for rail in chosen.rails] == [
        ("x", (Because.WORTH,)),
        ("u", (Because.IS_DEGRADED,)),
        ("d", (Because.MAINTENANCE,)),
        ("m", (Because.IS_DOWN,)),
    ]


def test_when_all_are_down_the_least_bad_is_used_and_said_so() -> None:
    rails = tuple(
        replace(rail, standing=Standing.DOWN, success=success)
        for rail, success in zip(RAILS, (0.02, 0.30, 0.05), strict=True)
    )

    chosen = choose(BILL, rails, [Rule("Midtrans dulu", prefer=("midtrans",))])

    assert [rail.id for rail in chosen.rails] == ["d", "u", "m"]
    assert chosen.approach is Approach.LEAST_BAD
    assert {rail.because for rail in chosen.rails} == {(Because.IS_DOWN,)}


def test_the_first_rule_that_applies_decides_and_no_other_is_asked() -> None:
    rules = [
        Rule("BNI", When(banks=("bni",)), prefer=("doku",)),
        Rule("malam", When(from_hour=22, to_hour=6), prefer=("duitku", "midtrans")),
        Rule("selalu", prefer=("midtrans",)),
    ]

    chosen = choose(BILL, RAILS, rules)

    assert [rail.id for rail in chosen.rails] == ["u", "m", "d"]
    assert (chosen.approach, chosen.rule) == (Approach.RULE, "malam")
    assert chosen.rails[0].because == (Because.PREFERRED,)
    assert chosen.rails[2].because == (Because.WORTH,)


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        (When(), True),
        (When(methods=("va_bca", "qris")), True),
        (When(methods=("qris",)), False),
        (When(banks=("bca",)), True),
        (When(banks=("bni",)), False),
        (When(at_least_minor=200_000), True),
        (When(at_least_minor=200_001), False),
        (When(at_most_minor=200_000), True),
        (When(at_most_minor=199_999), False),
        (When(fee_above_minor=2_219), True),
        (When(fee_above_minor=2_220), False),
        (When(from_hour=23, to_hour=24), True),
        (When(from_hour=8, to_hour=23), False),
        (When(from_hour=22, to_hour=6), True),
        (When(weekdays=(5,)), True),
        (When(weekdays=(6, 7)), False),
        (When(methods=("va_bca",), weekdays=(6,)), False),
    ],
)
def test_a_rule_applies_when_all_its_conditions_hold(when: When, applies: bool) -> None:
    chosen = choose(BILL, RAILS, [Rule("diuji", when, prefer=("midtrans",))])

    assert (chosen.rule, chosen.rails[0].id) == (("diuji", "m") if applies else (None, "d"))


def test_a_rule_does_not_lift_a_rail_that_is_down_unless_it_is_firm() -> None:
    rails = (replace(MIDTRANS, standing=Standing.DOWN), DOKU, DUITKU)
    rule = Rule("Midtrans", prefer=("midtrans",))

    assert order(BILL, rails, rule) == ["d", "u", "m"]

    firm = choose(BILL, rails, [replace(rule, firm=True)])
    assert [rail.id for rail in firm.rails] == ["m", "d", "u"]
    assert firm.rails[0].because == (Because.PREFERRED, Because.IS_DOWN)
    assert firm.approach is Approach.RULE


def test_rails_by_fee_and_rails_put_last() -> None:
    assert order(BILL, RAILS, Rule("murah", cheapest=True)) == ["u", "d", "m"]
    assert order(BILL, RAILS, Rule("bukan DOKU", last=("doku",))) == ["m", "u", "d"]


def test_a_split_gives_each_gateway_its_parts_of_the_payments() -> None:
    rule = Rule("bagi", split=(Weight("midtrans", 70), Weight("duitku", 30), Weight("tidak ada", 900)))

    first = [
        choose(replace(BILL, draw=NO_PROBE + 10_000 * number), RAILS, [rule]).rails[0].id
        for number in range(10_000)
    ]

    assert {name: first.count(name) for name in "mdu"} == {"m": 7_000, "d": 0, "u": 3_000}
    assert choose(BILL, RAILS, [rule]).approach is Approach.SPLIT
    assert choose(BILL, RAILS, [rule]).rails[0].because == (Because.DRAWN,)


def test_four_payments_in_a_hundred_probe_another_rail_than_the_best_each_as_often() -> None:
    rails = (replace(MIDTRANS, standing=Standing.DOWN), DOKU, DUITKU)
    # All pairs of the two parts of a draw that matter.
    chosen = [
        choose(replace(BILL, draw=low + 10_000 * high), rails) for low in range(10_000) for high in range(2)
    ]

    probes = [choice for choice in chosen if choice.approach is Approach.PROBE]
    assert len(probes) == 800
    assert [choice.rails[0].id for choice in probes].count("m") == 400
    assert [choice.rails[0].id for choice in probes].count("u") == 400
    assert {choice.rails[0].because[0] for choice in probes} == {Because.PROBED}
    assert {choice.rails[0].id for choice in chosen if choice.approach is not Approach.PROBE} == {"d"}


def test_a_rail_under_maintenance_and_payments_of_a_firm_rule_do_not_probe() -> None:
    probing = replace(BILL, draw=0)
    rails = (DOKU, replace(MIDTRANS, maintenance=True))

    assert choose(probing, rails).approach is Approach.VALUE
    assert choose(probing, RAILS).approach is Approach.PROBE
    assert choose(probing, RAILS, [Rule("tetap", prefer=("doku",), firm=True)]).approach is Approach.RULE
    assert choose(probing, RAILS, probe_bp=0).approach is Approach.VALUE
    assert choose(replace(probing, again=True), RAILS).approach is Approach.VALUE


def test_no_rail_and_one_rail() -> None:
    assert choose(BILL, ()).rails == ()
    assert choose(BILL, (DOKU,)).approach is Approach.ONLY
    assert choose(BILL, (replace(DOKU, standing=Standing.DOWN),)).approach is Approach.LEAST_BAD


def test_a_draw_is_the_same_for_the_same_name_and_spread_for_others() -> None:
    assert draw_of("order-1") == draw_of("order-1") == 60_000_396
    probing = sum(draw_of(f"order-{number}") % 10_000 < 400 for number in range(10_000))
    assert 340 <= probing <= 460


def test_a_choice_is_plain_for_a_decision_record() -> None:
    assert plain_choice(choose(BILL, (DOKU,))) == {
        "approach": "only",
        "rule": None,
        "rails": [
            {
                "id": "d",
                "gateway": "doku",
                "because": ["worth"],
                "worth_minor": 35_570,
                "success": 0.97,
                "paid": 1.0,
                "fee_minor": 3_330,
                "standing": "well",
            }
        ],
    }
