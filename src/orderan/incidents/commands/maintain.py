"""Maintenance in the calendar: typed in, cancelled, or read from a provider's feed."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.incidents import rules, store
from orderan.incidents import store_maintenance as calendar
from orderan.incidents.errors import AccountNotFound, MethodNotCarried, WindowNotFound
from orderan.incidents.events import MaintenanceCancelled, MaintenancePlanned
from orderan.incidents.feed import LONGEST_TITLE
from orderan.incidents.models import Announced, Window
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id, to_text


async def plan_maintenance(
    tx: Tx,
    account_id: UUID,
    methods: Collection[str],
    *,
    starts_at: datetime,
    ends_at: datetime,
    title: str,
    now: datetime,
) -> Window:
    """Put maintenance into the calendar.

    Args:
        methods: What it is about; none for every method of the account.

    Raises:
        AccountNotFound, MethodNotCarried: Of the account.
        WindowBackwards, WindowPast, WindowTooLong, WindowsOverlap: Of the time.
    """
    carried = await _methods_of(tx, account_id)
    if strange := tuple(sorted(set(methods) - set(carried))):
        raise MethodNotCarried(strange)
    rules.require_plannable(starts_at, ends_at, now=now)
    made = Window(
        new_id(),
        account_id,
        tuple(sorted(set(methods))),
        starts_at,
        ends_at,
        " ".join(title.split())[:LONGEST_TITLE],
        None,
        None,
    )
    rules.require_free(made, await calendar.windows_between(tx, account_id, starts_at, ends_at))
    await calendar.insert_window(tx, made, now=now)
    await record(tx, made.id, MaintenancePlanned(account_id, list(made.methods), starts_at, ends_at), now=now)
    return made


async def cancel_maintenance(tx: Tx, window_id: UUID, *, now: datetime) -> None:
    """Take maintenance out of the calendar.

    Raises:
        WindowNotFound: There is none, or it was cancelled before.
    """
    gone = await calendar.cancel_window(tx, window_id, now=now)
    if gone is None:
        raise WindowNotFound(to_text("mtn", window_id))
    await record(tx, gone.id, MaintenanceCancelled(gone.account_id), now=now)


async def keep_announced(tx: Tx, account_id: UUID, announced: Sequence[Announced], *, now: datetime) -> int:
    """Bring the calendar in line with a feed of an account; returns how many entries are new or differ.

    An entry a person cancelled stays cancelled as long as the feed says the same of it. What is over
    and was never in the calendar is not put there.

    Raises:
        AccountNotFound: The shop has no such account.
    """
    carried = await _methods_of(tx, account_id)
    known = await calendar.windows_of_feed(tx, account_id)
    changed = []
    for one in announced:
        before = known.get(one.feed_id)
        told = _window(account_id, one, carried, before, now=now)
        if before is None and (one.over or one.ends_at <= now):
            continue
        if before is not None and not one.over and _says(before) == _says(told):
            continue
        if before is not None and one.over and before.cancelled_at is not None:
            continue
        if before is not None and one.over and before.ends_at <= now:
            continue
        changed.append(told)
    if changed:
        await calendar.upsert_windows(tx, changed, now=now)
    for window in changed:
        fact = (
            MaintenancePlanned(account_id, list(window.methods), window.starts_at, window.ends_at)
            if window.cancelled_at is None
            else MaintenanceCancelled(account_id)
        )
        await record(tx, window.id, fact, now=now)
    return len(changed)


async def watch_feed(tx: Tx, account_id: UUID, address: str, *, now: datetime) -> None:
    """Say where an account's provider publishes its maintenance; an empty address is nowhere.

    Raises:
        AccountNotFound: The shop has no such account.
        FeedAddressUnusable: It is not read from there.
    """
    await _methods_of(tx, account_id)
    if address.strip():
        await calendar.set_feed(tx, account_id, rules.feed_address(address))
    else:
        await calendar.drop_feed(tx, account_id)
    trace = Trace(
        "feed.set", "gateway_account", to_text("gwa", account_id), after={"address": address.strip()}
    )
    await leave(tx, trace, now=now)


def _says(window: Window) -> tuple[object, ...]:
    return (window.methods, window.starts_at, window.ends_at, window.title, window.flag)


def _window(
    account_id: UUID, one: Announced, carried: Sequence[str], before: Window | None, *, now: datetime
) -> Window:
    methods, flag = rules.affected(one, carried)
    told = Window(
        before.id if before else new_id(),
        account_id,
        tuple(sorted(methods)),
        one.starts_at,
        one.ends_at,
        one.title,
        flag,
        one.feed_id,
    )
    return replace(told, cancelled_at=now) if one.over else told


async def _methods_of(tx: Tx, account_id: UUID) -> Sequence[str]:
    methods = await store.account_methods(tx, account_id)
    if methods is None:
        raise AccountNotFound(to_text("gwa", account_id))
    return methods
