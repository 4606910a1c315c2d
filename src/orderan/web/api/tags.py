"""RFID over the API: a reader with a key of its own says what it heard; each tag counts once."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import AwareDatetime, Field

from orderan.access import Permission, Principal
from orderan.flows.read_tags import LotOf, book_tags, read_tags_for, told_of_carton
from orderan.flows.views_tags import MOST_TOLD, TagHere, parcels_read, tags_of
from orderan.inventory import Goods
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.marks import Read
from orderan.shipping import MANIFEST_PREFIX
from orderan.tagging import (
    MOST_LINES,
    TAG_SESSION,
    SessionNotFound,
    TagPurpose,
    TagSession,
    find_session,
    hear_tags,
)
from orderan.web.api.answering import READ, once
from orderan.web.api.manifests import require_every_channel
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.api.stock_naming import Code, Lot, Units
from orderan.web.stock_scope import LOCATION

WRITE = {"needs": Permission.INVENTORY_WRITE}
SEEN = {"needs": Permission.INVENTORY_READ}
MOST_READS = 5_000
PREFIX = {TagPurpose.RECEIPT: LOCATION, TagPurpose.COUNT: "opa", TagPurpose.DISPATCH: MANIFEST_PREFIX}
"""Of what tags are read for."""


class MayNotHandOver(Refusal):
    """Reading tags onto a pick-up needs shipping.write beside inventory.write."""

    code = "may_not_hand_over"
    kind = Kind.FORBIDDEN
    sentence = N_("Serah terima di luar wewenang Anda.")


class TagSessionAsked(Asked):
    """What tags are read for: a location that receives, an area of a stock-take, or a pick-up."""

    purpose: TagPurpose
    target: Annotated[
        str, Field(min_length=1, max_length=40, description="`loc_...`, `opa_...` or `mnf_...`, by purpose")
    ]


class TagReadAsked(Asked):
    """An antenna heard a tag; `epc` is hexadecimal or a tag URI. Without `at` it was just now."""

    epc: Annotated[str, Field(min_length=1, max_length=128)]
    antenna: Annotated[int, Field(ge=0, le=10_000)] = 0
    at: AwareDatetime | None = None
    rssi_dbm: Annotated[float | None, Field(ge=-200, le=50)] = None


class TagReadsAsked(Asked):
    """What a reader heard, in any order and as often as it likes."""

    reads: Annotated[list[TagReadAsked], Field(min_length=1, max_length=MOST_READS)]


class TagLotAsked(Asked):
    """The lot of tagged goods, which no tag tells."""

    sku: Code
    lot: Annotated[str, Field(min_length=1, max_length=64)]
    expires_on: date | None = None


class TagBookingAsked(Asked):
    """How to book; `again` receives units, too, that were received before and came back."""

    lots: Annotated[list[TagLotAsked], Field(default_factory=list, max_length=MOST_LINES)]
    expected: bool = False
    again: bool = False


class TaggedGoodsTold(Told):
    """Units of a sku by their tags; `received_before` of them are not received again."""

    sku: str
    title: str
    units: int
    received_before: int


class TaggedCartonTold(Told):
    """A carton; only one that was told of and has not arrived brings goods."""

    sscc: str
    told: bool
    arrived_at: datetime | None


class TagUnknownTold(Told):
    """A tag of goods the shop has not, or `fault` where it is no tag of units or cartons."""

    epc: str
    gtin: str | None
    fault: str | None


class TagSessionTold(Told):
    """What was read, each tag once. Of `unknown` and `loose` the first 200 are listed.

    Of a pick-up: `parcels` are the labels that go along, `loose` the tags of units that are in no booked parcel.
    """

    id: str
    purpose: TagPurpose
    target: str
    opened_at: datetime
    booked_at: datetime | None
    booked_units: int
    tags: int
    goods: list[TaggedGoodsTold]
    cartons: list[TaggedCartonTold]
    unknown_tags: int
    unknown: list[TagUnknownTold]
    parcels: list[str]
    loose: list[str]


class CartonGoodsAsked(Asked):
    """Units in a carton; `sku` is a code or a barcode."""

    sku: Code
    quantity: Units
    lot: Lot = None
    expires_on: date | None = None


class CartonNoticeAsked(Asked):
    """What a carton holds, as its supplier tells."""

    goods: Annotated[list[CartonGoodsAsked], Field(min_length=1, max_length=MOST_LINES)]


class CartonNoticeTold(Told):
    """What was noted."""

    sscc: str
    units: int
    lines: int


async def session_seen(tx: Tx, principal: Principal, text: str) -> TagSession:
    """Raises SessionNotFound, also where its location is outside what the caller may see."""
    found = await find_session(tx, from_text(TAG_SESSION, text))
    if found is None or (
        principal.location_ids is not None and found.location_id not in principal.location_ids
    ):
        raise SessionNotFound(text)
    return found


def require_hand_over(principal: Principal, purpose: TagPurpose) -> None:
    """Raises MayNotHandOver, or ManifestNotFound for whoever sees only some channels."""
    if purpose is TagPurpose.DISPATCH:
        if not principal.may(Permission.SHIPPING_WRITE):
            raise MayNotHandOver
        require_every_channel(principal, "")


def tagged_goods(tags: list[TagHere]) -> list[TaggedGoodsTold]:
    """Units of each sku that were read."""
    units = Counter((one.sku or "", one.title or "") for one in tags if one.sku_id)
    before = Counter(one.sku for one in tags if one.sku_id and not one.is_new)
    return [
        TaggedGoodsTold(sku=sku, title=title, units=count, received_before=before[sku])
        for (sku, title), count in units.items()
    ]


async def _told(tx: Tx, session: TagSession) -> TagSessionTold:
    tags = await tags_of(tx, session.id)
    unknown = [one for one in tags if one.sku_id is None and one.sscc is None]
    on_the_way = session.purpose is TagPurpose.DISPATCH
    parcels, loose = await parcels_read(tx, tags) if on_the_way else ([], [])
    return TagSessionTold(
        id=to_text(TAG_SESSION, session.id),
        purpose=session.purpose,
        target=to_text(PREFIX[session.purpose], session.target_id),
        opened_at=session.opened_at,
        booked_at=session.booked_at,
        booked_units=session.booked_units,
        tags=len(tags),
        goods=tagged_goods(tags),
        cartons=[
            TaggedCartonTold(sscc=one.sscc, told=one.told, arrived_at=one.arrived_at)
            for one in tags
            if one.sscc is not None
        ],
        unknown_tags=len(unknown),
        unknown=[TagUnknownTold(epc=one.epc, gtin=one.gtin, fault=one.fault) for one in unknown[:MOST_TOLD]],
        parcels=parcels,
        loose=loose[:MOST_TOLD],
    )


@post("/tag-sessions", summary="Read tags for something", opt=WRITE, responses=REFUSED)
async def tag_session_opened(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: TagSessionAsked,
    idempotency_key: IdempotencyKey,
) -> TagSessionTold:
    """Readers add to it until it is booked."""

    async def command(tx: Tx) -> TagSessionTold:
        require_hand_over(principal, data.purpose)
        target = from_text(PREFIX[data.purpose], data.target)
        within = principal.location_ids
        return await _told(tx, await read_tags_for(tx, data.purpose, target, within=within, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get("/tag-sessions/{session_id:str}", summary="Tags that were read", opt=SEEN, responses=READ)
async def tag_session_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    session_id: FromPath[str],
) -> TagSessionTold:
    """Each tag once, with what is known of it now."""

    async def read(tx: Tx) -> TagSessionTold:
        return await _told(tx, await session_seen(tx, principal, session_id))

    return await db.run(caller, read)


@post(
    "/tag-sessions/{session_id:str}/reads",
    summary="Add what a reader heard",
    opt=WRITE,
    status_code=200,
    responses=REFUSED,
)
async def tags_heard(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    session_id: FromPath[str],
    data: TagReadsAsked,
    idempotency_key: IdempotencyKey,
) -> TagSessionTold:
    """A tag counts once, however often it is heard and by however many readers; reads may overlap."""
    wanted = from_text(TAG_SESSION, session_id)
    reads = [Read(one.epc, one.antenna, one.at or now, one.rssi_dbm) for one in data.reads]

    async def command(tx: Tx) -> TagSessionTold:
        return await _told(tx, await hear_tags(tx, wanted, reads, within=principal.location_ids))

    return await once(request, principal, runner, idempotency_key, command, now=now)


@post(
    "/tag-sessions/{session_id:str}/bookings",
    summary="Book the tags that were read",
    opt=WRITE,
    responses=REFUSED,
)
async def tags_booked(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    session_id: FromPath[str],
    data: TagBookingAsked,
    idempotency_key: IdempotencyKey,
) -> TagSessionTold:
    """Once: a receipt is received, a count gets its figures, and the parcels of a pick-up are scanned onto it."""
    wanted = from_text(TAG_SESSION, session_id)

    async def command(tx: Tx) -> TagSessionTold:
        require_hand_over(principal, (await session_seen(tx, principal, session_id)).purpose)
        await book_tags(
            tx,
            wanted,
            lots=[LotOf(one.sku, one.lot, one.expires_on) for one in data.lots],
            expected=data.expected,
            again=data.again,
            within=principal.location_ids,
            now=now,
        )
        return await _told(tx, await session_seen(tx, principal, session_id))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@post("/carton-notices/{sscc:str}", summary="Tell what a carton holds", opt=WRITE, responses=REFUSED)
async def carton_told(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    sscc: FromPath[str],
    data: CartonNoticeAsked,
    idempotency_key: IdempotencyKey,
) -> CartonNoticeTold:
    """Its goods are received when its tag is read into a receipt. Told again, the later word counts."""

    async def command(tx: Tx) -> CartonNoticeTold:
        goods = [Goods(one.sku, one.quantity, one.lot, one.expires_on) for one in data.goods]
        digits, _ = await told_of_carton(tx, sscc, goods, now=now)
        return CartonNoticeTold(sscc=digits, units=sum(one.quantity for one in goods), lines=len(goods))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


handlers = [
    Router(
        "/api/v1",
        route_handlers=[tag_session_opened, tag_session_read, tags_heard, tags_booked, carton_told],
        tags=["stock"],
    )
]
