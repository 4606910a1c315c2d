"""What is measured of an order from what is known of its keys."""

from datetime import UTC, datetime

import pytest

from orderan.kit.ids import NIL
from orderan.trust import Way
from orderan.trust.models import KeyKind, Measure, Seen, Subject, Tally
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
