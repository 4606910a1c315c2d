"""Add, change, archive and restore skus; say what a bundle is made of.

A sku is a bundle or it is not, from the day it is made: a part may not be a bundle and can never
become one, so bundles cannot go in circles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from psycopg.errors import UniqueViolation

from orderan.catalog import rules, store
from orderan.catalog.errors import (
    EntryRefused,
    Fault,
    PartArchived,
    ProductNotFound,
    SkuNotFound,
    StillInBundles,
    Wrong,
)
from orderan.catalog.fields import changed, described, differing, made, weighed
from orderan.catalog.models import (
    PRODUCT_PREFIX,
    SKU_PREFIX,
    BundlePart,
    CatalogState,
    Sku,
    SkuFields,
)
from orderan.catalog.planning import wrong_parts
from orderan.catalog.views_products import bundle_parts, bundles_with, list_skus, skus_by_code, skus_of
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import to_text


async def add_skus(tx: Tx, product_id: UUID, added: Sequence[SkuFields], *, now: datetime) -> list[Sku]:
    """Add variants or bundles to a product.

    Raises:
        ProductNotFound
        EntryRefused: Names every wrong field, codes and GTINs that are taken among them.
    """
    if await store.lock_product(tx, product_id) is None:
        raise ProductNotFound(to_text(PRODUCT_PREFIX, product_id))
    siblings = await skus_of(tx, product_id)
    wrong = [one for fields in added for one in rules.check_sku(fields)]
    wrong += _same_options([*siblings], added)
    parts, part_wrong, found = await _resolve(tx, {fields.code: fields.parts for fields in added})
    if wrong := [*wrong, *part_wrong]:
        raise EntryRefused(tuple(wrong))
    skus = [made(tx.shop_id, product_id, weighed(fields, found), now) for fields in added]
    await _unless_taken(tx, skus, insert=True)
    bundles = {sku.id: parts[sku.code] for sku in skus if sku.is_bundle}
    await store.set_all_parts(tx, bundles)
    traces = [
        Trace("sku.add", "sku", to_text(SKU_PREFIX, sku.id), after=described(sku, fields.parts))
        for sku, fields in zip(skus, added, strict=True)
    ]
    await leave(tx, *traces, now=now)
    return skus


async def change_sku(tx: Tx, sku_id: UUID, fields: SkuFields, *, now: datetime) -> Sku:
    """Say other things of a sku, and what it is made of if it is a bundle.

    Orders that were placed keep their words, and stock that is promised stays promised.

    Raises:
        SkuNotFound
        EntryRefused: Names every wrong field; nothing is changed.
    """
    before = await _locked(tx, sku_id)
    wrong = rules.check_sku(fields)
    if fields.is_bundle != before.is_bundle:
        wrong.append(Wrong("is_bundle", Fault.BUNDLE_FIXED))
    siblings = [sku for sku in await skus_of(tx, before.product_id) if sku.id != sku_id]
    wrong += _same_options(siblings, [fields])
    parts, part_wrong, found = await _resolve(tx, {fields.code: fields.parts})
    if wrong := [*wrong, *part_wrong]:
        raise EntryRefused(tuple(wrong))
    after = changed(before, weighed(fields, found))
    old_parts = {part.code: part.quantity for part in await bundle_parts(tx, [sku_id])}
    if after != before:
        await _unless_taken(tx, [after], insert=False)
    if old_parts != dict(fields.parts):
        await store.set_all_parts(tx, {sku_id: parts[fields.code]})
    old, new = differing(described(before, old_parts), described(after, fields.parts))
    if new:
        await leave(tx, Trace("sku.change", "sku", to_text(SKU_PREFIX, sku_id), old, new), now=now)
    return after


async def set_sku_state(tx: Tx, sku_id: UUID, state: CatalogState, *, now: datetime) -> Sku:
    """Archive a sku, so that it is sold no more, or restore it.

    Raises:
        SkuNotFound
        StillInBundles: It is a part of bundles on sale; they would become unsellable in silence.
        PartArchived: It is a bundle, and one of its parts is archived.
    """
    before = await _locked(tx, sku_id)
    if state is CatalogState.ARCHIVED:
        bundles = (await bundles_with(tx, [sku_id])).get(sku_id, [])
        if bundles:
            raise StillInBundles(before.code, tuple(bundles))
    else:
        archived = [
            part.code for part in await bundle_parts(tx, [sku_id]) if part.state == CatalogState.ARCHIVED
        ]
        if archived:
            raise PartArchived(before.code, tuple(archived))
    after = replace(before, state=str(state))
    if after != before:
        await store.update_skus(tx, [after])
        action = "sku.restore" if state is CatalogState.ACTIVE else "sku.archive"
        trace = Trace(
            action, "sku", to_text(SKU_PREFIX, sku_id), {"state": before.state}, {"state": after.state}
        )
        await leave(tx, trace, now=now)
    return after


async def _locked(tx: Tx, sku_id: UUID) -> Sku:
    found = await store.lock_skus(tx, [sku_id])
    if sku_id not in found:
        raise SkuNotFound(to_text(SKU_PREFIX, sku_id))
    return found[sku_id]


def _same_options(siblings: Sequence[Sku], added: Sequence[SkuFields]) -> list[Wrong]:
    """Two variants of one product that nobody could tell apart by their options."""
    taken = {_option_key(sku.options): sku.code for sku in siblings if sku.options}
    wrong = []
    for fields in added:
        if not fields.options:
            continue
        key = _option_key(fields.options)
        if key in taken:
            wrong.append(Wrong("options", Fault.SAME_OPTIONS, rules.write_pairs(fields.options), taken[key]))
        taken.setdefault(key, fields.code)
    return wrong


def _option_key(options: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset((key.casefold(), value.casefold()) for key, value in options.items())


async def _resolve(
    tx: Tx, wanted: Mapping[str, Mapping[str, int]]
) -> tuple[dict[str, list[BundlePart]], list[Wrong], dict[str, Sku]]:
    """Parts by the code of their bundle, what is wrong with them, and their skus by code, locked."""
    codes = dict.fromkeys((code for parts in wanted.values() for code in parts), 1)
    found = await skus_by_code(tx, codes) if codes else {}
    await store.lock_skus(tx, [sku.id for sku in found.values()])
    resolved = {
        bundle: [BundlePart(found[code].id, units) for code, units in parts.items() if code in found]
        for bundle, parts in wanted.items()
    }
    return resolved, wrong_parts(codes, found), found


async def _unless_taken(tx: Tx, skus: Sequence[Sku], *, insert: bool) -> None:
    """Write skus; a code or GTIN that another sku has is told with that sku.

    The unique index decides, so two people at once cannot both have it.
    """
    try:
        async with tx.savepoint():
            await (store.insert_skus(tx, skus) if insert else store.update_skus(tx, skus))
    except UniqueViolation as fault:
        raise EntryRefused(tuple(await _taken(tx, skus, fault.diag.constraint_name))) from fault


async def _taken(tx: Tx, skus: Sequence[Sku], constraint: str | None) -> list[Wrong]:
    ours = {sku.id for sku in skus}
    if constraint == "sku_gtin_once":
        wrong = []
        for sku in skus:
            holders = await list_skus(tx, gtin=sku.gtin, limit=2) if sku.gtin else []
            others = [other.code for other, _ in holders if other.id not in ours]
            wrong += [Wrong("gtin", Fault.TAKEN, sku.gtin or "", code) for code in others]
        return wrong or [Wrong("gtin", Fault.TAKEN, skus[0].gtin or "", skus[0].code)]
    found = await skus_by_code(tx, [sku.code for sku in skus])
    return [Wrong("sku", Fault.TAKEN, code, code) for code, sku in found.items() if sku.id not in ours] or [
        Wrong("sku", Fault.TAKEN, skus[0].code, skus[0].code)
    ]
