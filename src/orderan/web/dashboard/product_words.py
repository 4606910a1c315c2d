"""What the product pages share: refusals beside their fields, typed cells, addresses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.datastructures import FormMultiDict

from orderan.catalog import (
    PRODUCT_PREFIX,
    SENTENCES,
    SKU_PREFIX,
    EntryRefused,
    Fault,
    PriceListTaken,
    SkuFields,
    Unreadable,
    Wrong,
    read_amount,
    read_options,
    read_parts,
    read_whole,
)
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import to_text
from orderan.web.errors import sentence
from orderan.web.forms import one
from orderan.web.here import place_of

Asking = Request[Any, Any, Any]

SAID: Final[dict[str, str]] = {
    "added": N_("Produk ditambahkan."),
    "saved": N_("Perubahan disimpan."),
    "archived": N_("Diarsipkan: tidak dijual lagi."),
    "restored": N_("Dijual lagi."),
    "priced": N_("Harga disimpan."),
    "ended": N_("Harga diakhiri."),
    "pictured": N_("Gambar disimpan."),
    "listed": N_("Daftar harga disimpan."),
    "applied": N_("Baris yang baik sudah diterapkan."),
}
"""What a page says after something was done, by the word in its address."""


TAX_NAMES: Final[dict[str, str]] = {
    "ppn": N_("PPN"),
    "ppn_mewah": N_("PPN barang mewah"),
    "none": N_("Tanpa pajak"),
}
"""Tax classes that every shop has; others go by their own name."""


def tax_options(classes: list[str], spoken: Words) -> list[tuple[str, str]]:
    """Tax classes to choose from."""
    return [(one, spoken.gettext(TAX_NAMES[one]) if one in TAX_NAMES else one) for one in classes]


def product_path(product_id: UUID) -> str:
    return f"/products/{to_text(PRODUCT_PREFIX, product_id)}"


def sku_path(product_id: UUID, sku_id: UUID) -> str:
    return f"{product_path(product_id)}/skus/{to_text(SKU_PREFIX, sku_id)}"


def picture_path(image: Mapping[str, Any]) -> str:
    return f"/images/{image['file']}"


def told(fault: str, value: str, right: str, spoken: Words) -> str:
    """One thing wrong, in the reader's words."""
    return spoken.gettext(SENTENCES[Fault(fault)]).format(value=value, right=right)


def said(request: Asking) -> list[tuple[str, str]]:
    """The notice the address asks for, if it is one of ours."""
    text = SAID.get(request.query_params.get("said", ""))
    return [("done", place_of(request).words.gettext(text))] if text else []


class Mistakes:
    """What is wrong with a form: sentences by field, and one for what belongs to none."""

    def __init__(self, request: Asking) -> None:
        self._words = place_of(request).words
        self.errors: dict[str, list[str]] = {}
        self.general = ""

    def __bool__(self) -> bool:
        return bool(self.errors or self.general)

    def add(self, wrong: Wrong) -> None:
        text = told(wrong.fault, wrong.value, wrong.right, self._words)
        found = self.errors.setdefault(wrong.field, [])
        if text not in found:
            found.append(text)

    def refuse(self, refusal: Refusal) -> None:
        """Put a refusal beside its fields, or on top."""
        if isinstance(refusal, EntryRefused):
            for wrong in refusal.wrong:
                self.add(wrong)
        elif isinstance(refusal, PriceListTaken):
            self.errors["code"] = [sentence(refusal, self._words)]
        else:
            self.general = sentence(refusal, self._words)

    def read(self, reader: Any, *given: Any, otherwise: Any) -> Any:
        """What a reader of cells makes of them; otherwise the mistake is kept."""
        try:
            return reader(*given)
        except Unreadable as fault:
            self.add(fault.wrong)
            return otherwise


def typed(form: FormMultiDict, names: tuple[str, ...]) -> dict[str, str]:
    """Fields as they were typed, to show them again."""
    return {name: one(form, name) for name in names}


SKU_FIELDS: Final = (
    "sku",
    "variant",
    "options",
    "gtin",
    "unit",
    "weight_g",
    "length_mm",
    "width_mm",
    "height_mm",
    "parts",
    "stocked",
    "lot_tracked",
    "price",
)


def sku_of(values: Mapping[str, str], mistakes: Mistakes, *, bundle: bool) -> SkuFields:
    """A sku from a form."""

    def number(name: str) -> int:
        text = values[name].strip()
        return int(mistakes.read(read_whole, name, text, otherwise=0)) if text else 0

    return SkuFields(
        code=values["sku"].strip(),
        name=values["variant"].strip(),
        options=mistakes.read(read_options, "options", values["options"].replace("\n", ";"), otherwise={}),
        gtin=values["gtin"].replace(" ", "") or None,
        unit=values["unit"] or "pcs",
        weight_g=number("weight_g"),
        length_mm=number("length_mm"),
        width_mm=number("width_mm"),
        height_mm=number("height_mm"),
        is_bundle=bundle,
        is_stocked=not bundle and values["stocked"] == "yes",
        lot_tracked=not bundle and values["lot_tracked"] == "yes",
        parts=mistakes.read(read_parts, "parts", values["parts"], otherwise={}) if bundle else {},
    )


def price_of(text: str, currency: str, mistakes: Mistakes, *, name: str = "price") -> int | None:
    """Minor units of a typed price; None when nothing was typed."""
    plain = text.strip()
    found = mistakes.read(read_amount, name, plain, currency, otherwise=None) if plain else None
    return None if found is None else int(found)


def moment(text: str, zone: str, mistakes: Mistakes, *, name: str) -> datetime | None:
    """A typed day and time on the reader's clock; None when nothing was typed."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        mistakes.add(Wrong(name, Fault.UNREADABLE_MOMENT, text, "2026-11-21 14:05"))
        return None
