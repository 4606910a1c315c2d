"""Bring a sheet in, in two steps: check it, then apply what is good.

check    the sheet is kept as it came, judged row by row, and nothing is changed
apply    it is judged anew against the catalogue of that moment; good rows are written, all in one
         transaction and a few statements; refused ones stay with the import, to be downloaded,
         repaired and brought in again

A row says what a sku is, not what to do, so bringing the same sheet in twice changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.catalog import store, store_imports
from orderan.catalog.commands.prices import replace_carved
from orderan.catalog.errors import ImportApplied, UnknownColumns
from orderan.catalog.fields import described, described_product, differing
from orderan.catalog.models import PRODUCT_PREFIX, SKU_PREFIX, PriceList, Sku
from orderan.catalog.planning import Plan, Planner, Standing, wrong_price_columns
from orderan.catalog.sheet import Sheet, read_sheet, write_refused
from orderan.catalog.store_imports import Import
from orderan.catalog.views_sheet import lists_by_column, standing_for
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text

GENERAL_CODE = "umum"


async def check_sheet(tx: Tx, file_name: str, content: bytes, *, currency: str, now: datetime) -> Import:
    """Judge a sheet and keep it; nothing of the catalogue is changed.

    Raises:
        SheetUnreadable, UnknownColumns, ColumnsMissing: The file as a whole cannot be used.
    """
    sheet = read_sheet(content)
    plan, _, _ = await _judge(tx, sheet, currency=currency, now=now)
    made = Import(
        id=new_id(),
        file_name=file_name[:200],
        state="checked",
        counts=plan.counts,
        problems=problems(sheet, plan),
        created_by=tx.actor,
        created_at=now,
        applied_at=None,
    )
    await store_imports.insert_import(tx, made, content)
    return made


async def apply_sheet(tx: Tx, import_id: UUID, *, currency: str, now: datetime) -> Import:
    """Write the good rows of a checked sheet; refused rows stay with it.

    Raises:
        ImportNotFound
        ImportApplied: It was applied before.
    """
    found, content = await store_imports.lock_import(tx, import_id)
    if found.state == "applied":
        raise ImportApplied
    sheet = read_sheet(content)
    plan, standing, new_list = await _judge(tx, sheet, currency=currency, now=now)
    if new_list is not None and plan.prices:
        await store.insert_price_list(
            tx, list_id=new_list.id, code=new_list.code, name=new_list.name, currency=currency, now=now
        )
    await _write(tx, plan, standing, now=now)
    told = problems(sheet, plan)
    await store_imports.mark_applied(tx, import_id, plan.counts, told, now=now)
    trace = Trace("catalog.import", "import", str(import_id), after={"file": found.file_name, **plan.counts})
    await leave(tx, trace, now=now)
    return replace(found, state="applied", counts=plan.counts, problems=told, applied_at=now)


async def refused_rows(
    tx: Tx, import_id: UUID, told: Callable[[dict[str, Any]], str], *, locale: str
) -> bytes:
    """The refused rows of an import as a sheet to repair.

    Args:
        told: Says a problem in the reader's words.

    Raises:
        ImportNotFound
    """
    found, content = await store_imports.lock_import(tx, import_id)
    by_row: dict[int, list[str]] = {}
    for problem in found.problems:
        by_row.setdefault(problem["row"], []).append(f"{problem['header']}: {told(problem)}")
    lines = {row: " ".join(texts) for row, texts in by_row.items()}
    return write_refused(read_sheet(content), lines, locale=locale)


async def _judge(
    tx: Tx, sheet: Sheet, *, currency: str, now: datetime
) -> tuple[Plan, Standing, PriceList | None]:
    """A plan, with the general price list that would be made where the shop has none yet."""
    lists = await lists_by_column(tx)
    new_list = None
    if "" not in lists and GENERAL_CODE not in lists:
        new_list = PriceList(new_id(), GENERAL_CODE, "Umum", currency, None, None, 0)
        lists |= {"": new_list, GENERAL_CODE: new_list}
    if wrong := wrong_price_columns(sheet, lists):
        raise UnknownColumns(tuple(wrong), tuple("" for _ in wrong))
    standing = await standing_for(tx, sheet, lists)
    locked = await store.lock_skus(tx, [sku.id for sku in standing.skus.values()])
    if any(locked.get(sku.id) != sku for sku in standing.skus.values()):
        # Somebody changed one of them between reading and locking; what is locked now stays.
        standing = await standing_for(tx, sheet, lists)
    return Planner(sheet, standing, shop_id=tx.shop_id, now=now).plan(), standing, new_list


def problems(sheet: Sheet, plan: Plan) -> list[dict[str, Any]]:
    """What is wrong, row by row, as it is kept and told."""
    codes = {row.number: row.cells.get("sku", "") for row in sheet.rows}
    return [
        {
            "row": number,
            "sku": codes[number],
            "column": wrong.field,
            "header": sheet.header_of("sku" if wrong.field == "code" else wrong.field),
            "fault": str(wrong.fault),
            "value": wrong.value,
            "right": wrong.right,
        }
        for number in sorted(plan.wrong)
        for wrong in plan.wrong[number]
    ]


async def _write(tx: Tx, plan: Plan, standing: Standing, *, now: datetime) -> None:
    await store.insert_products(tx, plan.products_new)
    await store.update_products(tx, [after for _, after in plan.products_changed])
    # GTINs that are given up go first, or one that moves to a new sku would be there twice.
    await store.update_skus(tx, [replace(after, gtin=None) for _, after in plan.skus_changed if after.gtin])
    await store.update_skus(tx, [after for _, after in plan.skus_changed])
    await store.insert_skus(tx, plan.skus_new)
    await store.set_all_parts(tx, plan.parts)
    await leave(tx, *_traces(plan, standing), now=now)
    codes = {sku.id: code for code, sku in standing.skus.items()} | {
        sku.id: sku.code for sku in plan.skus_new
    }
    await store.replace_prices(tx, plan.ended, [replace(row, valid_until=now) for row in plan.ended])
    await replace_carved(tx, standing.prices, plan.prices, codes=codes, now=now)


def _traces(plan: Plan, standing: Standing) -> list[Trace]:
    traces = [
        Trace("product.add", "product", to_text(PRODUCT_PREFIX, product.id), after=described_product(product))
        for product in plan.products_new
    ]
    for old, new in plan.products_changed:
        before, after = differing(described_product(old), described_product(new))
        traces.append(Trace("product.change", "product", to_text(PRODUCT_PREFIX, new.id), before, after))
    traces += [
        Trace(
            "sku.add",
            "sku",
            to_text(SKU_PREFIX, sku.id),
            after=described(sku, plan.part_units.get(sku.id, {})),
        )
        for sku in plan.skus_new
    ]
    fresh = {sku.id for sku in plan.skus_new}
    changed = {new.id: (old, new) for old, new in plan.skus_changed}
    for sku_id in plan.parts.keys() - fresh - changed.keys():
        same = next(sku for sku in standing.skus.values() if sku.id == sku_id)
        changed[sku_id] = (same, same)
    traces += [_change(old, new, plan, standing) for old, new in changed.values()]
    return traces


def _change(old: Sku, new: Sku, plan: Plan, standing: Standing) -> Trace:
    parts = standing.parts.get(old.id, {})
    before, after = differing(described(old, parts), described(new, plan.part_units.get(new.id, parts)))
    return Trace("sku.change", "sku", to_text(SKU_PREFIX, new.id), before, after)
