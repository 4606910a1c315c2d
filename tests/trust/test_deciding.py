"""Points, bands and lists; and that more of what speaks against an order never helps it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id
from orderan.trust import (
    DEFAULT,
    OUTCOMES_OF,
    SAFER,
    Bands,
    Change,
    Difference,
    Facts,
    KeyKind,
    ListVerdict,
    Measure,
    Norm,
    Outcome,
    Policy,
    PolicyNotUsable,
    Rule,
    Seen,
    Subject,
    Tally,
    Traces,
    Way,
    assess,
    decide,
    differences,
    facts_of,
    keys_of,
    network_of,
    plain_facts,
    plain_policy,
    read_facts,
    read_policy,
    severity,
    signs_of,
    top_reasons,
)

NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)
ACTING = replace(DEFAULT, acts=True)


def facts(way: Way = Way.COD, **measures: int) -> Facts:
    return Facts(way, 100_000, {Measure(name): value for name, value in measures.items()})


def test_points_of_every_rule_that_is_reached_add_up_and_fall_into_a_band() -> None:
    verdict = decide(facts(person_refused=2, phone_fresh=1), ACTING)

    assert verdict.points == 30 + 40 + 10
    assert verdict.would is verdict.outcome is Outcome.PREPAID_ONLY
    assert [(one.code, one.value, one.points) for one in verdict.because] == [
        ("person_refused", 2, 40),
        ("person_refused", 2, 30),
        ("phone_fresh", 1, 10),
    ]
    assert top_reasons(verdict) == ("person_refused", "phone_fresh")


def test_rules_of_another_way_to_pay_give_nothing() -> None:
    assert decide(facts(Way.PREPAID, person_refused=2), ACTING).points == 0


def test_what_speaks_for_an_order_takes_points_and_never_below_none() -> None:
    assert decide(facts(person_delivered=3, phone_orders_day=3), ACTING).points == 5
    assert decide(facts(person_delivered=30), ACTING).points == 0


def test_rules_that_only_watch_say_what_they_would_do_and_do_nothing() -> None:
    verdict = decide(facts(person_fraud=1, phone_orders_day=12), DEFAULT)

    assert (verdict.would, verdict.outcome) == (Outcome.REFUSE, Outcome.ACCEPT)


def test_an_order_that_stands_elsewhere_already_is_held_and_not_denied() -> None:
    bad = facts(person_fraud=1, phone_orders_day=12)

    assert decide(replace(bad, bound=True), ACTING).outcome is Outcome.HOLD
    assert decide(replace(facts(person_refused=1), bound=True), ACTING).outcome is Outcome.ASK


def test_a_list_decides_before_points_and_a_block_before_an_allowance() -> None:
    bad, fine = facts(person_fraud=3), facts()

    assert decide(replace(fine, blocked=(KeyKind.PHONE,)), ACTING).outcome is Outcome.REFUSE
    assert decide(replace(bad, allowed=(KeyKind.PHONE,)), ACTING).outcome is Outcome.ACCEPT
    both = replace(bad, allowed=(KeyKind.PHONE,), blocked=(KeyKind.DEVICE,))
    assert decide(both, ACTING).outcome is Outcome.REFUSE
    assert top_reasons(decide(both, ACTING))[0] == "blocked_device"


def test_every_denial_has_reasons() -> None:
    for measure in set(Measure) - SAFER:
        verdict = decide(Facts(Way.COD, 1, {measure: 10**9, Measure.PERSON_FRAUD: 9}), ACTING)
        if verdict.outcome in (Outcome.DEPOSIT, Outcome.PREPAID_ONLY, Outcome.REFUSE):
            assert 1 <= len(top_reasons(verdict)) <= 3


def test_the_default_rules_can_be_written_down_and_read_again() -> None:
    assert read_policy(plain_policy(DEFAULT)) == DEFAULT


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"rules": "x"}, "rules: not_a_list"),
        ({"acts": "yes"}, "acts: not_yes_or_no"),
        ({"more": 1}, "more: not_known"),
        ({"cod": {"ask": 50, "hold": 40}}, "cod.hold: bands_cross"),
        ({"prepaid": {"deposit": 40}}, "prepaid.deposit: band_not_for_way"),
        ({"cod": {"ask": 0}}, "cod.ask: not_a_band"),
        (
            {"rules": [{"name": "a", "measure": "phone_fresh", "at_least": 1, "points": -5}]},
            "1.points: points_must_add",
        ),
        (
            {"rules": [{"name": "a", "measure": "person_delivered", "at_least": 1, "points": 5}]},
            "1.points: points_must_take",
        ),
        (
            {"rules": [{"name": "a", "measure": "mood", "at_least": 1, "points": 5}]},
            "1.measure: not_a_measure",
        ),
        (
            {"rules": [{"name": " ", "measure": "phone_fresh", "at_least": 0, "points": 5}]},
            "1.at_least: not_a_height",
        ),
    ],
)
def test_rules_that_cannot_be_followed_are_refused_with_their_place(
    change: dict[str, Any], fault: str
) -> None:
    with pytest.raises(PolicyNotUsable) as refused:
        read_policy(plain_policy(DEFAULT) | change)

    assert fault in refused.value.faults


HEIGHTS = st.integers(0, 60)
MEASURES = st.dictionaries(st.sampled_from(list(Measure)), HEIGHTS, max_size=8)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any rules that can be followed."""
    rules = tuple(
        Rule(
            f"aturan {number}",
            measure,
            draw(st.integers(1, 50)),
            -draw(st.integers(1, 60)) if measure in SAFER else draw(st.integers(1, 60)),
            draw(st.sampled_from([(), (Way.COD,), (Way.PREPAID,)])),
        )
        for number, measure in enumerate(draw(st.lists(st.sampled_from(list(Measure)), max_size=10)))
    )
    cod = sorted(draw(st.lists(st.integers(1, 300), min_size=5, max_size=5)))
    held, refused = sorted(draw(st.tuples(st.integers(1, 300), st.integers(1, 300))))
    policy = Policy(rules, Bands(*cod), Bands(hold=held, refuse=refused), acts=draw(st.booleans()))
    assert read_policy(plain_policy(policy)) == policy
    return policy


@given(
    policies(),
    MEASURES,
    st.sampled_from(list(Way)),
    st.sampled_from(list(Measure)),
    st.integers(1, 40),
    st.booleans(),
)
def test_more_of_what_speaks_against_an_order_never_helps_it_and_of_what_speaks_for_it_never_harms(
    policy: Policy, measures: dict[Measure, int], way: Way, one: Measure, more: int, bound: bool
) -> None:
    before = Facts(way, 1, measures, bound=bound)
    after = replace(before, measures=measures | {one: measures.get(one, 0) + more})
    was, now = decide(before, policy), decide(after, policy)
    worse = -1 if one in SAFER else 1

    assert (now.points - was.points) * worse >= 0
    assert (severity(now.would) - severity(was.would)) * worse >= 0
    assert (severity(now.outcome) - severity(was.outcome)) * worse >= 0
    assert now.would in OUTCOMES_OF[way]


@given(policies(), MEASURES, st.sampled_from(list(Way)))
def test_facts_written_down_decide_the_same(policy: Policy, measures: dict[Measure, int], way: Way) -> None:
    whole = Facts(
        way, 5, measures, (KeyKind.EMAIL,) if len(measures) > 6 else (), (), bound=bool(len(measures) % 2)
    )

    assert decide(read_facts(plain_facts(whole)), policy) == decide(whole, policy)


KEYRING = Keyring(b"k" * 32)


def subject(
    keys: dict[KeyKind, bytes], *, at: datetime = NOON, amount: int = 100_000, **others: Any
) -> Subject:
    return Subject(new_id(), at, Way.COD, amount, keys, **others)


def test_orders_of_a_batch_see_those_before_them_as_if_they_came_alone() -> None:
    ana, budi = (
        {KeyKind.PHONE: b"ana", KeyKind.ADDRESS: b"rumah"},
        {KeyKind.PHONE: b"budi", KeyKind.ADDRESS: b"rumah"},
    )
    known = {(kind, key): Seen() for keys in (ana, budi) for kind, key in keys.items()}

    scored = assess([subject(ana), subject(ana), subject(budi)], known, None, DEFAULT, version=0)

    assert [one.facts.measures.get(Measure.PHONE_ORDERS_DAY, 0) for one in scored] == [0, 1, 0]
    assert [one.facts.measures.get(Measure.ADDRESS_ORDERS_DAY, 0) for one in scored] == [0, 1, 2]
    assert [one.facts.measures.get(Measure.PHONES_AT_ADDRESS, 0) for one in scored] == [0, 0, 1]
    assert [one.first_time for one in scored] == [True, False, True]


def test_what_was_denied_in_a_batch_is_not_counted_for_the_next() -> None:
    ana = {KeyKind.PHONE: b"ana"}
    known = {(KeyKind.PHONE, b"ana"): Seen(verdict=ListVerdict.BLOCK)}

    scored = assess([subject(ana), subject(ana)], known, None, ACTING, version=0)

    assert [one.verdict.outcome for one in scored] == [Outcome.REFUSE, Outcome.REFUSE]
    assert scored[1].facts.measures == {Measure.PHONE_FRESH: 1}


def test_history_of_the_person_the_house_and_the_area_is_measured() -> None:
    keys = {
        KeyKind.PHONE: b"p",
        KeyKind.ADDRESS: b"a",
        KeyKind.DEVICE: b"d",
        KeyKind.AREA: b"31.71.01",
        KeyKind.IP: b"i",
    }
    known = {
        (KeyKind.PHONE, b"p"): Seen(tally=Tally(delivered=4, refused=1, returned=2, delivered_minor=400_000)),
        (KeyKind.ADDRESS, b"a"): Seen(
            [(NOON - timedelta(days=2), b"q"), (NOON - timedelta(days=3), b"p")], Tally(refused=3)
        ),
        (KeyKind.DEVICE, b"d"): Seen(tally=Tally(refused=3, fraud=1, disputed=2)),
        (KeyKind.AREA, b"31.71.01"): Seen(tally=Tally(delivered=27, refused=9, returned=10)),
        (KeyKind.IP, b"i"): Seen(
            [(NOON - timedelta(minutes=59), b"q"), (NOON - timedelta(minutes=60), b"r")]
        ),
    }

    measured = facts_of(subject(keys, amount=500_000), known, None).measures

    assert measured == {
        Measure.IP_ORDERS_HOUR: 1,
        Measure.PHONES_AT_ADDRESS: 1,
        Measure.PERSON_REFUSED: 1,
        Measure.PERSON_RETURNED: 2,
        Measure.ADDRESS_REFUSED: 2,
        Measure.DEVICE_REFUSED: 2,
        Measure.DEVICE_FRAUD: 3,
        Measure.AREA_REFUSED_PERCENT: 25,
        Measure.AREA_RETURNED_PERCENT: 37,
        Measure.PERSON_DELIVERED: 4,
        Measure.AMOUNT_OF_BUYER_PERCENT: 500,
    }


def test_what_comes_back_from_an_area_says_something_once_enough_was_taken_there() -> None:
    def measured(area: Tally) -> dict[Measure, int]:
        known = {(KeyKind.AREA, b"31.71.01"): Seen(tally=area)}
        return dict(facts_of(subject({KeyKind.AREA: b"31.71.01"}), known, None).measures)

    assert measured(Tally(delivered=19, returned=19)) == {}
    assert measured(Tally(delivered=20, returned=8)) == {Measure.AREA_RETURNED_PERCENT: 40}
    # What was refused at the door was never taken: it is no part of what could come back.
    assert measured(Tally(delivered=15, refused=15, returned=9)) == {Measure.AREA_REFUSED_PERCENT: 50}
    facts = facts_of(
        subject({KeyKind.AREA: b"31.71.01"}),
        {(KeyKind.AREA, b"31.71.01"): Seen(tally=Tally(delivered=20, returned=8))},
        None,
    )
    [because] = decide(facts, DEFAULT).because
    assert (because.code, because.points) == (Measure.AREA_RETURNED_PERCENT, 5)


def test_value_and_hour_are_compared_with_what_is_usual_once_there_is_enough_of_it() -> None:
    by_day = tuple(0 if hour < 6 else 10 for hour in range(24))
    night = subject({}, at=NOON.replace(hour=3), amount=300_000)

    usual = facts_of(night, {}, Norm(180, 100_000, by_day)).measures
    little = facts_of(night, {}, Norm(49, 100_000, by_day)).measures

    assert usual == {Measure.AMOUNT_OF_SHOP_PERCENT: 300, Measure.HOUR_RARE: 1}
    assert little == {}


def test_signs_need_no_history() -> None:
    traces = Traces(
        phone="+60123456789",
        email="x@Mailinator.com",
        name="Bcdfg Xxx",
        line="dekat pasar",
        village_code="31.71.01.1001",
        ip_area="35",
        billing_area="31",
        note="coba saja, hubungi 0812 3456 7890",
    )

    assert signs_of(traces, amount_minor=1_234_567) == {
        Measure.AMOUNT_THOUSANDS: 1_234,
        Measure.EMAIL_DISPOSABLE: 1,
        Measure.PHONE_FOREIGN: 1,
        Measure.IP_ELSEWHERE: 1,
        Measure.TEXT_SIGNS: 4,
        Measure.ADDRESS_VAGUE: 1,
    }


def test_keys_are_hashes_and_the_same_thing_has_the_same() -> None:
    one = keys_of(
        KEYRING,
        1,
        Traces(
            phone="+628111",
            email="budi+a@gmail.com",
            line="Jl. Mawar No. 3",
            village_code="31.71.01.1001",
            device="d-1",
            ip="10.1.2.3",
            card="4811 1111 2222",
        ),
    )
    other = keys_of(
        KEYRING,
        1,
        Traces(
            email="b.udi@gmail.com",
            line="jln mawar 3",
            village_code="31.71.01.1001",
            ip="10.1.2.99",
            card="48111111",
        ),
    )

    assert one[KeyKind.AREA] == b"31.71.01"
    assert all(len(key) == 16 for kind, key in one.items() if kind is not KeyKind.AREA)
    assert set(one) == set(KeyKind)
    same = {kind for kind in other if one.get(kind) == other[kind]}
    assert same == {
        KeyKind.EMAIL,
        KeyKind.DOMAIN,
        KeyKind.ADDRESS,
        KeyKind.NETWORK,
        KeyKind.CARD,
        KeyKind.AREA,
    }
    assert keys_of(KEYRING, 2, Traces(device="d-1"))[KeyKind.DEVICE] != one[KeyKind.DEVICE]


@pytest.mark.parametrize(
    ("ip", "network"),
    [("10.1.2.3", "10.1.2.0/24"), ("2001:db8:1:2::9", "2001:db8:1::/48"), ("unknown", None), ("", None)],
)
def test_a_network_is_what_neighbours_share(ip: str, network: str | None) -> None:
    assert network_of(ip) == network


def test_a_rule_that_is_off_gives_no_points_and_is_read_back_off() -> None:
    off = replace(
        ACTING,
        rules=tuple(replace(rule, off=rule.measure is Measure.PERSON_REFUSED) for rule in ACTING.rules),
    )

    verdict = decide(facts(person_refused=2, phone_fresh=1), off)

    assert [one.code for one in verdict.because] == ["phone_fresh"]
    assert read_policy(plain_policy(off)) == off
    with pytest.raises(PolicyNotUsable, match=r"1\.off: not_yes_or_no"):
        read_policy(
            {"rules": [{"name": "x", "measure": "phone_fresh", "at_least": 1, "points": 1, "off": 1}]}
        )


def test_differences_name_what_changed_and_nothing_else() -> None:
    first, second, third = ACTING.rules[:3]
    before = Policy((first, second), Bands(ask=30, hold=60))
    after = Policy(
        (replace(first, points=25, at_least=4, off=True), third), Bands(hold=70), Bands(refuse=90), acts=True
    )

    assert differences(before, before) == ()
    assert differences(before, after) == (
        Difference(Change.ACTS),
        Difference(Change.REMOVED, second.name),
        Difference(Change.OFF, first.name),
        Difference(Change.POINTS, first.name, before=20, after=25),
        Difference(Change.HEIGHT, first.name, before=3, after=4),
        Difference(Change.ADDED, third.name, after=15),
        Difference(Change.BAND, "ask", Way.COD, 30, None),
        Difference(Change.BAND, "hold", Way.COD, 60, 70),
        Difference(Change.BAND, "refuse", Way.PREPAID, None, 90),
    )
