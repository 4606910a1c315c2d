"""Rails are watched: what each did is counted, how it is is told, and a change of that is a fact.

count     from the tries themselves, once their stretch of ten seconds has settled; no counter stands in
          the way of a payment
feed      each rail's detector goes on from what it remembers; whoever feeds a rail holds its row, and
          another worker passes it by
tell      a change of word is a fact, and an entry in the exception inbox while the rail is in trouble
rest      a rail of an account that was closed carries nothing: it is in no trouble any more
learn     once a day, what is normal for the rail by hour of the week, without what it did in trouble

A worker that dies in between has done nothing: the next one counts from where the last one ended.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.health import (
    LATE_S,
    Detector,
    Norm,
    RailChanged,
    RailWatch,
    Seen,
    Watched,
    Word,
    begin_watches,
    keep_seen,
    learned,
    mark_unwell,
    moment,
    plain_reason,
    reading,
    save_norm,
    save_watches,
    slow_limit,
    sweep_seen,
    take_unlearned,
    take_watches,
    unwell_minutes,
    unwell_rails,
    watch,
)
from orderan.kit import events, inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.events import Fact
from orderan.kit.inbox import Stuck
from orderan.payments import Doing, Rail, charge_speeds, doings, pay_delays, rails, rails_by_id
from orderan.shops import shop_by_id

STRETCH_S: Final = 10
SETTLED: Final = timedelta(seconds=5)
"""A charge is written a moment after the time it carries; before that its stretch is not counted."""
LOOKS_BACK_S: Final = 600
"""Where the watch of a rail begins: it may have been used since it was made."""
LEARNS_FROM: Final = timedelta(days=28)
LEARNS_EVERY: Final = timedelta(days=1)
SPEED_OF: Final = timedelta(days=1)
KEPT: Final = timedelta(days=90)
PAY_DELAY_S: Final = 600.0
"""Our guess until buyers have paid."""
LEAST_PAY_DELAY_S: Final = 30.0
HARDLY_OPEN: Final = 0.005
RAIL_TROUBLE: Final = "rail_trouble"
_HOUR_S: Final = 3600


async def watch_rails(tx: Tx, *, now: datetime) -> int:
    """Feed every rail of a shop what it did since it was last looked at; returns how many changed their word."""
    until = int((now - SETTLED).timestamp()) // STRETCH_S * STRETCH_S
    known = {rail.id: rail for rail in await rails(tx)}
    rested = await _rest(tx, set(await unwell_rails(tx)) - set(known), until, now=now)
    if not known:
        return rested
    taken = await _taken(tx, list(known), until, now=now)
    due = [one for one in taken if one.watched.at < until]
    if not due:
        return rested
    told = await doings(
        tx,
        {one.rail_id: one.fed_to for one in due},
        until=moment(until),
        slow_ms={one.rail_id: one.norm.slow_ms for one in due},
        late_s=LATE_S,
        stretch_s=STRETCH_S,
    )
    by_rail: dict[UUID, list[Seen]] = {}
    for doing in told:
        by_rail.setdefault(doing.rail_id, []).append(_seen(doing, STRETCH_S))
    fed = [
        (one, _fed(one, by_rail.get(one.rail_id, []), until, now=now))
        for one in due
        if one.rail_id in by_rail or not _idle(one.watched)
    ]
    await save_watches(tx, [after for _, after in fed])
    await keep_seen(
        tx,
        [
            (after.rail_id, seen, was.word is Word.WELL)
            for was, after in fed
            for seen in by_rail.get(after.rail_id, [])
        ],
    )
    changed = [(was, after) for was, after in fed if was.word is not after.word]
    await _tell(tx, known, changed, now=now)
    return rested + len(changed)


async def _rest(tx: Tx, rail_ids: set[UUID], until: int, *, now: datetime) -> int:
    """Begin the watch of rails of closed accounts anew, as well as any rail is of which nothing is known."""
    if not rail_ids:
        return 0
    closed = await rails_by_id(tx, rail_ids)
    changed = []
    for one in await take_watches(tx, list(closed)):
        detector = Detector(one.norm)
        watched = detector.begin(until)
        health = reading(detector, watched)
        rested = replace(
            one,
            watched=watched,
            word=Word.WELL,
            since=None,
            changed_at=now,
            success=health.success,
            paid=min(1.0, health.paid),
            reasons=[],
            warned_by=[],
        )
        changed.append((one, rested))
    await save_watches(tx, [rested for _, rested in changed])
    await _tell(tx, closed, changed, now=now)
    return len(changed)


async def learn_rails(tx: Tx, *, now: datetime) -> int:
    """Learn anew what is normal for one rail that waits for it; with none left, let go of what is old."""
    one = await take_unlearned(tx, before=now - LEARNS_EVERY)
    if one is None:
        return await sweep_seen(tx, before=now - KEPT)
    await save_norm(tx, one.rail_id, await _learned(tx, one, now=now), now=now)
    return 1


async def _taken(tx: Tx, rail_ids: Sequence[UUID], until: int, *, now: datetime) -> list[RailWatch]:
    taken = await take_watches(tx, rail_ids)
    if missing := set(rail_ids) - {one.rail_id for one in taken}:
        norm = guessed(await _utc_offset_s(tx, now))
        detector = Detector(norm)
        watched = detector.begin(until - LOOKS_BACK_S)
        health = reading(detector, watched)
        await begin_watches(tx, [(rail_id, watched, norm, health) for rail_id in sorted(missing)], now=now)
        taken += await take_watches(tx, list(missing))
    return taken


def guessed(utc_offset_s: int) -> Norm:
    """The norm of a rail of which nothing is known."""
    return learned([], slow_ms=slow_limit([]), pay_delay_s=PAY_DELAY_S, utc_offset_s=utc_offset_s)


def _fed(one: RailWatch, seen: Sequence[Seen], until: int, *, now: datetime) -> RailWatch:
    detector = Detector(one.norm)
    watched = one.watched
    for stretch in seen:
        watched = _through(detector, watched, stretch.at - stretch.seconds)
        watched = watch(detector, watched, [stretch])
    watched = _through(detector, watched, until)
    health = reading(detector, watched)
    return replace(
        one,
        watched=watched,
        word=health.word,
        since=None if health.since is None else moment(health.since),
        changed_at=now if health.word is not one.word else one.changed_at,
        success=health.success,
        paid=min(1.0, health.paid),
        reasons=[plain_reason(reason) for reason in health.reasons],
        warned_by=[str(test) for test in health.warned_by],
    )


def _through(detector: Detector, watched: Watched, until: int) -> Watched:
    """Over a time in which the rail did nothing; where nothing can come of that, at once."""
    if watched.at < until and _idle(watched):
        return watched._replace(at=until, open=0.0)
    return watch(detector, watched, _quiet(watched.at, until))


def _quiet(at: int, until: int) -> Iterator[Seen]:
    """Stretches without anything, at most to the end of each hour."""
    while at < until:
        end = min(until, (at // _HOUR_S + 1) * _HOUR_S)
        yield Seen(end, end - at)
        at = end


def _idle(watched: Watched) -> bool:
    """Whether silence says nothing: no payment is expected, no alarm waits for its end."""
    return watched.open < HARDLY_OPEN and not any(chart.on for chart in watched.charts)


def _seen(doing: Doing, seconds: int) -> Seen:
    _, at, *counts = doing
    return Seen(int(at.timestamp()), seconds, *counts)


async def _tell(
    tx: Tx, known: dict[UUID, Rail], changed: Sequence[tuple[RailWatch, RailWatch]], *, now: datetime
) -> None:
    if not changed:
        return
    troubled = [after for _, after in changed if after.word is not Word.WELL]
    await mark_unwell(tx, [(one.rail_id, one.since) for one in troubled if one.since is not None])
    await events.record_all(tx, [_fact(known[after.rail_id], was, after) for was, after in changed], now=now)
    await inbox.report(tx, [_stuck(known[one.rail_id], one) for one in troubled], now=now)
    well = [_key(after.rail_id) for _, after in changed if after.word is Word.WELL]
    await inbox.settle(tx, well, note="the rail is well again", now=now)


def _fact(rail: Rail, was: RailWatch, after: RailWatch) -> Fact:
    return Fact(
        rail.id,
        RailChanged(
            method=rail.method,
            gateway=rail.gateway,
            was=str(was.word),
            word=str(after.word),
            since=None if after.since is None else after.since.isoformat(),
            reasons=list(after.reasons),
        ),
    )


def _stuck(rail: Rail, one: RailWatch) -> Stuck:
    return Stuck(
        kind=RAIL_TROUBLE,
        reason=str(one.word),
        subject_kind="rail",
        subject_id=rail.id,
        dedupe_key=_key(rail.id),
        payload={
            "method": rail.method,
            "gateway": rail.gateway,
            "since": None if one.since is None else one.since.isoformat(),
            "reasons": list(one.reasons),
        },
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=N_(
            "Lihat papan gateway, lalu tanyakan ke gateway. Pembayaran baru memakai jalur lain dahulu."
        ),
    )


def _key(rail_id: UUID) -> str:
    return f"{RAIL_TROUBLE}:{rail_id}"


async def _learned(tx: Tx, one: RailWatch, *, now: datetime) -> Norm:
    since = max(one.began_at, now - LEARNS_FROM)
    speed = (await charge_speeds(tx, [one.rail_id], since=now - SPEED_OF)).get(one.rail_id)
    slow_ms = slow_limit([speed.p50_ms]) if speed else one.norm.slow_ms
    delay_s = (await pay_delays(tx, [one.rail_id], since=since)).get(one.rail_id, PAY_DELAY_S)
    told = await doings(
        tx,
        {one.rail_id: since},
        until=one.fed_to,
        slow_ms={one.rail_id: slow_ms},
        late_s=LATE_S,
        stretch_s=60,
    )
    unwell = await unwell_minutes(tx, one.rail_id, since=since)
    norm = learned(
        _minutes(told),
        slow_ms=slow_ms,
        pay_delay_s=max(LEAST_PAY_DELAY_S, delay_s),
        utc_offset_s=await _utc_offset_s(tx, now),
        was_well=lambda seen: seen.at not in unwell,
    )
    # Minutes without a charge have no row, and are time all the same.
    return replace(norm, seconds=int((now - since).total_seconds()))


def _minutes(told: Iterable[Doing]) -> Iterator[Seen]:
    return (_seen(doing, 60) for doing in told)


async def _utc_offset_s(tx: Tx, now: datetime) -> int:
    shop = await shop_by_id(tx, tx.shop_id)
    offset = now.astimezone(ZoneInfo(shop.time_zone)).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
