"""Maintenance known beforehand: typed in, or read from what a provider publishes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ShopFloor
from incidents.troubled import MINUTE, Street, a_gateway, a_street
from orderan.flows.read_maintenance import read_maintenance
from orderan.gateways import Caller as Http
from orderan.incidents import (
    LOWERED_BEFORE,
    TOLD_AHEAD,
    AccountNotFound,
    FeedAddressUnusable,
    FeedUnreadable,
    MethodNotCarried,
    Window,
    WindowBackwards,
    WindowNotFound,
    WindowPast,
    WindowsOverlap,
    WindowTooLong,
    banner_for,
    cancel_maintenance,
    feeds,
    how_methods_stand,
    maintenance_ahead,
    maintenance_now,
    plan_maintenance,
    read_announced,
    watch_feed,
    windows_ahead,
)
from orderan.incidents.rules import affected, feed_address
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADDRESS = "https://status.gateway.test/api/v2/scheduled-maintenances.json"


@pytest.fixture
async def street(floor: ShopFloor, keyring: Keyring, now: datetime) -> Street:
    return await a_street(floor, keyring, now)


async def planned(street: Street, now: datetime, starts: timedelta, ends: timedelta, *methods: str) -> Window:
    window: Window = await street.floor.run(
        lambda tx: plan_maintenance(
            tx,
            street.account.id,
            methods,
            starts_at=now + starts,
            ends_at=now + ends,
            title="Pemeliharaan inti",
            now=now,
        )
    )
    return window


async def standing(street: Street, at: datetime) -> tuple[list[tuple[str, ...]], dict[str, str]]:
    async def look(tx: Tx) -> tuple[list[tuple[str, ...]], dict[str, str]]:
        return [w.methods for w in await maintenance_now(tx, now=at)], await how_methods_stand(tx, now=at)

    seen: tuple[list[tuple[str, ...]], dict[str, str]] = await street.floor.run(look)
    return seen


@pytest.mark.anyio
async def test_a_rail_is_in_maintenance_from_its_start_until_its_end(street: Street, now: datetime) -> None:
    await planned(street, now, HOUR, 2 * HOUR, "va_bca")
    calm = {"qris": "well", "va_bca": "well"}

    assert await standing(street, now + HOUR - MINUTE) == ([], calm)
    assert await standing(street, now + HOUR) == ([("va_bca",)], calm | {"va_bca": "maintenance"})
    assert await standing(street, now + 2 * HOUR) == ([], calm)
    [banner] = await street.floor.run(lambda tx: banner_for(tx, methods=["va_bca"], now=now + HOUR))
    assert (banner.rail_id, banner.maintenance, banner.until) == (street.failed.id, True, now + 2 * HOUR)
    assert await banners(street, now) == []
    assert await banners(street, now + HOUR - LOWERED_BEFORE) == [("va_bca", False)]
    assert await banners(street, now + HOUR) == [("va_bca", True)]
    assert await banners(street, now + 2 * HOUR) == []


async def banners(street: Street, at: datetime) -> list[tuple[str, bool]]:
    """Of which methods a buyer is told now, and whether it takes place."""
    told = await street.floor.run(
        lambda tx: banner_for(tx, methods=["va_bca", "qris"], ahead=LOWERED_BEFORE, now=at)
    )
    return [(one.method, one.begun) for one in told]


@pytest.mark.anyio
async def test_the_public_is_told_of_what_comes_unless_another_rail_carries_it_meanwhile(
    street: Street, now: datetime
) -> None:
    window = await planned(street, now, HOUR, 2 * HOUR)
    await planned(street, now, 9 * DAY, 9 * DAY + HOUR)

    async def told() -> list[tuple[datetime, tuple[str, ...]]]:
        found = await street.floor.run(lambda tx: maintenance_ahead(tx, until=now + TOLD_AHEAD, now=now))
        return [(one.starts_at, one.methods) for one in found]

    assert await told() == [(window.starts_at, ("va_bca",))]

    account, _ = await a_gateway(street.floor, now, "Duitku")
    assert await told() == []
    await street.floor.run(
        lambda tx: plan_maintenance(
            tx, account.id, (), starts_at=now, ends_at=now + 3 * HOUR, title="Semua", now=now
        )
    )
    assert await told() == [(window.starts_at, ("va_bca",))]


@pytest.mark.anyio
async def test_maintenance_of_no_method_is_of_all_and_a_cancelled_one_of_none(
    street: Street, now: datetime
) -> None:
    window = await planned(street, now, timedelta(), HOUR)
    assert (await standing(street, now))[1] == {"qris": "well", "va_bca": "maintenance"}

    await street.floor.run(lambda tx: cancel_maintenance(tx, window.id, now=now))
    assert await standing(street, now) == ([], {"qris": "well", "va_bca": "well"})
    with pytest.raises(WindowNotFound):
        await street.floor.run(lambda tx: cancel_maintenance(tx, window.id, now=now))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("starts", "ends", "methods", "why"),
    [
        (HOUR, HOUR, (), WindowBackwards),
        (-2 * HOUR, timedelta(), (), WindowPast),
        (HOUR, 25 * HOUR + MINUTE, (), WindowTooLong),
        (11 * HOUR, 13 * HOUR, ("va_bca",), WindowsOverlap),
        (11 * HOUR, 13 * HOUR, (), WindowsOverlap),
        (HOUR, 2 * HOUR, ("gopay",), MethodNotCarried),
    ],
)
async def test_what_cannot_be_planned_is_refused_and_not_in_the_calendar(
    street: Street,
    now: datetime,
    starts: timedelta,
    ends: timedelta,
    methods: tuple[str, ...],
    why: type[Exception],
) -> None:
    kept = await planned(street, now, 12 * HOUR, 14 * HOUR)

    with pytest.raises(why):
        await planned(street, now, starts, ends, *methods)

    assert await street.floor.run(lambda tx: windows_ahead(tx, now=now)) == [kept]


@pytest.mark.anyio
async def test_one_after_another_and_a_whole_day_may_be_planned(street: Street, now: datetime) -> None:
    await planned(street, now, HOUR, 25 * HOUR)
    await planned(street, now, 25 * HOUR, 26 * HOUR)

    assert len(await street.floor.run(lambda tx: windows_ahead(tx, now=now))) == 2


def an_entry(number: int, now: datetime, **others: Any) -> dict[str, Any]:
    return {
        "id": f"m{number}",
        "name": f"Pemeliharaan {number}",
        "status": "scheduled",
        "scheduled_for": (now + HOUR).isoformat(),
        "scheduled_until": (now + 2 * HOUR).isoformat(),
        "components": [],
    } | others


def a_feed(*entries: Mapping[str, Any]) -> bytes:
    return json.dumps({"page": {"id": "p"}, "scheduled_maintenances": entries}).encode()


async def read(street: Street, clock: SetClock, *answers: httpx2.Response | Exception) -> int:
    """Read the feeds of the shop; the provider answers so."""
    left = list(answers)

    def answer(_: httpx2.Request) -> httpx2.Response:
        one = left.pop(0)
        if isinstance(one, Exception):
            raise one
        return one

    async with Http(transport=httpx2.MockTransport(answer)) as http:
        return await read_maintenance(street.floor.db, street.floor.caller, http, clock)


@pytest.mark.anyio
async def test_a_feed_is_kept_by_its_ids_followed_and_taken_back(street: Street, now: datetime) -> None:
    await street.floor.run(lambda tx: watch_feed(tx, street.account.id, ADDRESS, now=now))
    clock = SetClock(now)
    first = a_feed(
        an_entry(1, now, components=[{"name": "BCA Virtual Account"}]), an_entry(2, now, name="Semua")
    )
    assert await read(street, clock, httpx2.Response(200, content=first)) == 2
    assert await read(street, clock) == 0

    clock.at += timedelta(minutes=15)
    assert await read(street, clock, httpx2.Response(200, content=first)) == 0
    clock.at += timedelta(minutes=15)
    later = (now + 3 * HOUR).isoformat()
    second = a_feed(
        an_entry(1, now, components=[{"name": "BCA Virtual Account"}], scheduled_until=later),
        an_entry(2, now, name="Semua", status="completed"),
    )
    assert await read(street, clock, httpx2.Response(200, content=second)) == 2

    [window] = await street.floor.run(lambda tx: windows_ahead(tx, now=now))
    assert (window.feed_id, window.methods, window.flag) == ("m1", ("va_bca",), None)
    assert (window.starts_at, window.ends_at) == (now + HOUR, now + 3 * HOUR)


@pytest.mark.anyio
async def test_what_is_too_long_or_of_an_unknown_part_lowers_nothing_and_is_flagged(
    street: Street, now: datetime
) -> None:
    await street.floor.run(lambda tx: watch_feed(tx, street.account.id, ADDRESS, now=now))
    feed = a_feed(
        an_entry(1, now, components=[{"name": "Dashboard"}]),
        an_entry(2, now, scheduled_until=(now + 26 * HOUR).isoformat()),
        an_entry(3, now - 9 * HOUR),
    )
    assert await read(street, SetClock(now), httpx2.Response(200, content=feed)) == 2

    windows = await street.floor.run(lambda tx: windows_ahead(tx, now=now))
    assert {window.feed_id: window.flag for window in windows} == {"m1": "unknown_part", "m2": "too_long"}
    assert (await standing(street, now + 90 * MINUTE))[0] == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (httpx2.Response(500), "maintenance_feed_unreadable"),
        (httpx2.Response(200, content=b"<html>"), "maintenance_feed_unreadable"),
        (httpx2.ConnectError("away"), "no_connection"),
    ],
)
async def test_a_feed_that_is_away_or_broken_changes_nothing_and_says_so(
    street: Street, now: datetime, answer: httpx2.Response | Exception, fault: str
) -> None:
    await street.floor.run(lambda tx: watch_feed(tx, street.account.id, ADDRESS, now=now))
    clock = SetClock(now)
    await read(street, clock, httpx2.Response(200, content=a_feed(an_entry(1, now))))
    clock.at += HOUR

    assert await read(street, clock, answer) == 0

    [feed] = await street.floor.run(feeds)
    assert (feed.read_at, feed.asked_at, feed.fault) == (now, now + HOUR, fault)
    assert len(await street.floor.run(lambda tx: windows_ahead(tx, now=now))) == 1


@pytest.mark.anyio
async def test_a_feed_of_no_account_or_no_good_address_is_not_read(street: Street, now: datetime) -> None:
    with pytest.raises(AccountNotFound):
        await street.floor.run(lambda tx: watch_feed(tx, new_id(), ADDRESS, now=now))
    with pytest.raises(FeedAddressUnusable):
        await street.floor.run(lambda tx: watch_feed(tx, street.account.id, "http://x.test/", now=now))
    assert await street.floor.run(feeds) == []


@pytest.mark.parametrize(
    "address",
    [
        "http://status.gateway.test/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://db.internal/",
        "https://status.gateway.test:8443/",
        "https://me@status.gateway.test/",
        "https://169.254.169.254/latest",
        "https://[broken/",
        "",
    ],
)
def test_an_address_that_leads_into_our_own_house_is_refused(address: str) -> None:
    with pytest.raises(FeedAddressUnusable):
        feed_address(address)


@pytest.mark.parametrize(
    ("part", "methods"),
    [
        ("BCA Virtual Account", {"va_bca"}),
        ("Virtual Account", {"va_bca", "va_bri"}),
        ("BRI", {"va_bri", "dd_bri"}),
        ("BRI Direct Debit", {"dd_bri"}),
        ("Credit Card", {"card", "card_instalment"}),
        ("QRIS", {"qris"}),
        ("GoPay", {"gopay"}),
        ("Dashboard", set()),
        ("Disbursement API", set()),
    ],
)
def test_a_providers_name_of_a_part_is_understood(part: str, methods: set[str], now: datetime) -> None:
    carried = ["va_bca", "va_bri", "dd_bri", "card", "card_instalment", "qris", "gopay"]
    [told] = read_announced(a_feed(an_entry(1, now, components=[{"name": part}])))

    found, flag = affected(told, carried)

    assert set(found) == methods
    assert (flag is None) is bool(methods)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"scheduled_maintenances": 3}', b"\xff", b"[" * 90_000]
)
def test_what_is_no_feed_is_refused(text: bytes) -> None:
    with pytest.raises(FeedUnreadable):
        read_announced(text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["2026-11-11T04:00:00Z", "scheduled"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ENTRIES = st.dictionaries(
    st.sampled_from(["id", "name", "status", "scheduled_for", "scheduled_until", "components"]), VALUES
)


@given(st.lists(ENTRIES | VALUES, max_size=4))
def test_an_entry_that_makes_no_sense_hinders_no_other(entries: list[Any]) -> None:
    good = an_entry(7, datetime(2026, 11, 11, tzinfo=UTC))
    found = read_announced(json.dumps({"scheduled_maintenances": [*entries, good]}).encode())

    assert "m7" in {one.feed_id for one in found}
    assert all(one.ends_at > one.starts_at for one in found)
