"""Labels of goods and of bins are printed, many together.

    want      goods by sku and lot, so many of each; or the bins of a location
    record    who, when, what of and how many
    set       the document is made of what stands when it is fetched: a bin that got another code has it on its label

Goods with a GTIN and a lot carry both and the expiry as GS1 elements, which a scanner then gives to whoever packs or
counts them; goods without carry the code the shop knows them by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from orderan.catalog import gtin_key
from orderan.flows.views_stickers import PrintedBin, PrintedGoods, bins_printed, goods_printed
from orderan.inventory import UnknownBin, UnknownSku, list_bins, stocked_skus
from orderan.inventory import find_or_make_lots as lots_named
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_date
from orderan.kit.ids import NIL, to_text
from orderan.printing import (
    CodeUnprintable,
    NothingToPrint,
    Sticker,
    StickerJob,
    StickerKind,
    StickerPrint,
    StickerSize,
    check_sticker,
    record_stickers,
)


@dataclass(frozen=True, slots=True)
class GoodsToLabel:
    """Units of a sku by code or barcode; `lot` None is goods without lots."""

    sku: str
    copies: int
    lot: str | None = None
    expires_on: date | None = None


async def print_goods_stickers(
    tx: Tx, goods: Sequence[GoodsToLabel], *, size: StickerSize = StickerSize.SMALL, now: datetime
) -> StickerJob:
    """Print so many labels of each of these; lots that are not known yet are made, as a receipt makes them.

    Raises:
        UnknownSku: Names every sku that is not there or holds no stock.
        LotExpiryDiffers: A lot is known with another expiry.
        NothingToPrint, TooManyStickers: Nothing was written down.
    """
    known = await stocked_skus(tx, {one.sku for one in goods})
    if missing := tuple(dict.fromkeys(one.sku for one in goods if one.sku not in known)):
        raise UnknownSku(missing)
    named = [(known[one.sku].id, one.lot, one.expires_on) for one in goods if one.lot]
    lots = await lots_named(tx, named, now=now)
    wanted = [
        StickerPrint(
            StickerKind.GOODS,
            known[one.sku].id,
            lots[known[one.sku].id, one.lot].id if one.lot else NIL,
            known[one.sku].code,
            size,
            one.copies,
        )
        for one in goods
    ]
    return await record_stickers(tx, wanted, now=now)


async def print_bin_stickers(
    tx: Tx,
    location_id: UUID,
    *,
    bins: Sequence[UUID] = (),
    zone: str = "",
    size: StickerSize = StickerSize.WIDE,
    now: datetime,
) -> StickerJob:
    """Print a label of each of these bins, or of all of a zone, or of the location, that are in use.

    Raises:
        UnknownBin: One of those named is not at the location.
        NothingToPrint, TooManyStickers: Nothing was written down.
    """
    there = await list_bins(tx, location_id, only=bins or None)
    if missing := set(bins) - {one.id for one in there}:
        raise UnknownBin(to_text("bin", min(missing)))
    chosen = [one for one in there if bins or (one.active and zone in ("", one.zone))]
    wanted = [StickerPrint(StickerKind.BIN, one.id, NIL, one.code, size, 1) for one in chosen]
    return await record_stickers(tx, wanted, now=now)


async def print_stickers_again(tx: Tx, job: StickerJob, *, now: datetime) -> StickerJob:
    """The same labels once more, written down as another print.

    Raises:
        NothingToPrint: None of what they are of is there any more.
    """
    return await record_stickers(tx, [one for one, _ in await _standing(tx, job)], now=now)


async def stickers_of_job(tx: Tx, job: StickerJob, spoken: Words) -> list[Sticker]:
    """What is printed of a job, in the language of whoever fetches it.

    Raises:
        NothingToPrint: None of what they are of is there any more.
    """
    made = [
        _goods_sticker(one, found, spoken)
        if isinstance(found, PrintedGoods)
        else _bin_sticker(one, found, spoken)
        for one, found in await _standing(tx, job)
    ]
    if not made:
        raise NothingToPrint
    return made


async def _standing(tx: Tx, job: StickerJob) -> list[tuple[StickerPrint, PrintedGoods | PrintedBin]]:
    """The prints of a job whose goods or bins are still there."""
    of_goods = [(one.subject_id, one.lot_id) for one in job.prints if one.kind is StickerKind.GOODS]
    goods = await goods_printed(tx, of_goods)
    bins = await bins_printed(tx, [one.subject_id for one in job.prints if one.kind is StickerKind.BIN])
    found: list[tuple[StickerPrint, PrintedGoods | PrintedBin]] = []
    for one in job.prints:
        subject = (
            goods.get((one.subject_id, one.lot_id))
            if one.kind is StickerKind.GOODS
            else bins.get(one.subject_id)
        )
        if subject is not None:
            found.append((one, subject))
    return found


def _goods_sticker(one: StickerPrint, goods: PrintedGoods, spoken: Words) -> Sticker:
    facts = []
    if goods.lot:
        facts.append(spoken.gettext(N_("Lot %(code)s"), code=goods.lot))
    if goods.expires_on:
        day = format_date(goods.expires_on, spoken.locale)
        facts.append(spoken.gettext(N_("Kedaluwarsa %(day)s"), day=day))
    made = Sticker(
        one.size,
        goods.sku,
        goods.title,
        goods.gtin or goods.sku,
        elements_of(goods),
        tuple(facts),
        one.copies,
    )
    try:
        check_sticker(made)
    except CodeUnprintable:
        # A lot may hold signs that GS1 has no place for; people still read it.
        return Sticker(one.size, goods.sku, goods.title, made.code, "", made.facts, one.copies)
    return made


def elements_of(goods: PrintedGoods) -> str:
    """GTIN, expiry and lot as GS1 elements, the lot last since it is as long as it likes; empty without a GTIN."""
    if not goods.gtin or not (goods.lot or goods.expires_on) or "[" in (goods.lot or ""):
        return ""
    expiry = f"[17]{goods.expires_on:%y%m%d}" if goods.expires_on else ""
    lot = f"[10]{goods.lot}" if goods.lot else ""
    return f"[01]{gtin_key(goods.gtin)}{expiry}{lot}"


def _bin_sticker(one: StickerPrint, found: PrintedBin, spoken: Words) -> Sticker:
    facts = (spoken.gettext(N_("Zona %(zone)s"), zone=found.zone),) if found.zone else ()
    return Sticker(one.size, found.code, found.place, found.code, "", facts, one.copies)
