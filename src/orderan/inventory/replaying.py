"""The choice of a place as it is kept, and made again from what was kept.

inputs    village_code, only_at where it was given
          wants   [line, sku, units]
          places  [location, rank, village], in the order they were tried
          lots    [place, sku, free, lot, expiry, owner]: the first two count into places and the
                  skus of wants, and what is nothing special is left off at the end
outcome   locations, and units [line, lot, units] counting into lots

Places are those that had something of what was wanted, down to the last that mattered and some
more; lots are as many as cover what was wanted.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from orderan.inventory.models import Claim, Demand, Lots, StockKey, StockRow, Taken, Want
from orderan.inventory.rules import SOURCING_RULE, Pool
from orderan.kit.decisions import Decision, Replayed
from orderan.kit.ids import NIL

SOURCING = "sourcing"


def sourced(demand: Demand, taken: Taken) -> Decision:
    """The decision of where a demand was met from, to be kept."""
    return Decision(
        subject_id=demand.holder_id,
        kind=SOURCING,
        rule=SOURCING_RULE,
        inputs=_inputs(demand, taken),
        outcome=_outcome(taken.claims, [lots.key for lots in taken.weighed.lots]),
        reasons=taken.reasons,
    )


def resource(inputs: Mapping[str, Any]) -> Replayed | None:
    """What today's rule chooses from the inputs of a choice, None where too little of them was kept."""
    if "lots" not in inputs:
        return None
    wants = [Want(line_no, UUID(sku), units) for line_no, sku, units in inputs["wants"]]
    skus = list(dict.fromkeys(want.sku_id for want in wants))
    places = [(UUID(location), rank, village) for location, rank, village in inputs["places"]]
    rows = [_row(places, skus, *kept) for kept in inputs["lots"]]
    keys = [row.key for row in rows]
    only_at = inputs.get("only_at")
    demand = Demand(NIL, wants, inputs["village_code"], only_at=UUID(only_at) if only_at else None)
    taken = Pool(rows).take(demand)
    if not isinstance(taken, Taken):
        return Replayed(SOURCING_RULE, _outcome((), keys), ("short",))
    return Replayed(SOURCING_RULE, _outcome(taken.claims, keys), taken.reasons)


def _inputs(demand: Demand, taken: Taken) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "village_code": demand.village_code,
        "wants": [[want.line_no, want.sku_id, want.quantity] for want in demand.wants],
        "places": taken.weighed.places,
        "lots": [_kept(lots) for lots in taken.weighed.lots],
    }
    return inputs if demand.only_at is None else inputs | {"only_at": demand.only_at}


def _kept(lots: Lots) -> list[Any]:
    key = lots.key
    kept = [
        lots.place,
        lots.sku,
        lots.free,
        None if key.lot_id == NIL else key.lot_id,
        lots.expires_on,
        None if key.owner_id == NIL else key.owner_id,
    ]
    while kept[-1] is None:
        kept.pop()
    return kept


def _row(
    places: Sequence[tuple[UUID, int, str | None]],
    skus: Sequence[UUID],
    place: int,
    sku: int,
    free: int,
    lot: str | None = None,
    expires_on: str | None = None,
    owner: str | None = None,
) -> StockRow:
    location, rank, village = places[place]
    return StockRow(
        key=StockKey(skus[sku], location, UUID(owner) if owner else NIL, UUID(lot) if lot else NIL),
        free=free,
        expires_on=date.fromisoformat(expires_on) if expires_on else None,
        rank=rank,
        village_code=village,
        safety=0,
    )


def _outcome(claims: Sequence[Claim], keys: Sequence[StockKey]) -> dict[str, Any]:
    # A claim carries the key of the row it was taken from, the very object; hashing four ids costs more.
    at = {id(key): index for index, key in enumerate(keys)}
    return {
        "locations": sorted({str(claim.key.location_id) for claim in claims}),
        "units": [[claim.line_no, at[id(claim.key)], claim.quantity] for claim in claims],
    }
