"""The board of gateways: how every rail is now, since when and why, what it did lately, what to do next.

What a rail did comes from what the watch counted and from the tries themselves; how it is, from the watch.
A rail nobody tried lately is called unknown: that nothing failed says nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any, Final
from uuid import UUID

from orderan.health import Counted, RailWatch, Word, counted, hour_of_week, watches
from orderan.incidents import Incident, IncidentState, Window, places_of, unfinished, windows_ahead
from orderan.kit.db import Tx
from orderan.payments import (
    ChargeSpeed,
    GatewayAccount,
    Lag,
    Open,
    Pause,
    Rail,
    accounts,
    charge_speeds,
    lags,
    open_tries,
    pauses_under_way,
    rails,
    refused_of_ours,
)

HOURS: Final = 24
_HOUR: Final = timedelta(hours=1)
_HOUR_S: Final = 3600
SOON: Final = timedelta(hours=12)
"""Maintenance so near changes what is to be done."""


class Mood(StrEnum):
    """How a rail is, the worst first."""

    DOWN = auto()
    DEGRADED = auto()
    PAUSED = auto()
    MAINTAINED = auto()
    UNKNOWN = auto()
    WELL = auto()


MOODS: Final = tuple(Mood)


class Next(StrEnum):
    """What a person does next about a rail.

    INCIDENT  an incident is open: ask the provider, tell buyers
    JUDGE     an incident is suspected: confirm it or dismiss it
    PAUSE     it is in trouble, and nothing is under way about it
    REOPEN    it is paused and looks well
    WAIT      it is paused, and there is a reason to leave it so
    PENDING   nobody knows what became of payments there
    NOTHING   it needs nobody
    """

    INCIDENT = auto()
    JUDGE = auto()
    PAUSE = auto()
    REOPEN = auto()
    WAIT = auto()
    PENDING = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Hour:
    """What a rail did in a clock hour.

    Attributes:
        bad: Charges that failed by gateway, bank, or nobody knows how.
        customer: Charges that failed for the customer's own reasons.
    """

    start: datetime
    made: int = 0
    bad: int = 0
    customer: int = 0

    @property
    def tries(self) -> int:
        return self.made + self.bad + self.customer


@dataclass(frozen=True, slots=True)
class Done:
    """What a rail did in the time that is looked at.

    Attributes:
        issued, paid: Instruments given to buyers, and payments learned of.
        ours: Charges refused for what we asked, which say nothing of the rail and are none of `tries`.
        expected: Share of the issued that is normally paid at these hours; None with nothing issued, or
            while the watch has learned nothing.
    """

    made: int = 0
    customer: int = 0
    gateway: int = 0
    bank: int = 0
    unknown: int = 0
    issued: int = 0
    paid: int = 0
    ours: int = 0
    expected: float | None = None

    @property
    def tries(self) -> int:
        return self.made + self.customer + self.gateway + self.bank + self.unknown

    @property
    def success(self) -> float | None:
        """Charges that gave what was asked for, of those that did not fail by the customer."""
        of = self.tries - self.customer
        return self.made / of if of else None

    @property
    def paid_share(self) -> float | None:
        return self.paid / self.issued if self.issued else None


@dataclass(frozen=True, slots=True)
class RailNow:
    """A rail as the board shows it.

    Attributes:
        since: When the trouble began, or the pause; None when there is neither.
        hours: The last twenty-four clock hours, oldest first.
        window: Maintenance of it that is on, or else the next.
        incident: One about it that is not over.
    """

    rail: Rail
    account: GatewayAccount
    mood: Mood
    since: datetime | None
    watch: RailWatch | None
    done: Done
    hours: tuple[Hour, ...]
    speed: ChargeSpeed | None
    lag: Lag | None
    open: Open | None
    pause: Pause | None
    window: Window | None
    incident: Incident | None
    next: Next

    @property
    def quiet(self) -> bool:
        """Nobody tried it in a day, and nothing is to be said of it."""
        return self.mood is Mood.UNKNOWN and self.window is None and self.open is None


@dataclass(frozen=True, slots=True)
class AccountNow:
    """A gateway account with its rails, the worst first."""

    account: GatewayAccount
    rails: tuple[RailNow, ...]

    @property
    def mood(self) -> Mood:
        """That of its worst rail among those there is something to say of."""
        return min((one.mood for one in self.rails if not one.quiet), key=MOODS.index, default=Mood.UNKNOWN)


async def gateway_board(tx: Tx, *, hours: int = HOURS, now: datetime) -> list[AccountNow]:
    """Every open account, the one with the worst rail first, those nobody uses last.

    Args:
        hours: Over how many hours the figures are taken; the chart always shows a day.
    """
    found = await rails_now(tx, await rails(tx), hours=hours, now=now)
    by_account: dict[UUID, list[RailNow]] = defaultdict(list)
    for one in found:
        by_account[one.account.id].append(one)
    there = [
        AccountNow(account, tuple(by_account[account.id]))
        for account in await accounts(tx)
        if account.state == "open"
    ]
    return sorted(there, key=lambda one: (all(rail.quiet for rail in one.rails), MOODS.index(one.mood)))


async def rails_now(tx: Tx, shown: Sequence[Rail], *, hours: int, now: datetime) -> list[RailNow]:
    """These rails as they are, the worst first, then those with the most tries."""
    ids = [rail.id for rail in shown]
    since = now - hours * _HOUR
    first_hour = _clock_hour(now) - (HOURS - 1) * _HOUR
    watched = await watches(tx)
    day = _by_rail(await counted(tx, ids, since=first_hour, stretch_s=_HOUR_S))
    lately = _by_rail(await counted(tx, ids, since=since, stretch_s=_HOUR_S))
    tried = day.keys() | lately.keys()
    speeds = await charge_speeds(tx, ids, since=since)
    lagging = await lags(tx, ids, since=since)
    of_ours = await refused_of_ours(tx, ids, since=since)
    waiting = await open_tries(tx)
    paused = await pauses_under_way(tx)
    windows = await windows_ahead(tx, now=now)
    troubled = await _incidents(tx)
    known = {account.id: account for account in await accounts(tx)}
    found = []
    for rail in shown:
        watch, pause = watched.get(rail.id), paused.get(rail.id)
        window = next((one for one in windows if one.flag is None and _covers(one, rail)), None)
        mood = _mood(rail, watch, window, tried=rail.id in tried, now=now)
        incident = troubled.get(rail.id)
        found.append(
            RailNow(
                rail=rail,
                account=known[rail.account_id],
                mood=mood,
                since=_since(mood, watch, pause, window),
                watch=watch,
                done=replace(_done(lately.get(rail.id, ()), watch), ours=of_ours.get(rail.id, 0)),
                hours=_hours(day.get(rail.id, ()), first_hour),
                speed=speeds.get(rail.id),
                lag=lagging.get(rail.id),
                open=waiting.get(rail.id),
                pause=pause,
                window=window,
                incident=incident,
                next=_next(mood, watch, incident, waiting.get(rail.id)),
            )
        )
    return sorted(found, key=lambda one: (MOODS.index(one.mood), -one.done.tries, one.rail.method))


async def _incidents(tx: Tx) -> dict[UUID, Incident]:
    there = [
        one for one in await unfinished(tx) if one.state in (IncidentState.SUSPECTED, IncidentState.OPEN)
    ]
    places = await places_of(tx, [one.id for one in there])
    return {place.rail_id: one for one in reversed(there) for place in places[one.id]}


def _by_rail(rows: Sequence[Counted]) -> Mapping[UUID, list[Counted]]:
    found: dict[UUID, list[Counted]] = defaultdict(list)
    for row in rows:
        found[row.rail_id].append(row)
    return dict(found)


def _clock_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _covers(window: Window, rail: Rail) -> bool:
    return window.account_id == rail.account_id and (not window.methods or rail.method in window.methods)


def _mood(rail: Rail, watch: RailWatch | None, window: Window | None, *, tried: bool, now: datetime) -> Mood:
    """A person's pause is said before what the watch says: nothing new is tried there to tell of it."""
    if rail.state == "paused":
        return Mood.PAUSED
    if watch is not None and watch.word is not Word.WELL:
        return Mood(watch.word)
    if window is not None and window.starts_at <= now:
        return Mood.MAINTAINED
    return Mood.WELL if watch is not None and tried else Mood.UNKNOWN


def _since(
    mood: Mood, watch: RailWatch | None, pause: Pause | None, window: Window | None
) -> datetime | None:
    if mood is Mood.PAUSED:
        return None if pause is None else pause.paused_at
    if mood is Mood.MAINTAINED:
        return None if window is None else window.starts_at
    if mood in (Mood.DOWN, Mood.DEGRADED) and watch is not None:
        return watch.since or watch.changed_at
    return None


def _next(mood: Mood, watch: RailWatch | None, incident: Incident | None, waiting: Open | None) -> Next:
    if incident is not None:
        return Next.INCIDENT if incident.state == IncidentState.OPEN else Next.JUDGE
    if mood is Mood.PAUSED:
        return Next.REOPEN if watch is None or watch.word is Word.WELL else Next.WAIT
    if mood in (Mood.DOWN, Mood.DEGRADED):
        return Next.PAUSE
    if waiting is not None and waiting.unknown:
        return Next.PENDING
    return Next.NOTHING


def _done(rows: Sequence[Counted], watch: RailWatch | None) -> Done:
    issued = sum(row.issued for row in rows)
    expected = None
    if issued and watch is not None and watch.learned_at is not None:
        norm = watch.norm
        hours = [hour_of_week(int(row.start.timestamp()), norm.utc_offset_s) for row in rows]
        due = sum(row.issued * norm.paid[hour] for row, hour in zip(rows, hours, strict=True))
        expected = due / issued
    return Done(
        made=sum(row.made for row in rows),
        customer=sum(row.customer for row in rows),
        gateway=sum(row.gateway for row in rows),
        bank=sum(row.bank for row in rows),
        unknown=sum(row.unknown for row in rows),
        issued=issued,
        paid=sum(row.paid for row in rows),
        expected=expected,
    )


def _hours(rows: Sequence[Counted], first: datetime) -> tuple[Hour, ...]:
    found: dict[datetime, Any] = {
        row.start: Hour(row.start, row.made, row.gateway + row.bank + row.unknown, row.customer)
        for row in rows
    }
    starts = [first + hour * _HOUR for hour in range(HOURS)]
    return tuple(found.get(start) or Hour(start) for start in starts)


@dataclass(frozen=True, slots=True)
class Changed:
    """The watch of a rail changed its word.

    Attributes:
        reasons: Each as the fact has it.
    """

    at: datetime
    was: str
    word: str
    reasons: tuple[Mapping[str, Any], ...]


async def changes_of(tx: Tx, rail_id: UUID, *, since: datetime) -> list[Changed]:
    """When the watch of a rail changed its word since a moment, the newest first."""
    rows = await tx.all(
        """
        SELECT occurred_at, payload->>'was' AS was, payload->>'word' AS word, payload->'reasons' AS reasons
        FROM event
        WHERE shop_id = %(shop)s AND entity_id = %(rail)s AND kind = 'health.rail_changed.v1'
          AND occurred_at > %(since)s
        ORDER BY seq DESC
        """,
        {"shop": tx.shop_id, "rail": rail_id, "since": since},
    )
    return [Changed(row.occurred_at, row.was, row.word, tuple(row.reasons)) for row in rows]


async def incidents_on(tx: Tx, rail_id: UUID, *, since: datetime) -> list[Any]:
    """Incidents about a rail that began since a moment and were no mistake, the newest first.

    Columns: id, kind, state, since, recovered_at.
    """
    return await tx.all(
        """
        SELECT incident.id, incident.kind, incident.state, incident.since, incident.recovered_at
        FROM incident_rail
        JOIN incident ON incident.shop_id = incident_rail.shop_id AND incident.id = incident_rail.incident_id
        WHERE incident_rail.shop_id = %(shop)s AND incident_rail.rail_id = %(rail)s
          AND incident.state <> 'dismissed' AND incident.since > %(since)s
        ORDER BY incident.since DESC, incident.id DESC
        """,
        {"shop": tx.shop_id, "rail": rail_id, "since": since},
    )
