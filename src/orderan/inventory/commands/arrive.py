"""Goods arrive as people name them: a sku, a lot code with an expiry, a quantity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.inventory import place_store, views
from orderan.inventory.commands.receive import Receipt, receive_stock
from orderan.inventory.errors import LotExpiryDiffers, LotNeeded, UnknownSku
from orderan.inventory.models import Lot
from orderan.kit.db import Tx
from orderan.kit.ids import NIL, new_id


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of a sku by code or barcode; lot_code None is goods without lots."""

    sku: str
    quantity: int
    lot_code: str | None = None
    expires_on: date | None = None
    owner_id: UUID = NIL


async def receive_goods(
    tx: Tx,
    goods: Sequence[Goods],
    *,
    location_id: UUID,
    expected: bool = False,
    cause_id: UUID | None = None,
    now: datetime,
) -> list[Receipt]:
    """Book goods in at a location, making lots that are not known yet; all or nothing.

    Raises:
        UnknownSku: Names every sku that is not there or holds no stock.
        LotNeeded: Names every sku that is kept by lot and came without one.
        LotExpiryDiffers: A lot is known with another expiry.
        UnknownLocation: The place holds no counted stock.
    """
    known = await views.stocked_skus(tx, {one.sku for one in goods})
    if missing := tuple(dict.fromkeys(one.sku for one in goods if one.sku not in known)):
        raise UnknownSku(missing)
    bare = [one.sku for one in goods if known[one.sku].lot_tracked and not one.lot_code]
    if bare:
        raise LotNeeded(tuple(dict.fromkeys(bare)))
    lots = await find_or_make_lots(
        tx,
        [(known[one.sku].id, one.lot_code, one.expires_on) for one in goods if one.lot_code],
        now=now,
    )
    receipts = [
        Receipt(
            sku_id=known[one.sku].id,
            location_id=location_id,
            quantity=one.quantity,
            owner_id=one.owner_id,
            lot_id=lots[known[one.sku].id, one.lot_code].id if one.lot_code else NIL,
        )
        for one in goods
    ]
    await receive_stock(tx, receipts, expected=expected, cause_id=cause_id, now=now)
    return receipts


async def find_or_make_lots(
    tx: Tx, wanted: Sequence[tuple[UUID, str, date | None]], *, now: datetime
) -> dict[tuple[UUID, str], Lot]:
    """Lots by (sku, code); those not known are made with the expiry given.

    An expiry of None asks for the lot whatever its expiry is.

    Raises:
        LotExpiryDiffers: A lot is known, or named twice, with another expiry.
    """
    if not wanted:
        return {}
    expiries: dict[tuple[UUID, str], date | None] = {}
    for sku_id, code, expires_on in wanted:
        if expiries.get((sku_id, code)) not in (None, expires_on) and expires_on:
            raise LotExpiryDiffers(code, str(expiries[sku_id, code]))
        expiries[sku_id, code] = expires_on or expiries.get((sku_id, code))
    made = [Lot(new_id(), sku_id, code, expires_on) for (sku_id, code), expires_on in expiries.items()]
    await place_store.insert_lots(tx, made, now=now)
    lots = await views.lots_by_code(tx, list(expiries))
    for key, expires_on in expiries.items():
        if expires_on and lots[key].expires_on != expires_on:
            there = lots[key].expires_on
            raise LotExpiryDiffers(key[1], there.isoformat() if there else None)
    return lots
