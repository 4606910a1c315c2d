"""Rules are JSON; what cannot be followed is refused, with every fault and where it is."""

import json
from typing import Any

import pytest

from orderan.routing import Fault, Rule, RulesNotUsable, Weight, When, plain_rules, read_rules

RULES = (
    Rule(
        "Malam",
        When(methods=("va_bca",), from_hour=22, to_hour=6, weekdays=(5, 6)),
        prefer=("doku",),
        firm=True,
    ),
    Rule(
        "Besar", When(at_least_minor=0, at_most_minor=5), split=(Weight("doku", 70), Weight("midtrans", 30))
    ),
    Rule("Murah", When(fee_above_minor=4_000, banks=("bca",)), cheapest=True),
    Rule("Terakhir", last=("duitku",)),
)


def test_rules_come_back_from_json_as_they_went() -> None:
    assert read_rules(json.loads(json.dumps(plain_rules(RULES)))) == RULES


def test_what_is_left_empty_is_not_written() -> None:
    assert plain_rules(RULES[3:]) == [{"name": "Terakhir", "last": ["duitku"]}]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ({"color": 1}, "1.color: not_known"),
        ({"name": " "}, "1.name: name_missing"),
        ({"name": 5}, "1.name: name_missing"),
        ({"name": "x" * 81}, "1.name: name_missing"),
        ({"when": []}, "1.when: not_an_object"),
        ({"when": {"moon": 1}}, "1.when.moon: not_known"),
        ({"when": {"methods": "qris"}}, "1.when.methods: not_a_list"),
        ({"when": {"methods": [5]}}, "1.when.methods: not_a_name"),
        ({"when": {"at_least_minor": -1}}, "1.when.at_least_minor: not_an_amount"),
        ({"when": {"at_most_minor": True}}, "1.when.at_most_minor: not_an_amount"),
        ({"when": {"at_least_minor": 6, "at_most_minor": 5}}, "1.when.at_least_minor: least_above_most"),
        ({"when": {"from_hour": 24, "to_hour": 6}}, "1.when.from_hour: not_an_hour"),
        ({"when": {"from_hour": 3}}, "1.when.to_hour: hours_half_given"),
        ({"when": {"from_hour": 3, "to_hour": 3}}, "1.when.to_hour: hours_empty"),
        ({"when": {"weekdays": [0]}}, "1.when.weekdays: not_a_weekday"),
        ({"when": {"weekdays": 5}}, "1.when.weekdays: not_a_weekday"),
        ({"firm": 1}, "1.firm: not_yes_or_no"),
        ({"prefer": ["doku", "doku"]}, "1.prefer: gateway_twice"),
        ({"prefer": ["nobody"]}, "1.prefer: gateway_not_there"),
        ({"prefer": ["doku"] * 101}, "1.prefer: too_many"),
        ({"prefer": []}, "1.rule: no_effect"),
        ({"cheapest": True}, "1.rule: two_orders"),
        ({"prefer": [], "split": "doku"}, "1.split: not_a_list"),
        ({"prefer": [], "split": ["doku"]}, "1.split: not_an_object"),
        ({"prefer": [], "split": [{"gateway": "", "parts": 1}]}, "1.split: not_a_name"),
        ({"prefer": [], "split": [{"gateway": "doku", "parts": 0}]}, "1.split: not_parts"),
        ({"prefer": [], "split": [{"gateway": "doku", "parts": 101}]}, "1.split: not_parts"),
    ],
)
def test_a_fault_is_told_with_its_place(rule: dict[str, Any], fault: str) -> None:
    with pytest.raises(RulesNotUsable) as refused:
        read_rules([{"name": "Satu", "prefer": ["doku"]} | rule], gateways={"doku", "midtrans"})

    assert refused.value.faults == (fault,)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(RulesNotUsable) as refused:
        read_rules([{"name": "Satu", "last": ["doku"]}, 7, {"name": "Satu", "when": {"from_hour": "x"}}])

    assert refused.value.faults == (
        "2: not_an_object",
        "3.when.from_hour: not_an_hour",
        "3.when.to_hour: hours_half_given",
        "3.rule: no_effect",
        "3.name: name_twice",
    )


@pytest.mark.parametrize(
    ("plain", "fault"), [({}, Fault.NOT_A_LIST), (None, Fault.NOT_A_LIST), ([{}] * 101, Fault.TOO_MANY)]
)
def test_rules_that_are_no_list_or_too_long_a_one(plain: Any, fault: Fault) -> None:
    with pytest.raises(RulesNotUsable) as refused:
        read_rules(plain)

    assert refused.value.faults == (f"rules: {fault}",)
