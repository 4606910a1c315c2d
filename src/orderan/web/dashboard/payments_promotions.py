"""Payment promotions in the dashboard: what runs, what is left of each budget, and who bears what."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream

from orderan.access import Permission, Principal
from orderan.flows.views_promotions import ShareRow, Used, settlement_rows, uses_of_promotion
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.states import IllegalMove
from orderan.payments import METHODS
from orderan.promotions import (
    Cost,
    LimitBelowTaken,
    NothingOwed,
    Promotion,
    PromotionChanged,
    PromotionEnded,
    PromotionEvent,
    PromotionNotFound,
    PromotionState,
    PromotionTermsWrong,
    change_promotion,
    costs_of,
    find_promotion,
    make_promotion,
    move_promotion,
    pay_out,
    promotions_page,
)
from orderan.shops import shop_by_id
from orderan.web.dashboard.desk import Visit, told
from orderan.web.dashboard.finance import whole_shop
from orderan.web.dashboard.order_export import written
from orderan.web.dashboard.payments_promotion_form import (
    KINDS,
    PAYERS,
    banks,
    blank,
    of_terms,
    percent,
    read_terms,
    told_wrong,
    typed_in,
    ways,
)
from orderan.web.forms import one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

SHOWN: Final = 50
CHUNK: Final = 500
STATES: Final = {
    PromotionState.DRAFT: (N_("Draf"), "calm", "edit"),
    PromotionState.RUNNING: (N_("Berjalan"), "act", "player-play"),
    PromotionState.PAUSED: (N_("Dijeda"), "wait", "player-pause"),
    PromotionState.EXHAUSTED: (N_("Habis"), "loss", "alert-triangle"),
    PromotionState.ENDED: (N_("Berakhir"), "calm", "archive"),
}
USES: Final = {
    "reserved": (N_("Menunggu uang"), "wait", "hourglass"),
    "confirmed": (N_("Terpakai"), "done", "circle-check"),
    "released": (N_("Dilepas"), "calm", "ban"),
    "reversed": (N_("Kembali seluruhnya"), "calm", "receipt-refund"),
}
SAID: Final = {
    "saved": N_("Promo tersimpan."),
    "moved": N_("Status promo berubah."),
    "paid": N_("Cashback dicatat sudah dibayar."),
}
READ: Final = {"needs": Permission.PAYMENTS_READ}
WRITE: Final = {"needs": Permission.PAYMENTS_WRITE}
HEADER: Final = (
    "order", "redemption", "state", "method", "line", "payer", "payer_name", "amount", "reversed", "borne",
    "currency", "at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whole:
    """A promotion with its uses and what they cost whom."""

    promotion: Promotion
    uses: list[Used]
    costs: list[Cost]


def path_of(promotion_id: UUID) -> str:
    """The page of a promotion."""
    return f"/payments/promotions/{to_text('prm', promotion_id)}"


@get("/payments/promotions", opt=READ, include_in_schema=False)
async def promotions_list(
    visit: NamedDependency[Visit],
    tab: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Promotions, newest first, with what is left of their budgets."""
    whole_shop(visit.principal)
    chosen = tab if tab in {str(one_) for one_ in PromotionState} else None
    last = from_text("prm", after) if after else None
    rows = await visit.db.run(
        visit.caller, lambda tx: promotions_page(tx, state=chosen, after=last, limit=SHOWN + 1)
    )
    more = len(rows) > SHOWN
    return page(
        visit.request,
        "payments/promotions.html",
        now=visit.now,
        rows=rows[:SHOWN],
        older=to_text("prm", rows[SHOWN - 1].id) if more else None,
        after=after,
        tab=chosen or "",
        promotion_path=path_of,
        **_common(visit.principal),
    )


@get("/payments/promotions/new", opt=WRITE, include_in_schema=False)
async def new_promotion(visit: NamedDependency[Visit]) -> Response[str]:
    """The form of a new promotion."""
    whole_shop(visit.principal)
    shop = await visit.db.run(visit.caller, lambda tx: shop_by_id(tx, tx.shop_id))
    return _form(visit, blank(visit.now, visit.principal.zone), {}, currency=shop.currency)


@post("/payments/promotions/new", opt=WRITE, include_in_schema=False)
async def promotion_made(visit: NamedDependency[Visit]) -> Response[Any]:
    """Write a promotion down; it is started on its own page."""
    whole_shop(visit.principal)
    return await _kept(visit, None)


@get("/payments/promotions/{promotion_id:str}/edit", opt=WRITE, include_in_schema=False)
async def edit_promotion(visit: NamedDependency[Visit], promotion_id: FromPath[str]) -> Response[str]:
    """The form of a promotion that is there."""
    whole_shop(visit.principal)
    wanted = from_text("prm", promotion_id)
    promotion = await visit.db.run(visit.caller, lambda tx: _found(tx, wanted))
    typed = of_terms(promotion.terms, visit.principal.zone)
    return _form(visit, typed, {}, currency=promotion.terms.currency, promotion=promotion)


@post("/payments/promotions/{promotion_id:str}/edit", opt=WRITE, include_in_schema=False)
async def promotion_changed(visit: NamedDependency[Visit], promotion_id: FromPath[str]) -> Response[Any]:
    """Write its terms anew."""
    whole_shop(visit.principal)
    wanted = from_text("prm", promotion_id)
    promotion = await visit.db.run(visit.caller, lambda tx: _found(tx, wanted))
    return await _kept(visit, promotion)


async def _kept(visit: Visit, promotion: Promotion | None) -> Response[Any]:
    form = await posted(visit.request)
    words = place_of(visit.request).words
    shop = await visit.db.run(visit.caller, lambda tx: shop_by_id(tx, tx.shop_id))
    currency = promotion.terms.currency if promotion else shop.currency
    terms, errors = read_terms(
        form, words, shop_name=shop.name, currency=currency, zone=visit.principal.zone, now=visit.now
    )
    general = ""
    if not errors:

        async def command(tx: Tx) -> Promotion:
            if promotion is None:
                return await make_promotion(tx, terms, now=visit.now)
            seen = one(form, "seen") or None
            return await change_promotion(tx, promotion.id, terms, seen=seen, now=visit.now)

        try:
            kept = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
        except PromotionTermsWrong as refusal:
            errors |= told_wrong(refusal.wrong, words)
        except (LimitBelowTaken, PromotionEnded, PromotionChanged) as refusal:
            general = told(refusal, words)
            if promotion is not None:
                wanted = promotion.id
                promotion = await visit.db.run(visit.caller, lambda tx: _found(tx, wanted))
        else:
            return Redirect(f"{path_of(kept.id)}?said=saved", status_code=303)
    return _form(visit, typed_in(form), errors, currency=currency, promotion=promotion, general=general)


@get("/payments/promotions/{promotion_id:str}", opt=READ, include_in_schema=False)
async def promotion_page(
    visit: NamedDependency[Visit],
    promotion_id: FromPath[str],
    after: FromQuery[str] = "",
    said: FromQuery[str] = "",
) -> Response[str]:
    """One promotion: its budget, its uses and what they cost whom."""
    whole_shop(visit.principal)
    words = place_of(visit.request).words
    flashes = [("done", words.gettext(SAID[said]))] if said in SAID else []
    return await _detail(visit, from_text("prm", promotion_id), after=after, flashes=flashes)


async def _detail(
    visit: Visit,
    wanted: UUID,
    *,
    after: str = "",
    flashes: list[tuple[str, str]],
    status_code: int = 200,
) -> Response[str]:
    last = from_text("rdm", after) if after else None

    async def read(tx: Tx) -> Whole:
        promotion = await _found(tx, wanted)
        uses = await uses_of_promotion(tx, wanted, after=last, limit=SHOWN + 1)
        return Whole(promotion, uses, await costs_of(tx, wanted))

    whole = await visit.db.run(visit.caller, read)
    more = len(whole.uses) > SHOWN
    terms = whole.promotion.terms
    return page(
        visit.request,
        "payments/promotion.html",
        status_code=status_code,
        now=visit.now,
        flashes=flashes,
        promotion=whole.promotion,
        path=path_of(wanted),
        uses=whole.uses[:SHOWN],
        older=to_text("rdm", whole.uses[SHOWN - 1].id) if more else None,
        after=after,
        costs=whole.costs,
        ways=[METHODS[code].name for code in (*terms.methods, *terms.wallets) if code in METHODS],
        bank_names=[name for code, name in banks() if code in terms.banks],
        percent=percent,
        order_path=lambda order: f"/payments/orders/{to_text('ord', order)}",
        pay_out_path=lambda use: f"{path_of(wanted)}/uses/{to_text('rdm', use)}/paid",
        **_common(visit.principal),
    )


@post("/payments/promotions/{promotion_id:str}/state", opt=WRITE, include_in_schema=False)
async def promotion_moved(visit: NamedDependency[Visit], promotion_id: FromPath[str]) -> Response[Any]:
    """Start, pause or end it."""
    whole_shop(visit.principal)
    form = await posted(visit.request)
    wanted = from_text("prm", promotion_id)
    event = _BY_HAND.get(one(form, "event"))
    return await _answered(
        visit,
        wanted,
        form,
        None if event is None else lambda tx: move_promotion(tx, wanted, event, now=visit.now),
        said="moved",
    )


_BY_HAND: Final = {
    str(event): event for event in (PromotionEvent.START, PromotionEvent.PAUSE, PromotionEvent.END)
}


@post("/payments/promotions/{promotion_id:str}/uses/{use_id:str}/paid", opt=WRITE, include_in_schema=False)
async def cashback_paid(
    visit: NamedDependency[Visit],
    promotion_id: FromPath[str],
    use_id: FromPath[str],
) -> Response[Any]:
    """The buyer got their cashback."""
    whole_shop(visit.principal)
    form = await posted(visit.request)
    promotion, use = from_text("prm", promotion_id), from_text("rdm", use_id)
    return await _answered(
        visit,
        promotion,
        form,
        lambda tx: pay_out(tx, use, promotion_id=promotion, now=visit.now),
        said="paid",
    )


async def _answered(
    visit: Visit,
    wanted: UUID,
    form: FormMultiDict,
    command: Any,
    *,
    said: str,
) -> Response[Any]:
    refusal: Refusal | None = None
    if command is not None:
        try:
            await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
        except (IllegalMove, NothingOwed) as turned_down:
            refusal = turned_down
    if refusal is None:
        return Redirect(f"{path_of(wanted)}?said={said}", status_code=303)
    flashes = [("loss", told(refusal, place_of(visit.request).words))]
    return await _detail(visit, wanted, flashes=flashes, status_code=409)


@get("/payments/promotions/{promotion_id:str}/shares.csv", opt=READ, include_in_schema=False)
async def shares_file(visit: NamedDependency[Visit], promotion_id: FromPath[str]) -> Stream:
    """Who bears what of every paid use, per order line, as a file to settle by."""
    whole_shop(visit.principal)
    wanted = from_text("prm", promotion_id)
    await visit.db.run(visit.caller, lambda tx: _found(tx, wanted))

    async def lines() -> AsyncIterator[str]:
        yield written([HEADER])
        last: UUID | None = None
        while True:
            rows = await visit.db.run(
                visit.caller, partial(settlement_rows, promotion_id=wanted, after=last, limit=CHUNK)
            )
            if not rows:
                return
            yield written([_cells(row) for row in rows])
            last = rows[-1].use_id

    name = f"promotion-{visit.now:%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def _cells(row: ShareRow) -> list[str]:
    cells = (
        row.number, to_text("rdm", row.use_id), row.state, row.method, row.line_no, row.payer, row.payer_name,
        row.amount_minor, row.reversed_minor, row.amount_minor - row.reversed_minor, row.currency,
        row.moved_at.isoformat(),
    )  # fmt: skip
    return [str(cell) for cell in cells]


async def _found(tx: Tx, promotion_id: UUID) -> Promotion:
    found = await find_promotion(tx, promotion_id)
    if found is None:
        raise PromotionNotFound(to_text("prm", promotion_id))
    return found


def _form(
    visit: Visit,
    typed: dict[str, str | list[str]],
    errors: dict[str, str],
    *,
    currency: str,
    promotion: Promotion | None = None,
    general: str = "",
) -> Response[str]:
    return page(
        visit.request,
        "payments/promotion_form.html",
        status_code=422 if errors else 409 if general else 200,
        now=visit.now,
        typed=typed,
        errors=errors,
        general=general,
        currency=currency,
        promotion=promotion,
        path=path_of(promotion.id) if promotion else "/payments/promotions",
        kinds=KINDS,
        payers=PAYERS,
        ways=ways(),
        banks=banks(),
    )


def _common(principal: Principal) -> dict[str, Any]:
    return {
        "may_write": principal.may(Permission.PAYMENTS_WRITE),
        "sees_finance": True,
        "states": STATES,
        "use_states": USES,
        "kinds": KINDS,
        "payers": PAYERS,
        "method_names": {code: method.name for code, method in METHODS.items()},
    }


handlers = [
    promotions_list,
    new_promotion,
    promotion_made,
    edit_promotion,
    promotion_changed,
    promotion_page,
    promotion_moved,
    cashback_paid,
    shares_file,
]
