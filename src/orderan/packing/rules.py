"""What a scan at the table is, what a parcel should weigh, and what keeps a packing from being closed. Pure."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from orderan.catalog import gtin_key, scanned_gtin
from orderan.kit.errors import Refusal
from orderan.marks import Mark, MarkKind, read_mark
from orderan.packing.models import (
    Carton,
    Goods,
    PackedParcel,
    PackedUnit,
    PackingPolicy,
    Scanned,
    ScanOutcome,
    UnitKey,
)


def understand(
    sent: str,
    goods: Sequence[Goods],
    inside: Sequence[PackedUnit],
    *,
    serials: Collection[tuple[UUID, str]] = (),
    today: date,
) -> Scanned:
    """What a scan is of an order: a GTIN, a SKU, or a symbol of GS1 with batch, serial number, date and count.

    Args:
        goods: What belongs in.
        inside: What is in already.
        serials: Of units that are in, by sku.
    """
    text = sent.strip()
    meant = [one for one in goods if one.sku.casefold() == text.casefold()]
    mark = None
    if not meant:
        try:
            mark = read_mark(sent, today=today)
        except Refusal:
            return Scanned(ScanOutcome.UNREADABLE, text)
        gtin = scanned_gtin(mark.gtin or mark.text)
        meant = [one for one in goods if gtin and one.gtin and gtin_key(one.gtin) == gtin]
    if not meant:
        return Scanned(ScanOutcome.WRONG, text)
    if mark is None or mark.kind in {MarkKind.GTIN, MarkKind.TEXT}:
        return _placed(text, meant, inside)
    return _by_mark(text, mark, meant, inside, serials=serials, today=today)


def _by_mark(
    text: str,
    mark: Mark,
    meant: Sequence[Goods],
    inside: Sequence[PackedUnit],
    *,
    serials: Collection[tuple[UUID, str]],
    today: date,
) -> Scanned:
    if mark.expires_on is not None and mark.expires_on < today:
        return Scanned(ScanOutcome.EXPIRED, text, meant[0])
    lots = [one for one in meant if mark.batch is None or one.lot in {None, mark.batch}]
    if not lots:
        return Scanned(ScanOutcome.OTHER_LOT, text, meant[0])
    serial = mark.serial or ""
    if serial and (lots[0].sku_id, serial) in serials:
        return Scanned(ScanOutcome.DOUBLED, text, lots[0], serial)
    return _placed(text, lots, inside, serial=serial, quantity=1 if serial else mark.count or 1)


def _placed(
    text: str, meant: Sequence[Goods], inside: Sequence[PackedUnit], *, serial: str = "", quantity: int = 1
) -> Scanned:
    packed = packed_of(inside)
    for one in meant:
        if one.quantity - packed.get(one.key, 0) >= quantity:
            return Scanned(ScanOutcome.RIGHT, text, one, serial, quantity)
    return Scanned(ScanOutcome.EXTRA, text, meant[0], serial, quantity)


def packed_of(inside: Sequence[PackedUnit]) -> dict[UnitKey, int]:
    """Units that are in, over all parcels."""
    sums: dict[UnitKey, int] = defaultdict(int)
    for unit in inside:
        sums[unit.key] += unit.quantity
    return dict(sums)


def missing(goods: Sequence[Goods], inside: Sequence[PackedUnit]) -> list[tuple[Goods, int]]:
    """What still belongs in: (goods, units)."""
    packed = packed_of(inside)
    return [(one, left) for one in goods if (left := one.quantity - packed.get(one.key, 0)) > 0]


def surplus(goods: Sequence[Goods], inside: Sequence[PackedUnit]) -> dict[UnitKey, int]:
    """What is in and belongs in no more, after units of the order were cancelled."""
    wanted = {one.key: one.quantity for one in goods}
    return {
        key: units - wanted.get(key, 0)
        for key, units in packed_of(inside).items()
        if units > wanted.get(key, 0)
    }


def expected_g(units: Sequence[PackedUnit], goods: Sequence[Goods], carton: Carton | None) -> int | None:
    """What a parcel should weigh; None where a unit's weight is not known, or nothing is in."""
    weights = {one.key: one.weight_g for one in goods}
    if not units or any(not weights.get(unit.key) for unit in units):
        return None
    own = carton.weight_g if carton else 0
    return own + sum(weights[unit.key] * unit.quantity for unit in units)


def allowed_off_g(expected: int, policy: PackingPolicy) -> int:
    """So many grams more or less are right."""
    return max(policy.tolerance_g, -(-expected * policy.tolerance_bp // 10_000))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps a packing from being closed.

    Attributes:
        code: `units_missing`, `units_surplus`, `parcel_empty`, `not_weighed`, `weight_off`, `no_photo`.
        parcel_no: 0 where it is of no one parcel.
        units: How many.
        expected_g, weight_g: Of `weight_off`.
    """

    code: str
    parcel_no: int = 0
    sku: str = ""
    title: str = ""
    units: int = 0
    expected_g: int = 0
    weight_g: int = 0

    @property
    def overridable(self) -> bool:
        """Whether a person may close it all the same: what is too much has to come out, and nothing is no parcel."""
        return self.code not in {"units_surplus", "parcel_empty"}

    def plain(self) -> dict[str, Any]:
        """Only what is told: empty parts are left out."""
        told = {
            "code": self.code,
            "parcel": self.parcel_no,
            "sku": self.sku,
            "units": self.units,
            "expected_g": self.expected_g,
            "weight_g": self.weight_g,
        }
        return {name: value for name, value in told.items() if value}


def obstacles(
    goods: Sequence[Goods],
    parcels: Sequence[PackedParcel],
    inside: Sequence[PackedUnit],
    cartons: Mapping[UUID, Carton],
    policy: PackingPolicy,
) -> tuple[Obstacle, ...]:
    """Everything that keeps a packing from being closed; none if it can be.

    A weight that was read is held to what the goods weigh even where the shop does not ask for one.
    """
    names = {one.key: one for one in goods}
    found = [
        Obstacle("units_missing", sku=one.sku, title=one.title, units=left)
        for one, left in missing(goods, inside)
    ]
    for key, units in surplus(goods, inside).items():
        one = names.get(key)
        found.append(
            Obstacle("units_surplus", sku=one.sku if one else "", title=one.title if one else "", units=units)
        )
    for parcel in parcels:
        units_in = [unit for unit in inside if unit.parcel_no == parcel.no]
        if not units_in and (len(parcels) > 1 or not goods):
            found.append(Obstacle("parcel_empty", parcel.no))
            continue
        should = expected_g(units_in, goods, cartons.get(parcel.carton_id) if parcel.carton_id else None)
        if parcel.weight_g is None:
            found += [Obstacle("not_weighed", parcel.no)] if policy.weigh else []
        elif should is not None and abs(parcel.weight_g - should) > allowed_off_g(should, policy):
            found.append(Obstacle("weight_off", parcel.no, expected_g=should, weight_g=parcel.weight_g))
        if policy.photo and not parcel.has_photo:
            found.append(Obstacle("no_photo", parcel.no))
    return tuple(found)
