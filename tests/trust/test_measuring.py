"""What is measured of an order from what is known of its keys."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from orderan.kit.ids import NIL
from orderan.trust import Traces, Way, signs_of
from orderan.trust.models import KeyKind, ListVerdict, Measure, Seen, Subject, Tally
from orderan.trust.rules_measure import facts_of

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
PHONE, DEVICE = b"phone", b"device"


@pytest.mark.parametrize(
    ("device", "person", "measured"),
    [
        (Tally(refused=2), Tally(), 2),
        (Tally(refused=2), Tally(refused=2), None),
        (Tally(refused=3), Tally(refused=1), 2),
        # A reseller orders for many: some refuse, and most take theirs.
        (Tally(refused=5, delivered=40), Tally(), None),
        (Tally(refused=5, delivered=3), Tally(), 2),
        # What the person took does not speak for the others of the device.
        (Tally(refused=2, delivered=9), Tally(delivered=9), 2),
    ],
)
def test_others_at_a_device_count_by_what_they_refused_beyond_what_they_took(
    device: Tally, person: Tally, measured: int | None
) -> None:
    subject = Subject(
        id=NIL,
        at=NOW,
        way=Way.COD,
        amount_minor=100_000,
        keys={KeyKind.PHONE: PHONE, KeyKind.DEVICE: DEVICE},
    )
    known = {(KeyKind.PHONE, PHONE): Seen(tally=person), (KeyKind.DEVICE, DEVICE): Seen(tally=device)}
    assert facts_of(subject, known, None).measures.get(Measure.DEVICE_REFUSED) == measured
    # The same person behind another number is known by the mailbox they type.
    subject = replace(subject, keys={KeyKind.PHONE: PHONE, KeyKind.EMAIL: DEVICE})
    known = {(KeyKind.PHONE, PHONE): Seen(tally=person), (KeyKind.EMAIL, DEVICE): Seen(tally=device)}
    assert facts_of(subject, known, None).measures.get(Measure.EMAIL_REFUSED) == measured


@pytest.mark.parametrize(
    ("hours", "at", "measured"),
    [
        # By the shop's clock in Jakarta, seven hours ahead: they order between 19.00 and 21.00.
        ((12, 13, 13, 14, 14), 2, 1),
        ((12, 13, 13, 14, 14), 16, None),
        ((12, 13, 13, 14, 14), 17, None),
        ((12, 13, 13, 14, 14), 18, 1),
        ((12, 13, 13, 14), 2, None),
        # Over midnight: 23.00 and 01.00 are two hours apart.
        ((16, 16, 16, 16, 16), 18, None),
        ((18, 18, 18, 18, 18), 16, None),
    ],
)
def test_an_hour_is_compared_with_those_a_buyer_orders_at(
    hours: Sequence[int], at: int, measured: int | None
) -> None:
    recent = [(NOW.replace(hour=hour) - timedelta(days=day + 1), PHONE) for day, hour in enumerate(hours)]
    subject = Subject(
        id=NIL,
        at=NOW.replace(hour=at).astimezone(ZoneInfo("Asia/Jakarta")),
        way=Way.COD,
        amount_minor=100_000,
        keys={KeyKind.PHONE: PHONE},
    )
    known = {(KeyKind.PHONE, PHONE): Seen(recent=list(recent))}
    assert facts_of(subject, known, None).measures.get(Measure.HOUR_OF_BUYER) == measured


@pytest.mark.parametrize(
    ("email", "counted"),
    [
        ("siapa@mailinator.com", 1),
        ("siapa@YOPMAIL.com", 1),
        ("siapa@kotak.mailinator.com", 1),
        ("siapa@gmail.com", None),
        ("siapa@com", None),
        ("", None),
        (None, None),
    ],
)
def test_a_throw_away_mailbox_is_a_sign(email: str | None, counted: int | None) -> None:
    assert signs_of(Traces(email=email), amount_minor=0).get(Measure.EMAIL_DISPOSABLE) == counted


def test_a_domain_the_shop_says_is_thrown_away_is_the_same_sign_and_no_verdict() -> None:
    subject = Subject(id=NIL, at=NOW, way=Way.COD, amount_minor=100_000, keys={KeyKind.DOMAIN: b"domain"})
    known = {(KeyKind.DOMAIN, b"domain"): Seen(verdict=ListVerdict.DISPOSABLE)}
    facts = facts_of(subject, known, None)
    assert facts.measures.get(Measure.EMAIL_DISPOSABLE) == 1
    assert (facts.blocked, facts.allowed) == ((), ())
