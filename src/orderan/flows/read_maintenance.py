"""Maintenance that providers publish: asked for with no transaction open, then brought into the calendar."""

from datetime import timedelta

from orderan.gateways import Caller as Http
from orderan.gateways import GatewayFailed
from orderan.incidents import Feed, FeedUnreadable, feeds, keep_announced, note_reading, read_announced
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx

EVERY = timedelta(minutes=15)


async def read_maintenance(db: Database, caller: Caller, http: Http, clock: Clock) -> int:
    """Read every feed of a shop that is due; returns how many entries of the calendar changed.

    A feed that does not answer, or not in the known form, changes nothing; that is noted with it.
    """
    now = clock.now()
    due = [
        feed for feed in await db.run(caller, feeds) if feed.asked_at is None or feed.asked_at <= now - EVERY
    ]
    return sum([await _read(db, caller, http, clock, feed) for feed in due])


async def _read(db: Database, caller: Caller, http: Http, clock: Clock, feed: Feed) -> int:
    try:
        reply = await http.ask("maintenance", feed.address, headers={"accept": "application/json"})
        if reply.status != 200:
            raise FeedUnreadable
        announced = read_announced(reply.body)
    except (GatewayFailed, FeedUnreadable) as broken:
        fault = broken.code

        async def note(tx: Tx) -> None:
            await note_reading(tx, feed.account_id, fault=fault, now=clock.now())

        await db.run(caller, note)
        return 0

    async def keep(tx: Tx) -> int:
        now = clock.now()
        changed = await keep_announced(tx, feed.account_id, announced, now=now)
        await note_reading(tx, feed.account_id, fault=None, now=now)
        return changed

    return await db.run(caller, keep)
