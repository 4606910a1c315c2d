"""What every step of a run has at hand, looked up once per process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.importing.errors import ChannelNotForImport
from orderan.importing.mapping import Mapping
from orderan.importing.store import orders as store
from orderan.inventory import Location, LocationKind, add_location
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.shops import Channel, ChannelKind, Shop, add_channel, list_channels


@dataclass(frozen=True, slots=True)
class Desk:
    """Shop, channel, mapping, and the two accounts historic goods went between."""

    shop: Shop
    channel: Channel
    mapping: Mapping
    supplier: UUID
    customer: UUID

    @property
    def note(self) -> str:
        """What stands on everything an import writes."""
        return f"import {self.mapping.name}"

    def reference(self, customer: str) -> str:
        """A customer's reference in the shop: the file's own, under the account it came through."""
        return f"{self.channel.code}:{customer}"


async def open_desk(tx: Tx, shop: Shop, mapping: Mapping, *, channel: str | None, now: datetime) -> Desk:
    """Find, or make, the channel account and the two stock accounts of an import.

    Args:
        channel: Code of the channel account; default the name of the mapping. Two files of one
            shop system belong to one account: their invoice numbers mean the same invoices.

    Raises:
        ChannelNotForImport: A channel of this code exists and takes orders of today.
    """
    code = channel or mapping.name
    known = {found.code: found for found in await list_channels(tx)}
    chosen = known.get(code)
    if chosen is None:
        chosen = await add_channel(tx, code=code, name=code, kind=ChannelKind.IMPORT, now=now)
    elif chosen.kind is not ChannelKind.IMPORT:
        raise ChannelNotForImport(code)
    supplier = await _account(tx, shop, LocationKind.SUPPLIER, now=now)
    customer = await _account(tx, shop, LocationKind.CUSTOMER, now=now)
    return Desk(shop, chosen, mapping, supplier, customer)


async def _account(tx: Tx, shop: Shop, kind: LocationKind, *, now: datetime) -> UUID:
    found = await store.account(tx, kind)
    if found is not None:
        return found
    made = Location(
        shop_id=tx.shop_id,
        id=new_id(),
        code=kind.upper(),
        name=kind.capitalize(),
        kind=kind,
        village_code=None,
        address="",
        time_zone=shop.time_zone,
        sells=False,
        rank=0,
        active=True,
    )
    await add_location(tx, made, now=now)
    return made.id
