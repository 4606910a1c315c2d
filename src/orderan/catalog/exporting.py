"""The whole catalogue as a sheet that, brought in again, changes nothing."""

from datetime import datetime

from orderan.catalog.models import PriceList, Product, Sku
from orderan.catalog.rules import write_pairs, write_parts
from orderan.catalog.sheet import DASH, HEADERS, PRICE, PROBLEM, write_sheet
from orderan.catalog.views import price_lists
from orderan.catalog.views_sheet import whole_catalogue
from orderan.kit.db import Tx
from orderan.kit.money import digits

_YES = {"id": ("ya", "tidak"), "en": ("yes", "no")}
_STATES = {
    "id": {"active": "aktif", "archived": "arsip"},
    "en": {"active": "active", "archived": "archived"},
}


async def export_sheet(tx: Tx, *, locale: str = "id", delimiter: str = ",", now: datetime) -> bytes:
    """Products, skus and the prices valid now, one row a sku, one column a price list and step."""
    skus, parts, prices = await whole_catalogue(tx, now=now)
    lists = await price_lists(tx)
    steps = sorted({(code, step) for _, code, step in prices})
    by_code = {price_list.code: price_list for price_list in lists}
    price_columns = {(code, step): _price_column(code, step) for code, step in steps}
    columns = [column for column in HEADERS if column not in {PRICE, PROBLEM}]
    rows = []
    for sku, product in skus:
        row = _row(sku, product, parts.get(sku.id, {}), locale)
        for (code, step), column in price_columns.items():
            amount = prices.get((sku.id, code, step))
            row[column] = "" if amount is None else _amount(amount, by_code[code])
        rows.append(row)
    return write_sheet([*columns, *price_columns.values()], rows, locale=locale, delimiter=delimiter)


def _price_column(code: str, step: int) -> str:
    return f"{PRICE}:{code}" + (f"@{step}" if step > 1 else "")


def _amount(minor: int, price_list: PriceList) -> str:
    places = digits(price_list.currency)
    whole, part = divmod(minor, 10**places)
    return f"{whole}.{part:0{places}d}" if places else str(whole)


def _row(sku: Sku, product: Product, parts: dict[str, int], locale: str) -> dict[str, str]:
    yes, no = _YES[locale]
    return {
        "sku": sku.code,
        "product": product.name,
        "variant": _literal(sku.name),
        "options": write_pairs(sku.options),
        "gtin": sku.gtin or "",
        "unit": sku.unit,
        "weight_g": str(sku.weight_g),
        "length_mm": str(sku.length_mm),
        "width_mm": str(sku.width_mm),
        "height_mm": str(sku.height_mm),
        "brand": _literal(product.brand),
        "category": _literal(product.category),
        "tax_class": product.tax_class,
        "description": _literal(product.description),
        "parts": write_parts(parts),
        "is_stocked": yes if sku.is_stocked else no,
        "lot_tracked": yes if sku.lot_tracked else no,
        "state": _STATES[locale][sku.state],
    }


def _literal(text: str) -> str:
    """A text that is itself a lone dash would empty the field on its way back."""
    return f"'{text}" if text == DASH else text
