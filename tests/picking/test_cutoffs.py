"""When couriers leave, and when their orders are released."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from orderan.picking import Cutoff, first_for, is_due, next_closing

NIL = UUID(int=0)
WIB = "Asia/Jakarta"
FOUR = Cutoff(NIL, NIL, "jnt", ("reguler",), 16 * 60, 180, (1, 2, 3, 4, 5, 6))
NOON = Cutoff(UUID(int=1), NIL, "gosend", ("kilat",), 12 * 60, 60, (1, 2, 3, 4, 5, 6, 7))
SATURDAY = datetime(2026, 11, 14, 3, 0, tzinfo=UTC)


def test_a_courier_leaves_by_the_clock_of_the_place_and_not_on_a_day_off() -> None:
    assert next_closing(FOUR, WIB, SATURDAY) == datetime(2026, 11, 14, 9, 0, tzinfo=UTC)
    at_four = datetime(2026, 11, 14, 9, 0, tzinfo=UTC)
    assert next_closing(FOUR, WIB, at_four) == datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
    assert next_closing(FOUR, "Asia/Jayapura", SATURDAY) == datetime(2026, 11, 14, 7, 0, tzinfo=UTC)


def test_an_order_leaves_with_the_first_courier_that_takes_its_service() -> None:
    every = Cutoff(UUID(int=2), NIL, "jne", (), 17 * 60, 60, (1, 2, 3, 4, 5, 6))
    found = {one: first_for(one, (FOUR, NOON, every), WIB, SATURDAY) for one in ("reguler", "kilat", None)}

    assert {service: leaves[1].courier for service, leaves in found.items() if leaves} == {
        "reguler": "jnt",
        "kilat": "gosend",
        None: "jne",
    }
    assert first_for("kilat", (FOUR,), WIB, SATURDAY) is None


@pytest.mark.parametrize(
    ("before", "ready", "waiting", "released", "due"),
    [
        (timedelta(hours=4), 50, 0, False, False),
        (timedelta(hours=2), 5, 0, False, True),
        (timedelta(hours=2), 5, 6, False, False),
        (timedelta(hours=2), 5, 0, True, False),
        (timedelta(hours=2), 12, 0, True, True),
        (timedelta(minutes=15), 1, 60, True, True),
        (timedelta(minutes=15), 0, 0, False, False),
    ],
)
def test_a_wave_goes_when_pickers_are_free_or_the_courier_is_near(
    before: timedelta, ready: int, waiting: int, released: bool, due: bool
) -> None:
    closes = next_closing(FOUR, WIB, SATURDAY)
    found = is_due(
        FOUR,
        closes,
        closes - before,
        ready=ready,
        slots=12,
        waiting=waiting,
        most_waiting=6,
        released=released,
    )
    assert found is due
