"""An outage of one rail: exactly the people concerned are told, once, and nobody loses time to it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from incidents.troubled import MINUTE, Street, a_street, tries
from orderan.auditor import audit
from orderan.flows.expire_orders import expire_orders
from orderan.flows.payment_incident import (
    call_false,
    close,
    confirm_incident,
    dismiss_incident,
    follow_incidents,
    open_incident,
    recover,
    tell_buyers,
)
from orderan.flows.settle_payment import settle_payments
from orderan.incidents import (
    BeginsLater,
    FalseWithoutReason,
    Incident,
    Kind,
    NoRailNamed,
    ReviewEmpty,
    Severity,
    alarms_by_month,
    alarms_since,
    announce,
    impact_of,
    incident_by_id,
    tell_of_trouble,
)
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.events import sequence
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.payments import AttemptState, MoneyEvent, MoneyKind

pytestmark = pytest.mark.anyio
TOLD = "incidents.buyer_told.v1"


class Died(BaseException):
    """The process ends here."""


async def expire(street: Street, now: datetime) -> int:
    done: int = await street.floor.run(lambda tx: expire_orders(tx, now=now))
    return done


async def recovered(street: Street, incident_id: UUID, now: datetime) -> tuple[int, int]:
    followed = await street.floor.run(lambda tx: recover(tx, incident_id, now=now))
    return followed.clocks, followed.told


async def pay(street: Street, order_id: UUID, now: datetime) -> None:
    event = MoneyEvent(order_id, MoneyKind.CAPTURED, "va_bca", 10_000, "IDR", str(new_id()), "midtrans")
    [answer] = await street.floor.run(lambda tx: settle_payments(tx, [event], now=now))
    assert not isinstance(answer, Exception)


@pytest.fixture
async def street(floor: ShopFloor, keyring: Keyring, now: datetime) -> Street:
    return await a_street(floor, keyring, now)


async def test_of_a_thousand_orders_exactly_the_137_on_the_failed_rail_are_told_each_once(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    street = await a_street(floor, keyring, now, there=137, elsewhere=863)
    at = now + 10 * MINUTE

    async def dying(tx: Tx) -> None:
        await tell_of_trouble(tx, followed.incident.id, now=at)
        raise Died

    followed = await floor.run(
        lambda tx: open_incident(
            tx,
            [street.failed.id],
            kind=Kind.DOWN,
            severity=Severity.CRITICAL,
            since=at,
            suspected=True,
            now=at,
        )
    )
    assert (followed.clocks, followed.told) == (0, 0)
    with pytest.raises(Died):
        await floor.run(dying)
    assert await street.told("trouble") == []

    await floor.run(lambda tx: confirm_incident(tx, followed.incident.id, now=at))
    again = await asyncio.gather(
        *(floor.run(lambda tx: tell_buyers(tx, followed.incident.id, now=at)) for _ in range(4)),
        *(floor.run(lambda tx: follow_incidents(tx, now=at)) for _ in range(4)),
    )

    assert again == [0] * 8
    assert await street.told("trouble") == sorted(street.there)
    assert await street.facts(TOLD) == 137

    assert await recovered(street, followed.incident.id, at + 20 * MINUTE) == (137, 137)
    assert await street.told("recovered") == sorted(street.there)
    assert await street.facts(TOLD) == 274
    assert await street.limits(street.there) == {(now + 80 * MINUTE, None)}
    assert await street.limits(street.elsewhere) == {(now + 60 * MINUTE, None)}


@pytest.mark.parametrize(("keyed", "second"), [(True, 0), (False, 3)])
async def test_two_workers_that_tell_at_once_tell_once_because_of_the_key(
    floor: ShopFloor, keyring: Keyring, now: datetime, keyed: bool, second: int
) -> None:
    street = await a_street(floor, keyring, now, there=3)
    followed = await floor.run(
        lambda tx: open_incident(
            tx,
            [street.failed.id],
            kind=Kind.DOWN,
            severity=Severity.MAJOR,
            since=now,
            suspected=True,
            now=now,
        )
    )
    if not keyed:
        await floor.run(lambda tx: tx.run("ALTER TABLE incident_told DROP CONSTRAINT incident_told_pkey"))

    async def tell() -> int:
        return len(await floor.run(lambda tx: tell_of_trouble(tx, followed.incident.id, now=now)))

    async with floor.db.transaction(floor.caller) as tx:
        first = len(await tell_of_trouble(tx, followed.incident.id, now=now))
        other = asyncio.create_task(tell())
        if not keyed:
            assert await other == second

    assert (first, await other) == (3, second)


@pytest.mark.parametrize(
    ("state", "lasts", "told"),
    [
        (AttemptState.OFFERED, 60 * MINUTE, 1),
        (AttemptState.UNKNOWN, 5 * MINUTE, 1),
        (AttemptState.ASKING, 5 * MINUTE, 1),
        (AttemptState.HELD, 5 * MINUTE, 1),
        (AttemptState.OFFERED, 5 * MINUTE, 0),
        (AttemptState.DECLINED, 60 * MINUTE, 0),
        (AttemptState.EXPIRED, 60 * MINUTE, 0),
        (AttemptState.CANCELLED, 60 * MINUTE, 0),
    ],
)
async def test_only_a_try_that_can_still_end_in_a_payment_concerns_its_buyer(
    floor: ShopFloor, keyring: Keyring, now: datetime, state: AttemptState, lasts: timedelta, told: int
) -> None:
    street = await a_street(floor, keyring, now, there=0, elsewhere=1)
    await tries(street, street.elsewhere, street.failed, state=state, lasts=lasts, now=now)

    followed = await street.opened(since=now + 10 * MINUTE)

    assert (followed.clocks, followed.told) == (told, told)


async def test_who_paid_meanwhile_hears_no_second_time_and_is_counted(street: Street, now: datetime) -> None:
    followed = await street.opened(since=now)
    assert followed.told == 1
    await pay(street, street.there[0], now + MINUTE)

    assert await recovered(street, followed.incident.id, now + 2 * MINUTE) == (0, 0)
    assert await street.told("recovered") == []
    impact = await street.floor.run(lambda tx: impact_of(tx, followed.incident.id))
    assert (impact.hit_orders, impact.hit_minor, impact.paid_orders, impact.paid_minor) == (
        1,
        10_000,
        1,
        10_000,
    )


async def test_twenty_minutes_inside_a_window_of_sixty_give_eighty_and_the_stock_is_held_as_long(
    street: Street, now: datetime, database_url: str
) -> None:
    followed = await street.opened(since=now + 50 * MINUTE)
    assert await street.limits(street.there) == {(now + 60 * MINUTE, now + 50 * MINUTE)}

    assert await expire(street, now + 69 * MINUTE) == 1
    assert (await street.states(street.elsewhere), await street.states(street.there)) == (
        {"expired"},
        {"awaiting_payment"},
    )
    assert await street.world.stock("kopi") == (2, 1, 0)
    await street.floor.run(sequence)
    assert audit(database_url, now=now + 69 * MINUTE).findings == []

    assert await recovered(street, followed.incident.id, now + 70 * MINUTE) == (1, 1)
    assert await street.limits(street.there) == {(now + 80 * MINUTE, None)}
    assert await expire(street, now + 80 * MINUTE - timedelta(seconds=1)) == 0
    assert await street.world.stock("kopi") == (2, 1, 0)
    assert await expire(street, now + 80 * MINUTE) == 1
    assert await street.states(street.there) == {"expired"}
    assert await street.world.stock("kopi") == (2, 0, 0)
    assert (await street.facts("orders.clock_stopped.v1"), await street.facts("orders.clock_started.v1")) == (
        1,
        1,
    )


async def test_an_outage_that_began_before_the_order_counts_from_the_order_on(
    street: Street, now: datetime
) -> None:
    followed = await street.opened(since=now - 30 * MINUTE, now=now + 5 * MINUTE)
    assert await street.limits(street.there) == {(now + 60 * MINUTE, now)}

    await recovered(street, followed.incident.id, now + 20 * MINUTE)

    assert await street.limits(street.there) == {(now + 80 * MINUTE, None)}


async def test_two_incidents_that_overlap_count_once(street: Street, now: datetime) -> None:
    await tries(street, street.there, street.well, now=now)
    one = await street.opened(street.failed, since=now + 10 * MINUTE)
    other = await street.opened(street.well, since=now + 5 * MINUTE, now=now + 20 * MINUTE)
    assert await street.limits(street.there) == {(now + 60 * MINUTE, now + 5 * MINUTE)}

    assert await recovered(street, one.incident.id, now + 30 * MINUTE) == (0, 1)
    assert await street.limits(street.there) == {(now + 60 * MINUTE, now + 5 * MINUTE)}
    # The one that had a try on the second rail alone is free with it too.
    assert await recovered(street, other.incident.id, now + 40 * MINUTE) == (2, 2)

    assert await street.limits(street.there) == {(now + 95 * MINUTE, None)}


async def test_time_made_good_once_is_not_made_good_again(street: Street, now: datetime) -> None:
    one = await street.opened(since=now + 10 * MINUTE)
    await recovered(street, one.incident.id, now + 20 * MINUTE)
    other = await street.opened(since=now + 15 * MINUTE, now=now + 25 * MINUTE)
    await recovered(street, other.incident.id, now + 30 * MINUTE)

    assert other.incident.id == one.incident.id
    assert await street.limits(street.there) == {(now + 80 * MINUTE, None)}


async def test_trouble_that_comes_and_goes_is_one_incident_and_tells_each_buyer_once(
    street: Street, now: datetime, database_url: str
) -> None:
    async def back(minute: int) -> tuple[UUID, int, int]:
        followed = await street.opened(since=now + minute * MINUTE, now=now + (minute + 1) * MINUTE)
        return followed.incident.id, followed.clocks, followed.told

    first, *_ = await back(5)
    assert await recovered(street, first, now + 10 * MINUTE) == (1, 1)
    assert await back(12) == (first, 1, 0)
    await tries(street, street.elsewhere, street.failed, now=now + 14 * MINUTE)
    assert await street.floor.run(lambda tx: follow_incidents(tx, now=now + 15 * MINUTE)) == 2
    assert await recovered(street, first, now + 20 * MINUTE) == (2, 1)
    assert await back(30) == (first, 2, 0)
    await street.floor.run(sequence)
    assert audit(database_url, now=now + 32 * MINUTE).findings == []
    assert await recovered(street, first, now + 35 * MINUTE) == (2, 0)

    everybody = sorted(street.there + street.elsewhere)
    assert (await street.told("trouble"), await street.told("recovered")) == (everybody, everybody)
    assert await street.facts(TOLD) == 4
    # Each clock stood while the trouble lasted, and ran in between.
    assert await street.limits(street.there) == {(now + 78 * MINUTE, None)}
    assert await street.limits(street.elsewhere) == {(now + 73 * MINUTE, None)}
    found = await street.floor.run(lambda tx: incident_by_id(tx, first))
    assert [one["again"] for one in found.evidence if "again" in one] == [
        (now + minute * MINUTE).isoformat() for minute in (12, 30)
    ]
    assert await street.floor.run(lambda tx: follow_incidents(tx, now=now + 64 * MINUTE)) == 0
    assert await street.floor.run(lambda tx: follow_incidents(tx, now=now + 65 * MINUTE)) == 1


@pytest.mark.parametrize(("minutes", "told"), [(25, 0), (31, 1)])
async def test_trouble_after_an_incident_was_closed_is_another_but_is_not_told_twice_in_half_an_hour(
    street: Street, now: datetime, minutes: int, told: int
) -> None:
    first = await street.opened(since=now)
    await recovered(street, first.incident.id, now + 5 * MINUTE)
    await street.floor.run(lambda tx: close(tx, first.incident.id, review="usai", now=now + 6 * MINUTE))

    other = await street.opened(since=now + (5 + minutes) * MINUTE)

    assert (other.incident.id != first.incident.id, other.clocks, other.told) == (True, 1, told)


@pytest.mark.parametrize("calls", [1, 2])
async def test_a_false_alarm_ends_at_once_tells_who_was_told_and_counts_against_the_watch(
    street: Street, now: datetime, calls: int
) -> None:
    opened = await street.floor.run(
        lambda tx: open_incident(
            tx,
            [street.failed.id],
            kind=Kind.DOWN,
            severity=Severity.MAJOR,
            since=now,
            by_itself=True,
            now=now,
        )
    )
    incident_id = opened.incident.id

    async def call(why: str) -> tuple[int, int]:
        followed = await street.floor.run(lambda tx: call_false(tx, incident_id, why=why, now=now + MINUTE))
        return followed.clocks, followed.told

    with pytest.raises(FalseWithoutReason):
        await call(" ")
    answers = await asyncio.gather(
        *(call("Uji beban kami sendiri") for _ in range(calls)), return_exceptions=True
    )

    assert sorted(str(type(one).__name__) for one in answers) == ["FalseBefore", "tuple"][-calls:]
    assert [one for one in answers if not isinstance(one, BaseException)] == [(1, 1)]
    assert await street.told("recovered") == street.there
    found = await street.floor.run(lambda tx: incident_by_id(tx, incident_id))
    assert (found.state, found.false_why) == ("recovered", "Uji beban kami sendiri")
    since = now - MINUTE
    assert await street.floor.run(lambda tx: alarms_since(tx, since=since)) == (1, 1)
    [month] = await street.floor.run(lambda tx: alarms_by_month(tx, since=since, zone="Asia/Jakarta"))
    assert (month.rail_id, month.raised, month.false) == (street.failed.id, 1, 1)
    # What comes after a mistake is the first trouble.
    after = await street.opened(since=now + 3 * MINUTE)
    assert after.incident.id != incident_id


async def test_who_begins_to_pay_there_meanwhile_is_caught_on_the_next_round(
    street: Street, now: datetime
) -> None:
    followed = await street.opened(since=now + 10 * MINUTE)
    await tries(street, street.elsewhere, street.failed, now=now + 20 * MINUTE)

    assert await street.floor.run(lambda tx: follow_incidents(tx, now=now + 21 * MINUTE)) == 2
    assert await street.floor.run(lambda tx: follow_incidents(tx, now=now + 22 * MINUTE)) == 0

    assert await street.told("trouble") == sorted(street.there + street.elsewhere)
    await recovered(street, followed.incident.id, now + 30 * MINUTE)
    assert await street.limits(street.elsewhere) == {(now + 80 * MINUTE, None)}


async def test_an_order_whose_time_was_over_before_the_trouble_ends_as_ever(
    street: Street, now: datetime
) -> None:
    followed = await street.opened(since=now + 60 * MINUTE, now=now + 61 * MINUTE)

    assert followed.clocks == 0
    assert await expire(street, now + 61 * MINUTE) == 2


async def test_the_same_trouble_seen_again_is_the_same_incident_with_more_evidence(
    street: Street, now: datetime
) -> None:
    async def seen(tx: Tx, at: datetime, *rails: UUID) -> UUID:
        followed = await open_incident(
            tx,
            rails,
            kind=Kind.DOWN,
            severity=Severity.MAJOR,
            since=now,
            evidence={"failed": 5},
            by_itself=True,
            now=at,
        )
        return followed.incident.id

    ids = await asyncio.gather(
        *(street.floor.run(lambda tx: seen(tx, now, street.failed.id)) for _ in range(5))
    )
    wider = await street.floor.run(lambda tx: seen(tx, now + MINUTE, street.failed.id, street.well.id))

    assert {*ids, wider} == {ids[0]}
    found = await street.floor.run(lambda tx: incident_by_id(tx, ids[0]))
    assert [one["failed"] for one in found.evidence] == [5] * 6
    assert found.evidence[-1]["at"] == (now + MINUTE).isoformat()
    assert await street.told("trouble") == sorted(street.there + street.elsewhere)
    assert await street.facts("incidents.moved.v1") == 2


@pytest.mark.parametrize("written", [False, True])
async def test_a_growing_incident_is_as_bad_as_the_worst_of_it_and_its_draft_follows(
    street: Street, now: datetime, written: bool
) -> None:
    async def seen(*rails: UUID, kind: Kind, severity: Severity) -> Incident:
        followed = await street.floor.run(
            lambda tx: open_incident(tx, rails, kind=kind, severity=severity, since=now, now=now)
        )
        one: Incident = await street.floor.run(lambda tx: incident_by_id(tx, followed.incident.id))
        return one

    first = await seen(street.failed.id, kind=Kind.SLOW, severity=Severity.MINOR)
    ours: dict[str, Any] = {"words_id": "Kata kami.", "words_en": "Our words.", "publish": True}
    if written:
        await street.floor.run(lambda tx: announce(tx, first.id, **ours, now=now))

    grown = await seen(street.failed.id, street.well.id, kind=Kind.DOWN, severity=Severity.CRITICAL)
    after = await seen(street.failed.id, kind=Kind.DECLINES, severity=Severity.MAJOR)

    assert (grown.kind, grown.severity) == (after.kind, after.severity) == (Kind.DOWN, Severity.CRITICAL)
    assert grown.words_id == after.words_id
    if written:
        assert (grown.words_id, grown.words_en) == (ours["words_id"], ours["words_en"])
    else:
        assert "QRIS dan virtual account BCA tidak bisa dilakukan" in grown.words_id
        assert "QRIS and virtual account BCA do not work" in grown.words_en


async def test_who_paid_all_that_a_promotion_left_them_to_pay_is_not_told_of_trouble_nor_lost(
    street: Street, now: datetime
) -> None:
    [order_id] = street.there
    await street.floor.run(
        lambda tx: tx.run(
            "UPDATE sales_order SET commercial = 'accepted', covered_minor = 4_000, paid_minor = total_minor - 4_000"
            " WHERE id = %(id)s",
            {"id": order_id},
        )
    )
    followed = await street.opened(since=now)
    assert await street.told("trouble") == []
    await street.floor.run(
        lambda tx: tx.run(
            "INSERT INTO incident_told (shop_id, incident_id, order_id, what, attempt_id, told_at)"
            " SELECT shop_id, %(incident)s, order_id, 'trouble', id, now() FROM payment_attempt WHERE order_id = %(id)s",
            {"incident": followed.incident.id, "id": order_id},
        )
    )
    impact = await street.floor.run(lambda tx: impact_of(tx, followed.incident.id))
    assert (impact.hit_orders, impact.hit_minor, impact.paid_orders, impact.lost_orders) == (1, 6_000, 1, 0)
    assert (await recovered(street, followed.incident.id, now + MINUTE))[1] == 0


async def test_a_dismissed_suspicion_touched_nobody(street: Street, now: datetime) -> None:
    followed = await street.floor.run(
        lambda tx: open_incident(
            tx,
            [street.failed.id],
            kind=Kind.SLOW,
            severity=Severity.MINOR,
            since=now,
            suspected=True,
            now=now,
        )
    )
    await street.floor.run(lambda tx: dismiss_incident(tx, followed.incident.id, now=now + MINUTE))

    assert await street.told("trouble") == []
    assert await street.limits(street.there) == {(now + 60 * MINUTE, None)}
    assert (await street.opened(since=now + 2 * MINUTE)).incident.id != followed.incident.id


async def test_it_closes_by_itself_once_the_recovery_has_lasted(street: Street, now: datetime) -> None:
    followed = await street.opened(since=now)
    await recovered(street, followed.incident.id, now + 20 * MINUTE)
    assert await expire(street, now + 81 * MINUTE) == 2

    assert await street.floor.run(lambda tx: follow_incidents(tx, now=now + 49 * MINUTE)) == 0
    assert await street.floor.run(lambda tx: follow_incidents(tx, now=now + 81 * MINUTE)) == 1

    found = await street.floor.run(lambda tx: incident_by_id(tx, followed.incident.id))
    assert (found.state, found.hit_orders, found.hit_minor, found.lost_orders, found.lost_minor) == (
        "closed",
        1,
        10_000,
        1,
        10_000,
    )
    assert found.review == (
        "11 Nov 2026 11.00 WIB – 11 Nov 2026 11.20 WIB (20 menit). Pesanan terkena: 1 (Rp10.000); tetap dibayar: 0;"
        " hilang: 1 (Rp10.000); masih menunggu: 0. Ditutup sendiri karena pembayaran kembali normal.\n\n"
        "11 Nov 2026 11:00 WIB – 11 Nov 2026 11:20 WIB (20 min). Orders hit: 1 (Rp10,000); paid after all: 0;"
        " lost: 1 (Rp10,000); still waiting: 0. Closed by itself because payments are back to normal."
    )


async def test_what_cannot_be_is_refused_and_changes_nothing(street: Street, now: datetime) -> None:
    async def refused(rails: list[UUID], since: datetime, why: type[Exception]) -> None:
        with pytest.raises(why):
            await street.floor.run(
                lambda tx: open_incident(
                    tx, rails, kind=Kind.DOWN, severity=Severity.MAJOR, since=since, now=now
                )
            )

    await refused([], now, NoRailNamed)
    await refused([street.failed.id, new_id()], now, NoRailNamed)
    await refused([street.failed.id], now + MINUTE, BeginsLater)
    assert await street.floor.value("SELECT count(*)::int FROM incident") == 0

    followed = await street.opened(since=now)
    incident_id = followed.incident.id
    with pytest.raises(IllegalMove):
        await street.floor.run(lambda tx: close(tx, incident_id, review="usai", now=now))
    await recovered(street, incident_id, now + MINUTE)
    with pytest.raises(IllegalMove):
        await recovered(street, incident_id, now + 2 * MINUTE)
    with pytest.raises(ReviewEmpty):
        await street.floor.run(lambda tx: close(tx, incident_id, review=" ", now=now))
    found = await street.floor.run(lambda tx: incident_by_id(tx, incident_id))
    assert (found.state, found.recovered_at, found.review) == ("recovered", now + MINUTE, None)
    assert await street.limits(street.there) == {(now + 61 * MINUTE, None)}
