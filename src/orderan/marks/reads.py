"""From a reader's thousands of reads to the things that were there, each once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from orderan.marks.epc import gtin_of, read_epc, sscc_of, to_hex
from orderan.marks.errors import EpcUnreadable
from orderan.marks.models import Epc, Heard, Read, Seen

WINDOW = timedelta(seconds=5)
"""A tag that stays in the field is heard many times a second; after this long a silence it came again."""


def hear(
    reads: Iterable[Read],
    *,
    window: timedelta = WINDOW,
    antennas: Collection[int] | None = None,
    fewest: int = 1,
    weakest_dbm: float | None = None,
) -> Heard:
    """The distinct tags of a batch of reads, whatever order they came in.

    Args:
        window: Reads of a tag no further apart than this are one passage.
        antennas: Only these count; None is all. A tag heard at no other is a stray.
        fewest: Reads that count, below which a tag is a stray: one that answered from the next aisle.
        weakest_dbm: Reads weaker than this do not count; those that tell no strength do.
    """
    tags: dict[str, Epc | None] = {}
    unreadable: dict[str, str] = {}
    counted: dict[str, list[Read]] = defaultdict(list)
    strays: set[str] = set()
    for read in reads:
        name = read.epc.strip().upper()
        if name not in tags:
            try:
                tags[name] = read_epc(read.epc)
            except EpcUnreadable as refusal:
                tags[name] = None
                unreadable[read.epc.strip()[:80]] = refusal.fault
        tag = tags[name]
        if tag is None:
            continue
        epc = to_hex(tag)
        weak = weakest_dbm is not None and read.rssi_dbm is not None and read.rssi_dbm < weakest_dbm
        if weak or (antennas is not None and read.antenna not in antennas):
            strays.add(epc)
        else:
            counted[epc].append(read)
    seen = []
    for epc, own in counted.items():
        if len(own) < fewest:
            strays.add(epc)
        else:
            seen.append(_seen(epc, own, window))
    seen.sort(key=lambda one: one.epc)
    containers = tuple(one for one in seen if sscc_of(one.tag))
    items = tuple(
        replace(one, container=_container_of(one, containers, window)) for one in seen if gtin_of(one.tag)
    )
    there = {one.epc for one in seen}
    return Heard(items, containers, tuple(sorted(strays - there)), tuple(sorted(unreadable.items())))


def by_gtin(items: Iterable[Seen]) -> dict[str, int]:
    """Units by GTIN: an EPC has a serial, so each is one unit."""
    counts: dict[str, int] = defaultdict(int)
    for one in items:
        if gtin := gtin_of(one.tag):
            counts[gtin] += 1
    return dict(sorted(counts.items()))


def by_container(items: Iterable[Seen]) -> dict[str | None, dict[str, int]]:
    """Units by container, then by GTIN; under None what was in none, or in nobody knows which."""
    groups: dict[str | None, list[Seen]] = defaultdict(list)
    for one in items:
        groups[one.container].append(one)
    return {container: by_gtin(own) for container, own in groups.items()}


def _seen(epc: str, reads: Sequence[Read], window: timedelta) -> Seen:
    moments = sorted(read.at for read in reads)
    gaps = sum(later - earlier > window for earlier, later in pairwise(moments))
    antennas = tuple(sorted({read.antenna for read in reads}))
    return Seen(epc, read_epc(epc), moments[0], moments[-1], len(reads), antennas, gaps + 1)


def _container_of(item: Seen, containers: Sequence[Seen], window: timedelta) -> str | None:
    beside = [
        one
        for one in containers
        if one.first_at - window <= item.last_at and item.first_at - window <= one.last_at
    ]
    return sscc_of(beside[0].tag) if len(beside) == 1 else None
