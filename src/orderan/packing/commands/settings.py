"""Say what is asked of a parcel, and which cartons the shop packs in."""

from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.packing import store, views
from orderan.packing.errors import CartonNotFound, CartonTwice, CartonUnusable, PackingPolicyUnusable
from orderan.packing.models import Carton, PackingPolicy

LONGEST_CODE: Final = 40
MOST_MM: Final = 5_000
MOST_G: Final = 1_000_000
MOST_MINOR: Final = 100_000_000


async def set_packing_policy(tx: Tx, policy: PackingPolicy, *, now: datetime) -> None:
    """Say what is asked of a parcel, from the next one on.

    Raises:
        PackingPolicyUnusable: A tolerance below nothing, above 10 kg or above half.
    """
    for name, most in (("tolerance_g", 10_000), ("tolerance_bp", 5_000)):
        if not 0 <= getattr(policy, name) <= most:
            raise PackingPolicyUnusable(name)
    before = await views.packing_policy(tx)
    await store.put_policy(tx, policy)
    if before != policy:
        trace = Trace("packing.policy", "shop", str(tx.shop_id), before=asdict(before), after=asdict(policy))
        await leave(tx, trace, now=now)


async def add_carton(tx: Tx, carton: Carton, *, now: datetime) -> None:
    """The shop packs in another carton.

    Raises:
        CartonUnusable: Without a code, a measure or anything it carries.
        CartonTwice: There is one of this code.
    """
    if not 0 < len(carton.code.strip()) <= LONGEST_CODE:
        raise CartonUnusable("code")
    for name in ("length_mm", "width_mm", "height_mm"):
        if not 0 < getattr(carton, name) <= MOST_MM:
            raise CartonUnusable(name)
    if not 0 < carton.carries_g <= MOST_G:
        raise CartonUnusable("carries_g")
    if not 0 <= carton.weight_g <= MOST_G:
        raise CartonUnusable("weight_g")
    if not 0 <= carton.cost_minor <= MOST_MINOR:
        raise CartonUnusable("cost_minor")
    if not await store.insert_carton(tx, carton):
        raise CartonTwice(carton.code)
    plain = {name: value for name, value in asdict(carton).items() if name not in {"id", "active"}}
    await leave(tx, Trace("carton.add", "carton", str(carton.id), after=plain), now=now)


async def use_carton(tx: Tx, carton_id: UUID, *, active: bool, now: datetime) -> None:
    """Pack in a carton, or not any more; what was packed in it stays so.

    Raises:
        CartonNotFound: The shop has none of this id.
    """
    if carton_id not in {one.id for one in await views.cartons(tx)}:
        raise CartonNotFound(str(carton_id))
    if await store.set_carton_active(tx, carton_id, active=active):
        trace = Trace(
            "carton.use", "carton", str(carton_id), before={"active": not active}, after={"active": active}
        )
        await leave(tx, trace, now=now)
