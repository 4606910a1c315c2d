"""An order whose time ends while its rail fails: it either ends or stands still, whoever comes first."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from conftest import ShopFloor
from incidents.troubled import MINUTE, Street, a_street
from orderan.auditor import audit
from orderan.flows.expire_orders import expire_orders
from orderan.flows.payment_incident import follow_incidents, open_incident, recover
from orderan.incidents import Kind, Severity
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx

pytestmark = pytest.mark.anyio
COUNT = 20
Work = Callable[[Tx], Awaitable[Any]]


async def one_before_the_other(street: Street, first: Work, second: Work) -> tuple[Any, Any]:
    """The second begins while the first has done its work and not committed."""
    async with street.floor.db.transaction(street.floor.caller) as tx:
        before = await first(tx)
        racing = asyncio.create_task(street.floor.run(second))
        await _waits_or_ends(street, racing)
    return before, await racing


async def _waits_or_ends(street: Street, racing: "asyncio.Task[Any]") -> None:
    """Until the other stands before a lock, or is through because it went around it."""
    blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
    while not racing.done() and not await street.floor.value(blocked):
        pass


async def settled(street: Street, url: str, now: datetime) -> None:
    found = audit(url, now=now).findings
    assert [one for one in found if one.check.startswith("waiting.")] == []


@pytest.fixture
async def street(floor: ShopFloor, keyring: Keyring, now: datetime) -> Street:
    return await a_street(floor, keyring, now, there=COUNT, elsewhere=0)


@pytest.mark.parametrize("expiry_first", [True, False])
async def test_time_that_ends_in_the_moment_of_an_outage_ends_or_stands_still(
    street: Street, database_url: str, now: datetime, expiry_first: bool
) -> None:
    since, over = now + 50 * MINUTE, now + 60 * MINUTE

    async def expire(tx: Tx) -> int:
        return await expire_orders(tx, now=over)

    async def stop(tx: Tx) -> int:
        opened = await open_incident(
            tx, [street.failed.id], kind=Kind.DOWN, severity=Severity.MAJOR, since=since, now=over
        )
        return opened.clocks

    first, second = (expire, stop) if expiry_first else (stop, expire)
    assert await one_before_the_other(street, first, second) == (COUNT, 0)

    ends, stands = {"expired"}, {"awaiting_payment"}
    assert await street.states(street.there) == (ends if expiry_first else stands)
    assert await street.limits(street.there) == {(None, None) if expiry_first else (over, since)}
    held = await street.floor.value("SELECT count(*)::int FROM incident_clock WHERE started_at IS NULL")
    assert held == (0 if expiry_first else COUNT)
    assert await street.floor.run(lambda tx: expire_orders(tx, now=over + 30 * MINUTE)) == 0
    await settled(street, database_url, over)


async def test_two_workers_that_see_the_recovery_at_once_start_each_clock_and_tell_each_buyer_once(
    street: Street, database_url: str, now: datetime
) -> None:
    opened = await street.opened(since=now + 10 * MINUTE)
    assert (opened.clocks, opened.told) == (COUNT, COUNT)
    at = now + 30 * MINUTE

    answers = await asyncio.gather(
        *(street.floor.run(lambda tx: recover(tx, opened.incident.id, now=at)) for _ in range(2)),
        *(street.floor.run(lambda tx: follow_incidents(tx, now=at)) for _ in range(2)),
        return_exceptions=True,
    )

    went = [one for one in answers[:2] if not isinstance(one, BaseException)]
    assert [(one.clocks, one.told) for one in went if one.clocks] == [(COUNT, COUNT)]
    assert await street.told("recovered") == sorted(street.there)
    assert await street.limits(street.there) == {(now + 80 * MINUTE, None)}
    await settled(street, database_url, at)
