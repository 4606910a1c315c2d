"""Say which skus may stand in for one that is missing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.catalog import store
from orderan.catalog.errors import EntryRefused, Fault, SkuNotFound, Wrong
from orderan.catalog.models import SKU_PREFIX, Sku
from orderan.catalog.views_products import skus_by_code, substitutes_of
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import to_text

MOST_SUBSTITUTES: Final = 20


async def set_substitutes(tx: Tx, sku_id: UUID, codes: Sequence[str], *, now: datetime) -> list[Sku]:
    """Replace what may stand in for a sku; returns it, the best first.

    A code that is named twice counts where it stands first.

    Raises:
        SkuNotFound
        EntryRefused: Names every code that cannot be; nothing is changed.
    """
    locked = await store.lock_skus(tx, [sku_id])
    if sku_id not in locked:
        raise SkuNotFound(to_text(SKU_PREFIX, sku_id))
    sku = locked[sku_id]
    wanted = list(dict.fromkeys(codes))
    found = await skus_by_code(tx, wanted)
    wrong = [one for code in wanted if (one := _wrong(sku, code, found.get(code)))]
    if len(wanted) > MOST_SUBSTITUTES:
        wrong.append(Wrong("substitutes", Fault.OUT_OF_RANGE, str(len(wanted)), f"0–{MOST_SUBSTITUTES}"))
    if wanted and not sku.is_stocked:
        wrong.append(Wrong("substitutes", Fault.SUBSTITUTE_UNSTOCKED, sku.code))
    if wrong:
        raise EntryRefused(tuple(wrong))
    before = [one.code for one in (await substitutes_of(tx, [sku_id])).get(sku_id, ())]
    if before != wanted:
        await store.set_substitutes(tx, sku_id, [found[code].id for code in wanted])
        trace = Trace(
            "sku.change",
            "sku",
            to_text(SKU_PREFIX, sku_id),
            {"substitutes": before},
            {"substitutes": wanted},
        )
        await leave(tx, trace, now=now)
    return [found[code] for code in wanted]


def _wrong(sku: Sku, code: str, found: Sku | None) -> Wrong | None:
    if found is None:
        return Wrong("substitutes", Fault.PART_UNKNOWN, code)
    if found.id == sku.id:
        return Wrong("substitutes", Fault.SUBSTITUTE_ITSELF, code)
    if not found.is_stocked:
        return Wrong("substitutes", Fault.SUBSTITUTE_UNSTOCKED, code)
    return None
