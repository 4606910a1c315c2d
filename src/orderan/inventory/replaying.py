"""The choice of places as it is kept, and made again from what was kept.

inputs    village_code, only_at where it was given
          wants   [line, sku, units]
          places  [location, rank, village, cost of an order, full], in the order of their cost
          lots    [place, sku, free, lot, expiry, owner]: the first two count into places and the
                  skus of wants
          rules   what was followed, where it is not what a shop begins with; value where it counts
outcome   locations, and units [line, lot, units] counting into lots

Places are those that had something of what was wanted, down to the last that mattered and some
more; lots are as many as cover what was wanted. What is nothing special is left off at the end of a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from orderan.inventory.models import Candidate, Claim, Demand, Lots, StockKey, StockRow, Taken, Want
from orderan.inventory.rules import SOURCING_RULE, Pool
from orderan.kit.decisions import Decision, Replayed
from orderan.kit.ids import NIL
from orderan.sourcing import FIRST_RULES, PlaceRule, SourcingRules

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


def resource(inputs: Mapping[str, Any], rules: SourcingRules | None = None) -> Replayed | None:
    """What is chosen from the inputs of a choice, None where too little of them was kept.

    Args:
        rules: What is followed today; None is what was followed then. Only places that were kept are chosen from.
    """
    if "lots" not in inputs:
        return None
    demand, pool, keys = recall(inputs, rules)
    taken = pool.take(demand)
    if not isinstance(taken, Taken):
        return Replayed(SOURCING_RULE, _outcome((), keys), ("short",))
    return Replayed(SOURCING_RULE, _outcome(taken.claims, keys), taken.reasons)


def recall(
    inputs: Mapping[str, Any], rules: SourcingRules | None = None
) -> tuple[Demand, Pool, list[StockKey]]:
    """A demand and what there was for it, from what was kept, and the keys of the rows in their order."""
    wants = [Want(line_no, UUID(sku), units) for line_no, sku, units in inputs["wants"]]
    skus = list(dict.fromkeys(want.sku_id for want in wants))
    places = [Candidate(UUID(location), *rest) for location, *rest in inputs["places"]]
    rows = [_row(places, skus, *kept) for kept in inputs["lots"]]
    only_at = inputs.get("only_at")
    demand = Demand(
        NIL,
        wants,
        inputs["village_code"],
        only_at=UUID(only_at) if only_at else None,
        value_minor=inputs.get("value", 0),
    )
    followed = _as_they_were(inputs.get("rules"), places) if rules is None else rules
    full = {
        place.location_id: followed.place(place.location_id).orders_a_day or 0
        for place in places
        if place.full
    }
    return demand, Pool(rows, followed, full), [row.key for row in rows]


def _as_they_were(kept: Mapping[str, Any] | None, places: Sequence[Candidate]) -> SourcingRules:
    rules = SourcingRules(**(dict(kept) | {"way_minor": tuple(kept["way_minor"])})) if kept else FIRST_RULES
    special = {
        place.location_id: PlaceRule(place.order_minor, 0 if place.full else None)
        for place in places
        if place.order_minor or place.full
    }
    return replace(rules, places=special)


def _inputs(demand: Demand, taken: Taken) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "village_code": demand.village_code,
        "wants": [[want.line_no, want.sku_id, want.quantity] for want in demand.wants],
        "places": [_trimmed(place, (None, None, None, 0, False)) for place in taken.weighed.places],
        "lots": [_kept(lots) for lots in taken.weighed.lots],
    }
    if demand.only_at is not None:
        inputs["only_at"] = demand.only_at
    rules = replace(taken.weighed.rules, places={})
    if rules != FIRST_RULES:
        inputs["rules"] = {
            "way_minor": rules.way_minor,
            "split_minor": rules.split_minor,
            "whole_below_minor": rules.whole_below_minor,
            "owners_first": rules.owners_first,
        }
        if demand.value_minor:
            inputs["value"] = demand.value_minor
    return inputs


def _trimmed(row: Sequence[Any], nothing_special: Sequence[Any]) -> list[Any]:
    kept = list(row)
    while len(kept) > 3 and kept[-1] == nothing_special[len(kept) - 1]:
        kept.pop()
    return kept


def _kept(lots: Lots) -> list[Any]:
    key = lots.key
    return _trimmed(
        [
            lots.place,
            lots.sku,
            lots.free,
            None if key.lot_id == NIL else key.lot_id,
            lots.expires_on,
            None if key.owner_id == NIL else key.owner_id,
        ],
        (None,) * 6,
    )


def _row(
    places: Sequence[Candidate],
    skus: Sequence[UUID],
    place: int,
    sku: int,
    free: int,
    lot: str | None = None,
    expires_on: str | None = None,
    owner: str | None = None,
) -> StockRow:
    location, rank, village, *_ = places[place]
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
