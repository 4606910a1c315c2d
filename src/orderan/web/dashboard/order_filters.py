"""A list's address read as filters, and filters shown as chips that can be taken off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request

from orderan.access import Principal
from orderan.inventory import LocationKind, list_locations
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import from_text
from orderan.orders import Filters, Key, Scope, late_before, saved_views, used_tags, visible
from orderan.shops import list_channels
from orderan.web.dashboard.order_words import HEADLINES, KINDS, MONEY, TERMS
from orderan.web.here import Here

PARAMETERS: Final = (
    "q", "status", "channel", "terms", "kind", "money", "tag", "location", "held", "late", "danger", "from", "until", "min", "max",
)  # fmt: skip
TABS: Final = (
    (N_("Semua"), ""),
    (N_("Menunggu Pembayaran"), "status=awaiting_payment"),
    (N_("Perlu dikerjakan"), "status=accepted&status=processing&status=packed"),
    (N_("Dikirim"), "status=shipped"),
    (N_("Ditahan"), "held=1"),
    (N_("Janji terancam"), "danger=1"),
    (N_("Selesai"), "status=completed"),
)
PAGE: Final = "orders"
MOST_CHOSEN: Final = 1_000


def scope_of(principal: Principal) -> Scope:
    """Which orders they may see."""
    return Scope(principal.channel_ids, principal.location_ids)


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen from: codes and names."""

    channels: Mapping[str, tuple[UUID, str]]
    places: Mapping[str, tuple[UUID, str]]
    tags: Sequence[str]
    views: Sequence[Any]


async def choices(tx: Tx, principal: Principal) -> Choices:
    """Channels, places, tags and saved views this person can choose from."""
    kinds = (LocationKind.WAREHOUSE, LocationKind.STORE)
    return Choices(
        {
            one.code: (one.id, one.name)
            for one in await list_channels(tx)
            if principal.channel_ids is None or one.id in principal.channel_ids
        },
        {
            one.code: (one.id, one.name)
            for one in await list_locations(tx, kinds=kinds)
            if principal.location_ids is None or one.id in principal.location_ids
        },
        await used_tags(tx),
        await saved_views(tx, PAGE, principal.staff_id),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The address of a list, read."""

    text: str
    filters: Filters
    after: Key | None
    before: Key | None


def asked_for(query: Sequence[tuple[str, str]], found: Choices, zone: str, *, now: datetime) -> Asked:
    """Read an address; what makes no sense narrows nothing, what is unknown finds nothing."""
    given: dict[str, list[str]] = {}
    for name, value in query:
        given.setdefault(name, []).append(value.strip())
    one = {name: values[-1] for name, values in given.items()}
    channel, place = one.get("channel", ""), one.get("location", "")
    known = {
        "channel": found.channels,
        "location": found.places,
        "terms": TERMS,
        "kind": KINDS,
        "money": MONEY,
    }
    filters = Filters(
        # A shared view may name what this person does not see: they see nothing of it, not everything else.
        ids=() if any(one.get(name) and one[name] not in words for name, words in known.items()) else None,
        headlines=tuple(word for word in dict.fromkeys(given.get("status", [])) if word in HEADLINES),
        channels=(found.channels[channel][0],) if channel in found.channels else (),
        terms=one.get("terms") if one.get("terms") in TERMS else None,
        kind=one.get("kind") if one.get("kind") in KINDS else None,
        money=one.get("money") if one.get("money") in MONEY else None,
        tag=one.get("tag") or None,
        location_id=found.places[place][0] if place in found.places else None,
        held=one.get("held") == "1",
        in_danger=one.get("danger") == "1",
        late_since=late_before(now) if one.get("late") == "1" else None,
        placed_from=_day(one.get("from", ""), zone),
        placed_until=_day(one.get("until", ""), zone, days=1),
        total_from=_amount(one.get("min", "")),
        total_until=_amount(one.get("max", "")),
    )
    return Asked(one.get("q", ""), filters, read_key(one.get("after", "")), read_key(one.get("before", "")))


def _day(text: str, zone: str, *, days: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return (datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(days=days)).astimezone(UTC)


def _amount(text: str) -> int | None:
    digits = "".join(letter for letter in text if letter.isdigit())
    return int(digits) if digits and len(digits) < 16 else None


def write_key(key: Key | None) -> str | None:
    """A key as it stands in an address."""
    return None if key is None else f"{key.placed_at.isoformat().replace('+00:00', 'Z')}~{key.id.hex}"


def read_key(text: str) -> Key | None:
    """A key read back; None where it is none."""
    at, _, hexed = text.partition("~")
    try:
        instant = datetime.fromisoformat(at)
        return Key(instant, UUID(hex=hexed)) if instant.tzinfo else None
    except ValueError:
        return None


def chips(place: Here, found: Choices) -> list[dict[str, str]]:
    """Each active filter with the address without it."""
    spoken = place.words
    made = []
    for name, value in place.query:
        if name not in _CHIPS or not value:
            continue
        label, values = _CHIPS[name]
        names = {"channel": found.channels, "location": found.places}.get(name)
        shown = names[value][1] if names and value in names else spoken.gettext(values.get(value, value))
        made.append({"label": spoken.gettext(label), "value": shown, "href": place.link_without(name, value)})
    return made


_CHIPS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "q": (N_("Cari"), {}),
    "status": (N_("Status"), HEADLINES),
    "channel": (N_("Kanal penjualan"), {}),
    "terms": (N_("Cara bayar"), TERMS),
    "kind": (N_("Jenis"), KINDS),
    "money": (N_("Pembayaran"), MONEY),
    "tag": (N_("Label"), {}),
    "location": (N_("Tempat"), {}),
    "held": (N_("Ditahan"), {"1": N_("ya")}),
    "danger": (N_("Janji terancam"), {"1": N_("ya")}),
    "late": (N_("Terlambat dikirim"), {"1": N_("ya")}),
    "from": (N_("Mulai tanggal"), {}),
    "until": (N_("Sampai tanggal"), {}),
    "min": (N_("Total paling sedikit"), {}),
    "max": (N_("Total paling banyak"), {}),
}


def kept_query(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """The filters of an address, without paging and looks."""
    return [
        (name, value) for name, value in request.query_params.multi_items() if name in PARAMETERS and value
    ]


async def chosen(tx: Tx, principal: Principal, texts: Sequence[str]) -> list[UUID]:
    """The ticked orders, of those this person may see."""
    ids = list(dict.fromkeys(from_text("ord", text) for text in texts[:MOST_CHOSEN]))
    seen = await visible(tx, ids, scope_of(principal))
    return [order_id for order_id in ids if order_id in seen]
