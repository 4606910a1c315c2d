"""What became different between two states of the rules, and which rules are never reached."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.routing import Change, Changed, Rule, When, differences, unreachable

A = Rule("a", When(methods=("va_bca",)), prefer=("xendit",))
B = Rule("b", When(methods=("qris",)), prefer=("midtrans",))
C = Rule("c", cheapest=True)


def test_nothing_is_different_between_the_same() -> None:
    assert differences((A, B, C), (A, B, C)) == ()


def test_added_changed_renamed_and_removed_rules_are_told_by_their_names() -> None:
    changed, renamed = replace(A, prefer=("doku",)), replace(B, name="bb")
    new = Rule("d", cheapest=True, last=("doku",))

    assert differences((A, B, C), (changed, renamed, new)) == (
        Changed(Change.CHANGED, "a"),
        Changed(Change.RENAMED, "bb", "b"),
        Changed(Change.ADDED, "d"),
        Changed(Change.REMOVED, "c"),
    )


def test_only_the_rule_that_left_its_neighbours_has_moved() -> None:
    assert differences((A, B, C), (C, A, B)) == (Changed(Change.MOVED, "c"),)
    new = Rule("d", cheapest=True, last=("doku",))
    assert differences((A, B, C), (new, A, B, C)) == (Changed(Change.ADDED, "d"),)


@given(st.permutations([Rule(name, prefer=(name,)) for name in "abcdef"]))
def test_another_order_is_never_told_as_no_difference(after: list[Rule]) -> None:
    before = [Rule(name, prefer=(name,)) for name in "abcdef"]

    found = differences(before, after)

    assert all(one.change is Change.MOVED for one in found)
    assert bool(found) == (before != after)


@pytest.mark.parametrize(
    ("first", "second", "hidden"),
    [
        (When(), When(methods=("qris",)), True),
        (When(methods=("qris",)), When(), False),
        (When(methods=("qris", "va_bca")), When(methods=("qris",)), True),
        (When(banks=("bca",)), When(banks=("bca", "bni")), False),
        (When(from_hour=8, to_hour=20), When(from_hour=9, to_hour=18), True),
        (When(from_hour=8, to_hour=20), When(from_hour=18, to_hour=22), False),
        (When(from_hour=22, to_hour=6), When(from_hour=23, to_hour=2), True),
        (When(from_hour=22, to_hour=6), When(from_hour=5, to_hour=7), False),
        (When(from_hour=0, to_hour=24), When(), True),
        (When(weekdays=(1, 2, 3)), When(weekdays=(2,)), True),
        (When(weekdays=(1, 2, 3)), When(), False),
        (When(weekdays=(1, 2, 3, 4, 5, 6, 7)), When(), True),
        (When(at_least_minor=100), When(at_least_minor=200, at_most_minor=300), True),
        (When(at_least_minor=100), When(at_most_minor=300), False),
        (When(at_most_minor=300), When(at_least_minor=100), False),
        (When(at_least_minor=0), When(), True),
        (When(fee_above_minor=100), When(fee_above_minor=200), True),
        (When(fee_above_minor=200), When(fee_above_minor=100), False),
        (When(fee_above_minor=200), When(), False),
    ],
)
def test_a_rule_is_unreachable_where_an_earlier_one_takes_all_of_its_payments(
    first: When, second: When, *, hidden: bool
) -> None:
    rules = (Rule("a", first, prefer=("xendit",)), Rule("b", second, cheapest=True))

    assert unreachable(rules) == ({1: 0} if hidden else {})
