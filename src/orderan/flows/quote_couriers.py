"""What bringing something to an address would cost, before anything is ordered."""

from uuid import UUID

from orderan.couriers import Place
from orderan.customers import postcode_of
from orderan.flows.courier_rates import RateQuery
from orderan.flows.shipments import area_of, place_of
from orderan.inventory import UnknownLocation
from orderan.kit.db import Tx
from orderan.shipping import SenderMissing, senders

NOBODY = "Pembeli"
"""Stands for a buyer nobody knows yet; couriers want some name."""


async def rate_query(
    tx: Tx,
    location_id: UUID | None,
    *,
    village_code: str | None,
    postcode: str,
    weight_g: int,
    value_minor: int,
    cod_minor: int,
    insured: bool,
) -> RateQuery:
    """A question about a parcel that goes to a village, or to a postcode.

    Args:
        location_id: From where; None is the first location that has a sender.

    Raises:
        UnknownLocation: The shop has none of this id.
        SenderMissing: Nobody said who sends from there.
    """
    row = await tx.maybe(
        """
        SELECT location.id, location.name, location.address, location.village_code
        FROM location
        LEFT JOIN parcel_sender ON parcel_sender.shop_id = location.shop_id AND parcel_sender.location_id = location.id
        WHERE location.shop_id = %(shop)s AND location.kind IN ('warehouse', 'store')
          AND (location.id = %(id)s OR (%(id)s::uuid IS NULL AND location.active))
        ORDER BY parcel_sender.location_id IS NULL, location.rank, location.id
        LIMIT 1
        """,
        {"shop": tx.shop_id, "id": location_id},
    )
    if row is None:
        raise UnknownLocation("")
    sender = (await senders(tx, [row.id])).get(row.id)
    if sender is None or row.village_code is None:
        raise SenderMissing(row.name)
    code = postcode or (await postcode_of(tx, village_code) if village_code else None) or ""
    origin = place_of(sender.name, sender.phone, row.address or row.name, row.village_code, sender.postcode)
    return RateQuery(
        origin,
        _buyer(sender.phone, village_code, code),
        area_of(row.village_code, sender.postcode),
        area_of(village_code, code),
        village_code,
        weight_g,
        value_minor,
        cod_minor,
        insured,
        row.village_code,
    )


def _buyer(phone: str, village_code: str | None, postcode: str) -> Place:
    return place_of(NOBODY, phone, "", village_code, postcode)
