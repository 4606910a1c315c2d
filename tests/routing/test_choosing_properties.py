"""Whatever the rails, the rules and the draw: all rails come back, and health is respected."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from orderan.routing import (
    DRAWS,
    Approach,
    Candidate,
    Rule,
    Standing,
    ToPay,
    Weight,
    When,
    choose,
    plain_rules,
    read_rules,
)

GATEWAYS = ("midtrans", "doku", "duitku", "xendit", "ipaymu")
NAMES = st.lists(st.sampled_from(GATEWAYS), unique=True, max_size=4).map(tuple)
SHARES = st.floats(0, 1, allow_nan=False)

candidates = st.lists(
    st.builds(
        Candidate,
        id=st.text("abcdef", min_size=1, max_size=3),
        gateway=st.sampled_from(GATEWAYS),
        rank=st.integers(0, 5),
        fee_minor=st.integers(0, 50_000),
        success=SHARES,
        paid=SHARES,
        standing=st.sampled_from(Standing),
        maintenance=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda rail: rail.id,
)
bills = st.builds(
    ToPay,
    method=st.sampled_from(("qris", "va_bca")),
    amount_minor=st.integers(1, 10_000_000),
    margin_minor=st.integers(-1_000, 1_000_000),
    at=st.integers(0, 10_000).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    draw=st.integers(0, DRAWS - 1),
    bank=st.sampled_from((None, "bca", "bni")),
)
hours = st.tuples(st.integers(0, 23), st.integers(0, 24)).filter(lambda pair: pair[0] != pair[1])
whens = st.builds(
    lambda methods, least, hours, days: When(
        methods=methods, at_least_minor=least, from_hour=hours[0], to_hour=hours[1], weekdays=days
    ),
    methods=st.sampled_from(((), ("qris",), ("va_bca",))),
    least=st.none() | st.integers(0, 1_000_000),
    hours=st.just((None, None)) | hours,
    days=st.lists(st.integers(1, 7), unique=True).map(tuple),
)
splits = st.lists(
    st.builds(Weight, gateway=st.sampled_from(GATEWAYS), parts=st.integers(1, 100)),
    unique_by=lambda weight: weight.gateway,
    min_size=1,
    max_size=4,
).map(tuple)


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Rule, ...]:
    made = []
    for number in range(draw(st.integers(0, 3))):
        way = draw(st.sampled_from(("prefer", "split", "cheapest", "last")))
        made.append(
            Rule(
                name=f"aturan {number}",
                when=draw(whens),
                prefer=(draw(NAMES) or ("doku",)) if way == "prefer" else (),
                split=draw(splits) if way == "split" else (),
                cheapest=way == "cheapest",
                last=(draw(NAMES) or ("doku",)) if way == "last" else (),
                firm=draw(st.booleans()),
            )
        )
    return tuple(made)


@given(bills, candidates, rule_sets())
def test_every_rail_comes_back_once_with_a_reason(
    bill: ToPay, rails: list[Candidate], rules: tuple[Rule, ...]
) -> None:
    chosen = choose(bill, rails, rules)

    assert sorted(rail.id for rail in chosen.rails) == sorted(rail.id for rail in rails)
    assert all(rail.because for rail in chosen.rails)


@given(bills, candidates, rule_sets())
def test_a_down_rail_comes_before_a_well_one_only_by_a_firm_rule_or_a_probe(
    bill: ToPay, rails: list[Candidate], rules: tuple[Rule, ...]
) -> None:
    chosen = choose(bill, rails, rules)
    firm = any(rule.firm for rule in rules if rule.name == chosen.rule)
    looked_at = chosen.rails[1:] if chosen.approach is Approach.PROBE else chosen.rails

    if not firm:
        standings = [rail.standing for rail in looked_at]
        first_down = standings.index(Standing.DOWN) if Standing.DOWN in standings else len(standings)
        assert set(standings[first_down:]) <= {Standing.DOWN}


@given(bills, candidates, rule_sets(), st.randoms(use_true_random=False))
def test_the_answer_does_not_hang_on_the_order_in_which_rails_were_given(
    bill: ToPay, rails: list[Candidate], rules: tuple[Rule, ...], random: object
) -> None:
    shuffled = list(rails)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert choose(bill, shuffled, rules) == choose(bill, rails, rules)


@given(bills, candidates, rule_sets())
def test_rules_read_back_from_json_choose_the_same(
    bill: ToPay, rails: list[Candidate], rules: tuple[Rule, ...]
) -> None:
    assert choose(bill, rails, read_rules(plain_rules(rules))) == choose(bill, rails, rules)
