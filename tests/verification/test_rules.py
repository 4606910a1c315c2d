"""Whom to ask and when: first rule that holds, hours of the buyer's day, way after way, no try past the deadline."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.verification import (
    Buyer,
    Case,
    Policy,
    Rule,
    Silence,
    Step,
    Verdict,
    Way,
    When,
    after_miss,
    decide,
    faults,
    may_ask_at,
    plain,
    read,
)

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
ANYBODY = Buyer(100_000, "31.71.01.1001", 0, 0, 0)
POLICY = Policy(
    rules=(
        Rule("kecil", When(at_most_minor=50_000, first_order=False), Verdict.WAIVE),
        Rule("mahal", When(at_least_minor=1_000_000), Verdict.ASK),
        Rule("langganan", When(delivered_at_least=2, refused_at_most=0, areas=("31", "32")), Verdict.WAIVE),
    ),
    steps=(Step(Way.WHATSAPP, 1, 120, 0), Step(Way.CALL, 3, 5, 45)),
)


@pytest.mark.parametrize(
    ("buyer", "rule", "verdict"),
    [
        (ANYBODY, None, Verdict.ASK),
        (replace(ANYBODY, total_minor=50_000), None, Verdict.ASK),
        (replace(ANYBODY, total_minor=50_000, orders_before=1), "kecil", Verdict.WAIVE),
        (replace(ANYBODY, total_minor=1_000_000, delivered=5, orders_before=5), "mahal", Verdict.ASK),
        (replace(ANYBODY, delivered=2, orders_before=2), "langganan", Verdict.WAIVE),
        (replace(ANYBODY, delivered=2, orders_before=3, refused=1), None, Verdict.ASK),
        (replace(ANYBODY, delivered=2, orders_before=2, area="73.71.01.1001"), None, Verdict.ASK),
        (replace(ANYBODY, delivered=2, orders_before=2, area=None), None, Verdict.ASK),
    ],
)
def test_the_first_rule_that_holds_decides(buyer: Buyer, rule: str | None, verdict: Verdict) -> None:
    found = decide(POLICY, buyer)
    assert (found.rule, found.verdict) == (rule, verdict)


def test_a_score_nobody_gave_holds_nowhere() -> None:
    doubtful = Policy(rules=(Rule("aman", When(score_at_least=0), Verdict.WAIVE),))
    assert decide(doubtful, ANYBODY).verdict is Verdict.ASK
    assert decide(doubtful, replace(ANYBODY, score=0)).verdict is Verdict.WAIVE


@given(
    st.integers(0, 366 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
    st.integers(0, 23),
    st.integers(0, 24),
)
def test_nobody_is_disturbed_outside_their_hours_and_nobody_waits_a_day(
    at: datetime, zone: str, from_hour: int, to_hour: int
) -> None:
    policy = replace(POLICY, from_hour=from_hour, to_hour=to_hour)
    asked = may_ask_at(policy, policy.steps[1], at, zone)

    assert at <= asked <= at + timedelta(days=1)
    hour = asked.astimezone(ZoneInfo(zone)).hour
    allowed = {one % 24 for one in range(from_hour, to_hour if from_hour < to_hour else to_hour + 24)} or set(
        range(24)
    )
    assert hour in allowed
    if at.astimezone(ZoneInfo(zone)).hour in allowed:
        assert asked == at


def test_an_agent_is_given_a_case_at_any_hour() -> None:
    night = NOW.replace(hour=18)
    assert may_ask_at(POLICY, Step(Way.AGENT), night, "Asia/Jakarta") == night
    assert may_ask_at(POLICY, Step(Way.CALL), night, "Asia/Jakarta") == datetime(2026, 11, 12, 1, tzinfo=UTC)


def test_a_missed_try_is_made_again_then_the_next_way_then_nothing() -> None:
    case = Case(UUID(int=1), 1, 0, 1, None, NOW, NOW + timedelta(hours=48))
    told = []
    for _ in range(5):
        due = after_miss(POLICY, case, now=NOW, zone="Asia/Jakarta")
        told.append((due.step, due.at - NOW))
        if due.step is None:
            break
        case = replace(case, step=due.step, tries=due.tries + 1)
    assert told == [
        (1, timedelta()),
        (1, timedelta(minutes=45)),
        (1, timedelta(minutes=45)),
        (None, timedelta()),
    ]


def test_no_try_is_made_past_the_deadline() -> None:
    case = Case(UUID(int=1), 1, 1, 1, None, NOW, NOW + timedelta(minutes=30))
    for silence, at in ((Silence.HOLD, NOW), (Silence.CANCEL, case.deadline)):
        due = after_miss(replace(POLICY, silence=silence), case, now=NOW, zone="Asia/Jakarta")
        assert (due.step, due.at) == (None, at)


def test_what_cannot_be_followed_is_named_all_at_once() -> None:
    wrong = Policy(
        rules=(
            Rule(" ", When(), Verdict.ASK),
            Rule("dua", When(at_least_minor=2, at_most_minor=1), Verdict.ASK),
            Rule("dua", When(), Verdict.WAIVE),
        ),
        steps=(Step(Way.CALL, 0, 0, -1),),
        from_hour=25,
        deadline_hours=0,
    )
    assert faults(wrong) == (
        "from_hour: not_an_hour",
        "deadline_hours: out_of_range",
        "steps.1.tries: out_of_range",
        "steps.1.answer_minutes: out_of_range",
        "steps.1.spacing_minutes: out_of_range",
        "rules.1.name: missing",
        "rules.2.name: twice",
        "rules.2.when: nothing_fits",
        "rules.3.name: twice",
    )
    assert faults(Policy(steps=())) == ("steps: none",)
    assert faults(POLICY) == ()


def test_a_policy_is_kept_and_read_as_it_was() -> None:
    policy = replace(POLICY, silence=Silence.CANCEL)
    assert read(plain(policy)) == policy
