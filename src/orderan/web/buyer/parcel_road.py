"""A parcel's road as its buyer sees it: what happened, in order, and a drawing of where it goes.

The drawing is made here, without any map of somebody else. Our own van is drawn between its depot and the region it
goes to; what a courier carries is drawn from province to province, as far as the places it names are known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from orderan.couriers import Status
from orderan.customers import atlas
from orderan.flows.views_road import OnVan, ParcelRoad
from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.web.buyer.provinces import SEATS
from orderan.web.dashboard.fleet_map import Dot, Picture, picture

FRESH: Final = timedelta(minutes=20)
"""A van whose phone was silent for longer is not drawn: it is elsewhere by now."""
SHOWN: Final = 12
HAPPENED: Final[Mapping[str, tuple[str, str]]] = {
    Status.PICKED_UP: (N_("Dijemput kurir"), "calm"),
    Status.IN_TRANSIT: (N_("Dalam perjalanan"), "calm"),
    Status.OUT_FOR_DELIVERY: (N_("Sedang diantar"), "act"),
    Status.DELIVERED: (N_("Sudah sampai"), "done"),
    Status.DELIVERY_FAILED: (N_("Belum berhasil diantar"), "wait"),
    "attempt_failed": (N_("Belum berhasil diantar"), "wait"),
    Status.RETURNING: (N_("Kembali ke toko"), "wait"),
    Status.RETURNED: (N_("Sudah kembali di toko"), "calm"),
    Status.LOST: (N_("Hilang di perjalanan"), "loss"),
    Status.DAMAGED: (N_("Rusak di perjalanan"), "loss"),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a parcel, in the buyer's words.

    Attributes:
        place: As the courier names it; empty where it names none.
    """

    at: datetime
    title: str
    place: str
    tone: str


def happened(road: ParcelRoad, words: Words) -> list[Happened]:
    """What happened, the newest first: as the courier tells it with its places, else as we saw it."""
    told = [
        Happened(step.at, words.gettext(HAPPENED[step.status][0]), step.place, HAPPENED[step.status][1])
        for step in road.steps
        if step.status is not None and step.status in HAPPENED
    ]
    if not told:
        told = [
            Happened(move.at, words.gettext(HAPPENED[move.state][0]), "", HAPPENED[move.state][1])
            for move in road.moves
            if move.state in HAPPENED
        ]
    return list(reversed(_apart(told)))[:SHOWN]


def drawing(road: ParcelRoad, words: Words, *, now: datetime) -> Picture | None:
    """Where it goes; None where fewer than two places are known."""
    if road.on_van is not None:
        return _van_drawn(road.on_van, words, now=now)
    passed = [code for step in road.steps if (code := province_in(step.place))]
    seats = _one_after_another([road.origin[:2], *passed])
    aim = road.destination[:2]
    codes = [*seats, aim] if aim and aim not in seats[-1:] else seats
    if len(set(codes)) < 2 or not all(code in SEATS for code in codes):
        return None
    last = len(seats) - 1
    dots = [
        Dot(SEATS[code], "depot" if place == 0 else "stop", "", _named(code), _tone(place, last), 0)
        for place, code in enumerate(codes)
    ]
    return picture(dots, [[SEATS[code] for code in codes]])


def province_in(place: str) -> str | None:
    """The province of a city that a courier's word for a place names; None where it names none we know."""
    text = f" {_plain(place)} "
    return next((code for name, code in _cities() if f" {name} " in text), None)


def _van_drawn(on_van: OnVan, words: Words, *, now: datetime) -> Picture | None:
    fresh = on_van.seen_at is not None and now - on_van.seen_at <= FRESH
    van = on_van.van if fresh else None
    points = [point for point in (on_van.depot, van, on_van.door) if point is not None]
    if len(points) < 2:
        return None
    dots = []
    if on_van.depot is not None:
        dots.append(Dot(on_van.depot, "depot", "", words.gettext("Toko"), "calm", 0))
    if on_van.door is not None:
        dots.append(Dot(on_van.door, "stop", "", words.gettext("Wilayah Anda"), "done", 0))
    if van is not None:
        dots.append(Dot(van, "van", words.gettext("Kurir"), words.gettext("Kurir"), "calm", 0))
    return picture(dots, [points])


def _tone(place: int, last: int) -> str:
    """Where it is known to be stands out; what lies ahead is grey."""
    return "wait" if place == last else "calm"


def _named(code: str) -> str:
    region = atlas().get(code)
    return region.name if region else code


def _one_after_another(codes: Iterable[str]) -> list[str]:
    """Without those that repeat the one before, and without unknown ones."""
    road: list[str] = []
    for code in codes:
        if code and code not in road[-1:]:
            road.append(code)
    return road


def _apart(told: Sequence[Happened]) -> list[Happened]:
    """Without those that say the same of the same place as the one before."""
    apart: list[Happened] = []
    for one in told:
        if not apart or (apart[-1].title, apart[-1].place) != (one.title, one.place):
            apart.append(one)
    return apart


@cache
def _cities() -> list[tuple[str, str]]:
    """Names of cities and regencies in capitals, without what kind they are, and their provinces; the longest first."""
    found: dict[str, set[str]] = {"JAKARTA": {"31"}}
    for province in atlas().children():
        for city in atlas().children(province.code):
            found.setdefault(_plain(city.name), set()).add(province.code)
    # A name that several provinces share says nothing.
    told = [(name, min(codes)) for name, codes in found.items() if len(codes) == 1]
    return sorted(told, key=lambda item: (-len(item[0]), item[0]))


def _plain(name: str) -> str:
    text = "".join(letter if letter.isalnum() else " " for letter in name.upper())
    kinds = {"KABUPATEN", "KOTA", "ADM", "KAB", "ADMINISTRASI"}
    return " ".join(part for part in text.split() if part not in kinds)
