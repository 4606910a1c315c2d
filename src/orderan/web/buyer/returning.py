"""A buyer sends something back: chosen on their phone, told what is possible and why, and followed.

Whoever was let in to an order on the tracking page is let in here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import segno
from litestar import Request, Response, get, post
from litestar.response import Redirect

from orderan.catalog import ImageTooLarge, NotAnImage
from orderan.flows.return_photos import keep_return_photos
from orderan.flows.return_portal import LONGEST_WORDS, Asked, Portal, ask_by_buyer, look, take_back_request
from orderan.inventory import StockShort
from orderan.kit.crypto import Keyring
from orderan.kit.db import Database, Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.states import IllegalMove
from orderan.kit.throttle import Limit, TooManyAttempts, spend
from orderan.orders import OrderNotFound
from orderan.returns import (
    Cause,
    CauseNotAccepted,
    CauseUnexplained,
    Condition,
    CreditOfNobody,
    NotExchangeable,
    NothingToReturn,
    Payer,
    PhotoMoment,
    PhotosOfNobody,
    Remedy,
    ReturnPhoto,
    ReturnWithLines,
    TooManyPhotos,
    WayNotOffered,
    Why,
    photos_of,
    replacements_of,
    returns_of,
)
from orderan.web.buyer.tracking import WINDOW, LetIn, let_in_to
from orderan.web.forms import FormSentBefore, Sent, numbered, one, posted, refused, sent_once
from orderan.web.pages import page
from orderan.web.photos import photos_sent
from orderan.web.return_words import CAUSES, WAYS

HERE: Final = "/track/order/return"
PER_ORDER: Final = 20
QUIET: Final = {"cache-control": "no-store"}
WHYS: Final[Mapping[Why, str]] = {
    Why.NOT_DELIVERED: N_("Belum bisa: pesanan belum sampai."),
    Why.TOO_LATE: N_("Tidak bisa: waktu untuk retur sudah lewat."),
    Why.NEVER: N_("Tidak bisa: jenis barang ini tidak menerima retur."),
    Why.NOTHING_LEFT: N_("Sudah diretur, atau sedang dalam retur."),
}
PAYS: Final[Mapping[Payer, str]] = {
    Payer.SHOP: N_("ongkos kirim kembali ditanggung toko"),
    Payer.BUYER: N_("ongkos kirim kembali Anda tanggung"),
}
CONDITIONS: Final[Mapping[Condition, str]] = {
    Condition.ANY: "",
    Condition.UNUSED: N_("belum dipakai"),
    Condition.SEALED: N_("segel belum dibuka"),
}
STEPS: Final[Mapping[str, str]] = {
    "requested": N_("Toko memeriksa permintaan Anda."),
    "approved": N_("Kirim atau antar barangnya dengan kode di bawah ini."),
    "in_transit": N_("Barang dalam perjalanan ke toko."),
    "received": N_("Barang sudah sampai dan sedang diperiksa."),
    "inspected": N_("Barang sudah diperiksa; toko memutuskan pengembalian dananya."),
    "resolved": N_("Pengembalian dana sudah disetujui dan sedang dibayar."),
    "closed": N_("Retur ini selesai."),
    "rejected": N_("Toko menolak retur ini."),
}
EXCHANGES: Final[Mapping[str, str]] = {
    "held": N_(
        "Gantinya sudah kami simpan untuk Anda: pesanan %(number)s, dikirim setelah barang lama diperiksa."
    ),
    "settled": N_("Gantinya menjadi pesanan %(number)s."),
    "dropped": N_("Pesanan pengganti %(number)s tidak jadi."),
}
HINTS: Final[Mapping[Remedy, str]] = {
    Remedy.REFUND: N_("Dibayar setelah barang diperiksa."),
    Remedy.CREDIT: N_("Menjadi saldo Anda setelah barang diperiksa."),
    Remedy.EXCHANGE: N_("Pengganti kami simpan sekarang juga; selisih harga dikembalikan atau Anda bayar."),
}
BESIDE: Final[Mapping[type[Refusal], str]] = {
    CauseUnexplained: "words",
    CauseNotAccepted: "cause",
    WayNotOffered: "way",
    CreditOfNobody: "way",
    NotExchangeable: "way",
    StockShort: "way",
    NotAnImage: "photos",
    ImageTooLarge: "photos",
    TooManyPhotos: "photos",
    PhotosOfNobody: "photos",
}
KEPT: Final = "kept"
_Replaced = Mapping[UUID, tuple[UUID, int, str]]
_Photos = Mapping[UUID, Sequence[ReturnPhoto]]


@get(HERE, opt={"public": True}, include_in_schema=False)
async def return_form(
    request: Request[Any, Any, Any], db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """What may come back, and what is coming back already."""
    let_in = let_in_to(request, keyring, now)
    return Redirect("/track", status_code=303) if let_in is None else await _page(request, db, let_in, now)


@post(HERE, opt={"public": True}, include_in_schema=False, status_code=200)
async def return_asked(
    request: Request[Any, Any, Any], db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """Ask for it; a refusal comes back with all that was typed."""
    let_in = let_in_to(request, keyring, now)
    if let_in is None:
        return Redirect("/track", status_code=303)
    form = await posted(request)
    photos = await photos_sent(form)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=now)
        way = next((known for known in Remedy if known == one(form, "way")), Remedy.REFUND)
        said = one(form, "words")[:LONGEST_WORDS]
        made = await ask_by_buyer(tx, let_in.order_id, _asked(form, way), words=said, way=way, now=now)
        await keep_return_photos(tx, keyring, made.id, photos, PhotoMoment.REQUEST, now=now)

    try:
        limits = [Limit(f"return:order:{let_in.caller.shop_id}:{let_in.number}", PER_ORDER, WINDOW)]
        await db.run(let_in.caller, lambda tx: spend(tx, limits, now=now))
        await db.run(let_in.caller, command)
    except FormSentBefore:
        return Redirect(f"{HERE}?said=asked", status_code=303)
    except (OrderNotFound, TooManyAttempts):
        raise
    except Refusal as refusal:
        return await _page(request, db, let_in, now, sent=refused(request, "return", form, refusal, BESIDE))
    return Redirect(f"{HERE}?said=asked", status_code=303)


@post(f"{HERE}/keep", opt={"public": True}, include_in_schema=False, status_code=200)
async def return_kept(
    request: Request[Any, Any, Any], db: Database, keyring: Keyring, now: datetime
) -> Response[Any]:
    """They keep their things after all, as long as nothing is on its way."""
    let_in = let_in_to(request, keyring, now)
    if let_in is None:
        return Redirect("/track", status_code=303)
    form = await posted(request)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=now)
        await take_back_request(tx, let_in.order_id, from_text("ret", one(form, "return")), now=now)

    try:
        await db.run(let_in.caller, command)
    except FormSentBefore:
        return Redirect(f"{HERE}?said={KEPT}", status_code=303)
    except IllegalMove as refusal:
        return await _page(request, db, let_in, now, sent=refused(request, "return", form, refusal, BESIDE))
    return Redirect(f"{HERE}?said={KEPT}", status_code=303)


def _asked(form: Any, way: Remedy) -> list[Asked]:
    cause = next((known for known in Cause if known == one(form, "cause")), None)
    if cause is None:
        raise CauseNotAccepted(one(form, "cause")[:40])
    units = {
        line_no: int(typed) if typed.isdecimal() and len(typed) <= 6 else -1
        for line_no, typed in numbered(form, "units_").items()
        if typed.strip() not in {"", "0"}
    }
    if not units:
        raise NothingToReturn
    chosen = numbered(form, "sku_") if way is Remedy.EXCHANGE else {}
    return [
        Asked(line_no, quantity, cause, chosen.get(line_no, "")[:100]) for line_no, quantity in units.items()
    ]


async def _page(
    request: Request[Any, Any, Any], db: Database, let_in: LetIn, now: datetime, *, sent: Sent | None = None
) -> Response[Any]:
    async def read(tx: Tx) -> tuple[Portal, list[ReturnWithLines], _Replaced, _Photos]:
        returns = await returns_of(tx, let_in.order_id)
        return (
            await look(tx, let_in.order_id, now=now),
            returns,
            await replacements_of(tx, let_in.order_id),
            await photos_of(tx, [one.goods_return.id for one in returns]),
        )

    portal, returns, replaced, photos = await db.run(let_in.caller, read)
    titles = {line.line_no: line.title for line in portal.lines}
    form = sent or Sent()
    return page(
        request,
        "buyer/returning.html",
        status_code=422 if form.refused else 200,
        headers=QUIET,
        action=HERE,
        said=request.query_params.get("said", ""),
        order=portal.order,
        until=portal.until,
        lines=[
            {
                "line_no": line.line_no,
                "title": line.title,
                "at_most": may.at_most,
                "why": WHYS[may.why_not] if may.why_not else "",
                "swaps": portal.swaps.get(line.line_no, ()),
            }
            for line in portal.lines
            for may in [portal.returnable[line.line_no]]
        ],
        possible=any(may.at_most for may in portal.returnable.values()),
        causes=[
            {
                "code": str(rule.cause),
                "label": CAUSES[rule.cause],
                "pays": PAYS[rule.pays],
                "condition": CONDITIONS[rule.condition],
                "explained": rule.explained,
            }
            for rule in portal.policy.causes
        ],
        ways=[
            (str(way), WAYS[way], HINTS[way])
            for way in portal.policy.ways
            if (way is not Remedy.EXCHANGE or portal.swaps)
            and (way is not Remedy.CREDIT or portal.order.customer_id is not None)
        ],
        keep_action=f"{HERE}/keep",
        returns=[
            {
                "id": to_text("ret", one.goods_return.id),
                "may_keep": one.goods_return.state in {"requested", "approved"}
                and one.goods_return.parcel_id is None,
                "exchange": EXCHANGES[replaced[one.goods_return.id][2]]
                if one.goods_return.id in replaced
                else "",
                "replacement": replaced[one.goods_return.id][1] if one.goods_return.id in replaced else 0,
                "code": code,
                "state": one.goods_return.state,
                "step": STEPS[one.goods_return.state],
                "note": one.goods_return.note if one.goods_return.state == "rejected" else None,
                "pays": PAYS[Payer(one.goods_return.way_paid_by)] if one.goods_return.way_paid_by else "",
                "photos": sum(photo.moment is PhotoMoment.REQUEST for photo in photos[one.goods_return.id]),
                "lines": [(titles.get(line.line_no, ""), line.quantity) for line in one.lines],
                "picture": segno.make(code, error="m").svg_data_uri(scale=6, border=4, light="#fff")
                if one.goods_return.state == "approved"
                else "",
            }
            for one in reversed(returns)
            for code in [f"{portal.order.number}-R{one.goods_return.number}"]
        ],
        sent=form,
        now=now,
    )


handlers: list[Any] = [return_form, return_asked, return_kept]
