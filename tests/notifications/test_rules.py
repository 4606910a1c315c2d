"""Channels, quiet hours, breaker and contradictions: pure decisions."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.kit.ids import NIL
from orderan.notifications.kinds import NATURES, OVERTAKEN_BY, OVERTAKEN_ON_SUBJECT, Need
from orderan.notifications.models import Channel, Kind, Person, Policy, Wants, Why
from orderan.notifications.rules import (
    Breaker,
    after_quiet,
    channels_for,
    next_channel,
    next_try,
    when,
    zone_of,
)

NOON = datetime(2026, 11, 11, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY = Policy(channels=("whatsapp", "email", "sms"))


def a_person(**others: object) -> Person:
    plain: dict[str, object] = {
        "id": NIL,
        "reachable": frozenset(Channel),
        "agreed": frozenset(),
        "zone": "Asia/Jakarta",
    }
    return Person(**plain | others)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "person", "channels", "why"),
    [
        (Kind.PAY_NOW, a_person(), ("whatsapp", "email", "sms"), None),
        (
            Kind.PAY_NOW,
            a_person(wants=Wants(channels=("email",))),
            ("email", "whatsapp", "sms"),
            None,
        ),
        (Kind.PAY_NOW, a_person(reachable=frozenset({"sms"})), ("sms",), None),
        (Kind.PAY_NOW, a_person(reachable=frozenset()), (), Why.NOWHERE),
        (
            Kind.PAY_NOW,
            a_person(wants=Wants(stopped=frozenset({"whatsapp", "email"}))),
            ("sms",),
            None,
        ),
        # What is about their money is told whatever they do without, as long as a channel is open.
        (
            Kind.PAY_NOW,
            a_person(wants=Wants(unwanted=frozenset({"pay_now"}))),
            ("whatsapp", "email", "sms"),
            None,
        ),
        (Kind.PAY_SOON, a_person(wants=Wants(unwanted=frozenset({"pay_soon"}))), (), Why.STOPPED),
        (Kind.REVIEW, a_person(), (), Why.STOPPED),
        (Kind.REVIEW, a_person(agreed=frozenset({"email"})), ("email",), None),
    ],
)
def test_which_channels(kind: Kind, person: Person, channels: tuple[str, ...], why: Why | None) -> None:
    assert channels_for(kind, EVERY, person) == (channels, why)


def test_a_kind_the_shop_does_not_tell_is_told_to_nobody() -> None:
    assert channels_for(Kind.PAY_NOW, Policy(("email",), silent=frozenset({"pay_now"})), a_person()) == (
        (),
        Why.STOPPED,
    )


@pytest.mark.parametrize(
    ("clock", "begins", "ends", "sent"),
    [
        ("12:00", "21:00", "07:00", "12:00"),
        ("20:59", "21:00", "07:00", "20:59"),
        ("21:00", "21:00", "07:00", "07:00+1"),
        ("23:30", "21:00", "07:00", "07:00+1"),
        ("00:00", "21:00", "07:00", "07:00"),
        ("06:59", "21:00", "07:00", "07:00"),
        ("07:00", "21:00", "07:00", "07:00"),
        ("13:00", "12:00", "14:00", "14:00"),
        ("14:00", "12:00", "14:00", "14:00"),
        ("03:00", "00:00", "00:00", "03:00"),
    ],
)
def test_quiet_hours_are_half_open_and_go_over_midnight(
    clock: str, begins: str, ends: str, sent: str
) -> None:
    # Jakarta is seven hours ahead of UTC.
    def at(text: str) -> datetime:
        told, _, days = text.partition("+")
        local = datetime.combine(datetime(2026, 11, 11, tzinfo=UTC).date(), time.fromisoformat(told), UTC)
        return local - timedelta(hours=7) + timedelta(days=int(days or 0))

    found = after_quiet(at(clock), time.fromisoformat(begins), time.fromisoformat(ends), "Asia/Jakarta")
    assert found == at(sent)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.times(),
    st.times(),
    st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
)
def test_nothing_is_sent_before_it_is_due_nor_more_than_a_day_later_and_the_end_is_not_quiet(
    moment: datetime, begins: time, ends: time, zone: str
) -> None:
    sent = after_quiet(moment, begins, ends, zone)
    assert timedelta() <= sent - moment <= timedelta(days=1)
    assert after_quiet(sent, begins, ends, zone) == sent


def test_urgent_news_and_email_know_no_night() -> None:
    night = NOON + timedelta(hours=10)
    policy = Policy(("whatsapp",))
    zone = "Asia/Jakarta"
    assert when(Kind.PAY_NOW, "whatsapp", policy, zone, night, until=None) == night
    assert when(Kind.SHIPPED, "email", policy, zone, night, until=None) == night
    late = when(Kind.SHIPPED, "whatsapp", policy, zone, night, until=None)
    assert late is not None
    assert late > night
    assert when(Kind.SHIPPED, "whatsapp", policy, zone, night, until=late) is None


def test_contradictions_are_of_known_kinds_and_never_go_in_circles() -> None:
    edges = [
        (kind, by) for table in (OVERTAKEN_BY, OVERTAKEN_ON_SUBJECT) for kind in table for by in table[kind]
    ]
    assert all(kind is not by for kind, by in edges)

    def reaches(kind: Kind, goal: Kind, seen: frozenset[Kind] = frozenset()) -> bool:
        return any(
            by is goal or (by not in seen and reaches(by, goal, seen | {by}))
            for one, by in edges
            if one is kind
        )

    assert not [kind for kind in Kind if reaches(kind, kind)]


def test_every_kind_has_its_nature() -> None:
    assert set(NATURES) == set(Kind)
    assert [kind for kind, nature in NATURES.items() if nature.vital and nature.need is not Need.MUST] == []


def test_the_next_channel_is_the_first_not_tried() -> None:
    assert next_channel(("a", "b", "c"), {"a", "c"}) == "b"
    assert next_channel(("a",), {"a"}) is None


def test_tries_wait_longer_each_time_and_end() -> None:
    waits = [next_try(tries, now=NOON) for tries in range(1, 5)]
    assert waits == [NOON + MINUTE, NOON + 5 * MINUTE, NOON + 15 * MINUTE, None]


def test_a_breaker_closes_after_three_batches_for_longer_each_time_and_opens_at_the_first_answer() -> None:
    breaker, waits = Breaker(), []
    for _ in range(9):
        breaker = breaker.after(answered=False, now=NOON)
        waits.append(None if breaker.closed_until is None else (breaker.closed_until - NOON) // MINUTE)
    assert waits == [None, None, 1, 2, 4, 8, 10, 10, 10]
    assert not breaker.lets(NOON)
    assert breaker.lets(NOON + 10 * MINUTE)
    assert breaker.after(answered=True, now=NOON) == Breaker()


@pytest.mark.parametrize(
    ("province", "zone"),
    [("31", "Asia/Jakarta"), ("73", "Asia/Makassar"), ("91", "Asia/Jayapura"), (None, "Asia/Makassar")],
)
def test_the_clock_of_a_province(province: str | None, zone: str) -> None:
    assert zone_of(province, "Asia/Makassar") == zone
