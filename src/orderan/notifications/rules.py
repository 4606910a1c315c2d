"""Which channels, in which order, and when: decisions that need no database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from orderan.notifications.kinds import NATURES, OVERTAKEN_BY, OVERTAKEN_ON_SUBJECT, QUIET, Need
from orderan.notifications.models import Channel, Kind, Person, Policy, Why

MINUTE: Final = timedelta(minutes=1)
LONGEST_LINK: Final = 300

LEASE: Final = 5 * MINUTE
"""Longer than any sender may take; after it whoever claimed a letter is taken for dead."""

SENDING_S: Final = 30.0
"""So long one letter may take to be handed over."""

WAITS: Final = (MINUTE, 5 * MINUTE, 15 * MINUTE)
"""Before each further try on a channel that would not take it now; after the last, the next channel."""

PATIENCE: Final = 30 * MINUTE
"""So long a message waits for a channel that is away, where it has another."""

ASKED_EVERY: Final = MINUTE
SETTLES: Final = 2 * MINUTE
"""That a provider does not know a letter means something only so long after it was sent."""
DOUBT_LASTS: Final = 15 * MINUTE
"""After that nobody will say any more what became of it."""


def channels_for(kind: Kind, policy: Policy, person: Person) -> tuple[tuple[str, ...], Why | None]:
    """Channels a message goes by, in order; none, and why.

    A person's own order comes first and leaves none of the shop's channels out: it says what they
    like best, and closing a channel is another word.
    """
    if kind in policy.silent:
        return (), Why.STOPPED
    need = NATURES[kind].need
    if need is not Need.MUST and kind in person.wants.unwanted:
        return (), Why.STOPPED
    liked = [channel for channel in person.wants.channels if channel in policy.channels]
    order = (*liked, *(channel for channel in policy.channels if channel not in liked))
    reachable = [channel for channel in order if channel in person.reachable]
    if not reachable:
        return (), Why.NOWHERE
    open_ones = [channel for channel in reachable if channel not in person.wants.stopped]
    if need is Need.ASKED:
        open_ones = [channel for channel in open_ones if channel in person.agreed]
    return (tuple(open_ones), None) if open_ones else ((), Why.STOPPED)


def unwanted(kind: Kind, policy: Policy, person: Person) -> Why | None:
    """Why something is not told any more that was to be told; None where it is.

    It may have waited for days: what the shop or the person said meanwhile counts. What a person must know stays to
    be told even where no channel is left: then somebody looks.
    """
    if not policy.channels or kind in policy.silent:
        return Why.STOPPED
    return None if NATURES[kind].need is Need.MUST else channels_for(kind, policy, person)[1]


def shut(kind: Kind, channel: str, policy: Policy, person: Person) -> Why | None:
    """Why a channel is not used for a person any more; None where it is."""
    if channel not in policy.channels:
        return Why.NOT_USED
    refused = NATURES[kind].need is Need.ASKED and channel not in person.agreed
    return Why.STOPPED if refused or channel in person.wants.stopped else None


def when(
    kind: Kind, channel: str, policy: Policy, zone: str, due: datetime, *, until: datetime | None
) -> datetime | None:
    """When a message is sent on a channel: at once, or once the quiet hours are over.

    None when it would be useless by then.
    """
    at = due
    if not NATURES[kind].urgent and channel not in QUIET:
        at = after_quiet(due, policy.quiet_from, policy.quiet_until, zone)
    return None if until is not None and at >= until else at


def after_quiet(moment: datetime, quiet_from: time, quiet_until: time, zone: str) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into, by the clock of `zone`.

    The hours are half-open, and may go over midnight.
    """
    local = moment.astimezone(ZoneInfo(zone))
    clock = local.time()
    over_midnight = quiet_from > quiet_until
    after, before = clock >= quiet_from, clock < quiet_until
    if not ((after or before) if over_midnight else (after and before)):
        return moment
    day = local.date()
    if over_midnight and after:
        day += timedelta(days=1)
    return datetime.combine(day, quiet_until, ZoneInfo(zone)).astimezone(moment.tzinfo)


def next_channel(order: Sequence[str], tried: Collection[str]) -> str | None:
    """The next channel to try; None when all were."""
    return next((channel for channel in order if channel not in tried), None)


def overtakers(kind: Kind) -> tuple[frozenset[Kind], frozenset[Kind]]:
    """What silences a kind: about the same topic, and about the same subject only."""
    return OVERTAKEN_BY.get(kind, frozenset()), OVERTAKEN_ON_SUBJECT.get(kind, frozenset())


def goes_on_in_doubt(kind: str) -> bool:
    """Whether a letter whose fate nobody can tell is told once more on another channel.

    What a person loses money by not knowing is; anything else is rather told once too little than twice.
    """
    return NATURES[Kind(kind)].vital


def next_try(tries: int, *, now: datetime) -> datetime | None:
    """When a channel that would not take a letter is tried again, after so many tries; None for never."""
    return now + WAITS[tries - 1] if 1 <= tries <= len(WAITS) else None


# Provinces by the first two digits of their code; who is nowhere lives by the shop's clock.
# Source: Keputusan Presiden 41/1987 (three time zones), Kepmendagri codes of provinces.
_WITA: Final = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
_WIT: Final = frozenset({"81", "82", "91", "92", "93", "94", "95", "96", "97"})


def zone_of(province: str | None, default: str) -> str:
    """The clock of a province, by its two-digit code."""
    if province is None:
        return default
    if province in _WITA:
        return "Asia/Makassar"
    return "Asia/Jayapura" if province in _WIT else "Asia/Jakarta"


def review_link_of(policy: Policy, number: int) -> str:
    """Where an order is reviewed; empty where the shop has no page for it, or its link leads nowhere."""
    link = policy.review_link.replace("{number}", str(number))
    try:
        parts = urlsplit(link)
        reaches = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    plain = len(link) <= LONGEST_LINK and not any(letter in "{}" or letter.isspace() for letter in link)
    return link if reaches and plain else ""


def useful_channels(named: Sequence[str]) -> tuple[str, ...]:
    """Channels as typed, each once, in that order; what is no channel is left out."""
    known = [channel for channel in named if channel in set(Channel)]
    return tuple(dict.fromkeys(known))


@dataclass(frozen=True, slots=True)
class Breaker:
    """Keeps letters from a channel that fails again and again, for longer each time.

    Attributes:
        failures: Batches in a row of which nothing was answered.
        closed_until: Nothing is sent before; None while it works.
    """

    failures: int = 0
    closed_until: datetime | None = None

    def lets(self, now: datetime) -> bool:
        return self.closed_until is None or now >= self.closed_until

    def after(self, *, answered: bool, now: datetime) -> "Breaker":
        """After a batch; a refusal is an answer."""
        if answered:
            return Breaker()
        failures = self.failures + 1
        if failures < TRIPS_AT:
            return Breaker(failures)
        return Breaker(failures, now + min(MINUTE * 2 ** min(failures - TRIPS_AT, 4), LONGEST_CLOSED))


TRIPS_AT: Final = 3
LONGEST_CLOSED: Final = 10 * MINUTE
