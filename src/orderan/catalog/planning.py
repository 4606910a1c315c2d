"""From a sheet and the catalogue as it stands to a plan: what is new, what changes, what is wrong.

Pure. Rows are judged in order; a refused row is left out whole and hinders no other. Bundles are
judged after everything else, so that they may stand above their parts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from orderan.catalog import cells, rules
from orderan.catalog.cells import Unreadable
from orderan.catalog.errors import Fault, Wrong
from orderan.catalog.fields import fields_of, made, weighed
from orderan.catalog.models import (
    BundlePart,
    CatalogState,
    PriceList,
    PriceRow,
    Product,
    ProductFields,
    Sku,
    SkuFields,
)
from orderan.catalog.sheet import EMPTIED, PRICE, Row, Sheet
from orderan.kit.ids import new_id

_PRODUCT_COLUMNS: Final = {
    "product": "name",
    "brand": "brand",
    "category": "category",
    "tax_class": "tax_class",
    "description": "description",
}
_READERS: Final[dict[str, tuple[str, Callable[[str, str], Any], Any]]] = {
    "variant": ("name", lambda _column, text: text, ""),
    "gtin": ("gtin", lambda _column, text: text.replace(" ", ""), None),
    "unit": ("unit", lambda _column, text: text.casefold(), "pcs"),
    "weight_g": ("weight_g", cells.whole, 0),
    "length_mm": ("length_mm", cells.whole, 0),
    "width_mm": ("width_mm", cells.whole, 0),
    "height_mm": ("height_mm", cells.whole, 0),
    "options": ("options", cells.options, {}),
    "is_stocked": ("is_stocked", cells.yes_or_no, True),
    "lot_tracked": ("lot_tracked", cells.yes_or_no, False),
    "parts": ("parts", cells.parts, {}),
}
"""Column: field of the sku, how a cell is read, and what the field is once emptied."""


@dataclass(frozen=True)
class Standing:
    """The catalogue as far as a sheet concerns it.

    Attributes:
        skus: By code: those of the sheet and those named as parts.
        products: By id: those of the skus.
        named: Ids of products by lower-cased name.
        gtins: Sku code by GTIN key.
        parts: Units by code of the part, by id of the bundle.
        in_bundles: Codes of active bundles, by id of the part.
        lists: Price lists by lower-cased code; the general one also as "".
    """

    skus: Mapping[str, Sku]
    products: Mapping[UUID, Product]
    named: Mapping[str, Sequence[UUID]]
    gtins: Mapping[str, str]
    parts: Mapping[UUID, Mapping[str, int]]
    in_bundles: Mapping[UUID, Sequence[str]]
    prices: Sequence[PriceRow]
    lists: Mapping[str, PriceList]
    tax_classes: Sequence[str]


@dataclass
class Plan:
    """What a sheet would do.

    Attributes:
        wrong: What is wrong by row number; these rows do nothing.
        new, changed, unchanged: Rows by what they do.
    """

    products_new: list[Product] = field(default_factory=list)
    products_changed: list[tuple[Product, Product]] = field(default_factory=list)
    skus_new: list[Sku] = field(default_factory=list)
    skus_changed: list[tuple[Sku, Sku]] = field(default_factory=list)
    parts: dict[UUID, Sequence[BundlePart]] = field(default_factory=dict)
    part_units: dict[UUID, Mapping[str, int]] = field(default_factory=dict)
    prices: list[PriceRow] = field(default_factory=list)
    ended: list[PriceRow] = field(default_factory=list)
    wrong: dict[int, list[Wrong]] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def counts(self) -> dict[str, int]:
        good = self.new + self.changed + self.unchanged
        return {
            "rows": good + len(self.wrong),
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": len(self.wrong),
        }


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row whose own cells are fine."""

    row: Row
    before: Sku | None
    product_id: UUID
    product: ProductFields
    fields: SkuFields
    state: str
    prices: Mapping[tuple[UUID, int], int | None]


class Planner:
    """Judges one sheet against one standing."""

    def __init__(self, sheet: Sheet, standing: Standing, *, shop_id: int, now: datetime) -> None:
        self._sheet = sheet
        self._standing = standing
        self._shop_id = shop_id
        self._now = now
        self._plan = Plan()
        self._rows_of_codes: dict[str, int] = {}
        self._gtins = dict(standing.gtins)
        self._decided: dict[UUID, tuple[ProductFields, int]] = {}
        self._new_products: dict[str, UUID] = {}
        self._skus = dict(standing.skus)
        self._by_step: dict[tuple[UUID, UUID, int], list[PriceRow]] = {}
        for price in standing.prices:
            self._by_step.setdefault(price.step, []).append(price)

    def plan(self) -> Plan:
        """Judge every row."""
        bundles = [row for row in self._sheet.rows if self._is_bundle(row)]
        later = {row.number for row in bundles}
        for row in [*(row for row in self._sheet.rows if row.number not in later), *bundles]:
            judged, wrong = self._judge(row)
            if judged is None or wrong:
                self._plan.wrong[row.number] = wrong
            else:
                self._take(judged)
        return self._plan

    def _is_bundle(self, row: Row) -> bool:
        known = self._standing.skus.get(row.cells.get("sku", ""))
        return known.is_bundle if known else row.cells.get("parts", EMPTIED) != EMPTIED

    def _judge(self, row: Row) -> tuple[_Judged | None, list[Wrong]]:
        code = row.cells.get("sku", "")
        if code in self._rows_of_codes:
            return None, [Wrong("sku", Fault.REPEATED, code, str(self._rows_of_codes[code]))]
        self._rows_of_codes[code] = row.number
        before = self._standing.skus.get(code)
        wrong: list[Wrong] = []
        fields = self._sku_fields(row, before, wrong)
        product_id, product = self._product(row, before, wrong)
        wrong += _in_sheet_words(rules.check_product(product, self._standing.tax_classes), product=True)
        wrong += _in_sheet_words(rules.check_sku(fields))
        wrong += self._taken(fields)
        wrong += self._wrong_parts(fields)
        wrong += self._disagreement(product_id, product)
        state = self._state(row, before, wrong)
        prices = self._prices(row, wrong)
        wrong = list({(one.field, one.fault): one for one in wrong}.values())
        return _Judged(row, before, product_id, product, fields, state, prices), wrong

    def _sku_fields(self, row: Row, before: Sku | None, wrong: list[Wrong]) -> SkuFields:
        is_bundle = self._is_bundle(row)
        if before is None:
            fields = SkuFields(row.cells.get("sku", ""), is_bundle=is_bundle, is_stocked=not is_bundle)
        else:
            fields = fields_of(before, self._standing.parts.get(before.id, {}))
        read: dict[str, Any] = {}
        for column, (name, reader, emptied) in _READERS.items():
            text = row.cells.get(column)
            if text is None:
                continue
            try:
                read[name] = emptied if text == EMPTIED else reader(column, text)
            except Unreadable as fault:
                wrong.append(fault.wrong)
        if before is not None and not before.is_bundle and read.get("parts"):
            wrong.append(Wrong("parts", Fault.BUNDLE_FIXED))
            del read["parts"]
        return replace(fields, **read)

    def _product(self, row: Row, before: Sku | None, wrong: list[Wrong]) -> tuple[UUID, ProductFields]:
        """The product a row belongs to, and what the row says of it."""
        if before is not None:
            product_id = before.product_id
        else:
            name = row.cells.get("product", "").lower()
            standing = self._standing.named.get(name, ())
            if len(standing) > 1:
                wrong.append(Wrong("product", Fault.SEVERAL_PRODUCTS, row.cells.get("product", "")))
            product_id = standing[0] if standing else self._new_products.get(name) or new_id()
        base = self._base(product_id)
        said = {
            name: "" if row.cells[column] == EMPTIED else row.cells[column]
            for column, name in _PRODUCT_COLUMNS.items()
            if column in row.cells
        }
        return product_id, replace(base, **said)

    def _base(self, product_id: UUID) -> ProductFields:
        if product_id in self._decided:
            return self._decided[product_id][0]
        product = self._standing.products.get(product_id)
        if product is None:
            usual = "ppn" if "ppn" in self._standing.tax_classes else "none"
            return ProductFields(name="", tax_class=usual)
        return ProductFields(
            product.name, product.description, product.brand, product.category, product.tax_class
        )

    def _disagreement(self, product_id: UUID, product: ProductFields) -> list[Wrong]:
        decided = self._decided.get(product_id)
        if decided is None:
            return []
        return [
            Wrong(column, Fault.DISAGREES, getattr(product, name), str(decided[1]))
            for column, name in _PRODUCT_COLUMNS.items()
            if getattr(product, name) != getattr(decided[0], name)
        ]

    def _taken(self, fields: SkuFields) -> list[Wrong]:
        holder = self._gtins.get(rules.gtin_key(fields.gtin)) if fields.gtin else None
        if holder is None or holder == fields.code:
            return []
        return [Wrong("gtin", Fault.TAKEN, fields.gtin or "", holder)]

    def _wrong_parts(self, fields: SkuFields) -> list[Wrong]:
        return wrong_parts(fields.parts, self._skus)

    def _state(self, row: Row, before: Sku | None, wrong: list[Wrong]) -> str:
        standing = before.state if before else str(CatalogState.ACTIVE)
        text = row.cells.get("state")
        if text is None:
            return standing
        try:
            wanted = cells.state("state", text)
        except Unreadable as fault:
            wrong.append(fault.wrong)
            return standing
        bundles = self._standing.in_bundles.get(before.id) if before else None
        if wanted == CatalogState.ARCHIVED and standing == CatalogState.ACTIVE and bundles:
            wrong.append(Wrong("state", Fault.STILL_IN_BUNDLES, text, ", ".join(bundles)))
        return wanted

    def _prices(self, row: Row, wrong: list[Wrong]) -> dict[tuple[UUID, int], int | None]:
        """Amount by list and step; None where the cell ends a price."""
        prices: dict[tuple[UUID, int], int | None] = {}
        for column, text in row.cells.items():
            if not column.startswith(PRICE):
                continue
            price_list, step = price_column(column, self._standing.lists)
            try:
                said = None if text == EMPTIED else cells.amount(column, text, price_list.currency)
            except Unreadable as fault:
                wrong.append(fault.wrong)
            else:
                prices[price_list.id, step] = said
        return prices

    def _take(self, judged: _Judged) -> None:
        """Put a good row into the plan."""
        touched = self._take_product(judged) | self._take_sku(judged)
        sku = self._skus[judged.fields.code]
        touched |= self._take_prices(sku.id, judged.prices)
        if judged.before is None:
            self._plan.new += 1
        elif touched:
            self._plan.changed += 1
        else:
            self._plan.unchanged += 1

    def _take_product(self, judged: _Judged) -> bool:
        if judged.product_id in self._decided:
            return False
        base = self._base(judged.product_id)
        self._decided[judged.product_id] = (judged.product, judged.row.number)
        standing = self._standing.products.get(judged.product_id)
        if standing is None:
            self._new_products[judged.product.name.lower()] = judged.product_id
            self._plan.products_new.append(
                Product(
                    self._shop_id,
                    judged.product_id,
                    judged.product.name,
                    judged.product.description,
                    judged.product.brand,
                    judged.product.category,
                    judged.product.tax_class,
                    str(CatalogState.ACTIVE),
                    [],
                    self._now,
                )
            )
            return True
        if judged.product == base:
            return False
        after = replace(
            standing,
            name=judged.product.name,
            description=judged.product.description,
            brand=judged.product.brand,
            category=judged.product.category,
            tax_class=judged.product.tax_class,
        )
        self._plan.products_changed.append((standing, after))
        return True

    def _take_sku(self, judged: _Judged) -> bool:
        fields = weighed(judged.fields, self._skus)
        before = judged.before
        new = made(self._shop_id, judged.product_id, fields, self._now)
        if before is None:
            sku = replace(new, state=judged.state)
            self._plan.skus_new.append(sku)
        else:
            sku = replace(
                new,
                id=before.id,
                state=judged.state,
                is_bundle=before.is_bundle,
                created_at=before.created_at,
            )
            if sku != before:
                self._plan.skus_changed.append((before, sku))
        if before is not None and before.gtin and before.gtin != fields.gtin:
            self._gtins.pop(rules.gtin_key(before.gtin), None)
        if fields.gtin:
            self._gtins[rules.gtin_key(fields.gtin)] = fields.code
        self._skus[fields.code] = sku
        old_parts = self._standing.parts.get(sku.id, {})
        if dict(old_parts) != dict(fields.parts):
            self._plan.parts[sku.id] = [
                BundlePart(self._skus[code].id, units) for code, units in fields.parts.items()
            ]
            self._plan.part_units[sku.id] = fields.parts
            return True
        return before is None or sku != before

    def _take_prices(self, sku_id: UUID, prices: Mapping[tuple[UUID, int], int | None]) -> bool:
        touched = False
        for (list_id, step_quantity), said in prices.items():
            step = (sku_id, list_id, step_quantity)
            standing = self._by_step.get(step, [])
            current = next((row for row in standing if row.holds_at(self._now)), None)
            if said == (current.amount_minor if current else None):
                continue
            touched = True
            if said is None and current is not None:
                self._plan.ended.append(current)
            elif said is not None:
                until = current.valid_until if current else rules.until_next(standing, step, self._now)
                self._plan.prices.append(PriceRow(list_id, sku_id, step_quantity, self._now, until, said))
        return touched


def wrong_parts(parts: Mapping[str, int], skus: Mapping[str, Sku]) -> list[Wrong]:
    """What is wrong with these codes as parts of a bundle."""
    wrong = []
    for code in parts:
        if code not in skus:
            wrong.append(Wrong("parts", Fault.PART_UNKNOWN, code))
        elif skus[code].is_bundle:
            wrong.append(Wrong("parts", Fault.PART_IS_BUNDLE, code))
        elif skus[code].state == CatalogState.ARCHIVED:
            wrong.append(Wrong("parts", Fault.PART_ARCHIVED, code))
    return wrong


def _in_sheet_words(wrong: list[Wrong], *, product: bool = False) -> list[Wrong]:
    """Fields by the name of their column."""
    return [replace(one, field="product") if product and one.field == "name" else one for one in wrong]


def price_column(column: str, lists: Mapping[str, PriceList]) -> tuple[PriceList, int]:
    """List and quantity step of a price column.

    Raises:
        KeyError: No such list, or a step that is no number; `wrong_price_columns` finds these first.
    """
    _, _, tail = column.partition(":")
    code, at, step = tail.partition("@")
    if at and not (step.isascii() and step.isdigit() and int(step)):
        raise KeyError(column)
    return lists[code], int(step) if at else 1


def wrong_price_columns(sheet: Sheet, lists: Mapping[str, PriceList]) -> list[str]:
    """Headers of price columns that name no list of the shop or no quantity."""
    wrong = []
    for column, written in zip(sheet.columns, sheet.headers, strict=True):
        if column.startswith(PRICE):
            try:
                price_column(column, lists)
            except KeyError:
                wrong.append(written)
    return wrong
