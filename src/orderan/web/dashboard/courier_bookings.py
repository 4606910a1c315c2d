"""Booking couriers: of one packed task, after a look at what is offered, or of many by the shop's rules."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.customers import atlas
from orderan.flows.book_courier import Booker, Wish, settle_booking, take_back, want_couriers
from orderan.flows.choose_courier import measured, offer_id, to_carry
from orderan.flows.shipments import shipments
from orderan.flows.views_work import TaskRow, pick_sheet
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text
from orderan.shipping import (
    BOOKING_PREFIX,
    CARRY_RULES,
    Booking,
    Carrier,
    CarrierOffer,
    Offer,
    choose_carrier,
    courier_accounts,
    insures,
    plain_choice,
)
from orderan.web.dashboard.courier_words import SOURCES, courier_name, why_told
from orderan.web.dashboard.desk import Flash, Visit, each, scope_of, told
from orderan.web.dashboard.warehouse import board, path_of, sheet
from orderan.web.forms import count_typed, many, one, posted, sent_once, taken_once, typed_in
from orderan.web.here import place_of
from orderan.web.pages import page

WRITE: Final = {"needs": Permission.SHIPPING_WRITE}
TASK: Final = "/warehouse/tasks/{task_id:str}"


@get(f"{TASK}/couriers", opt=WRITE, include_in_schema=False)
async def offers_page(visit: Visit, booker: NamedDependency[Booker], task_id: FromPath[str]) -> Response[Any]:
    """Who would carry a packed task's goods, what each costs and how it did where they go."""
    return await _offers(visit, booker, from_text("tsk", task_id))


async def _offers(
    visit: Visit, booker: Booker, task: UUID, *, flashes: list[Flash] | None = None, status: int = 200
) -> Response[Any]:
    spoken = place_of(visit.request).words

    async def look(tx: Tx) -> tuple[TaskRow, Any, Any]:
        row, _ = await pick_sheet(tx, scope_of(visit.principal), task)
        found = await shipments(tx, visit.keyring, [task], now=visit.now)
        return row, found.get(task), CARRY_RULES.rules_of(await CARRY_RULES.live(tx))

    row, ready, policy = await visit.db.run(visit.caller, look)
    if ready is None or isinstance(ready, Refusal):
        said = [("loss", told(ready, spoken))] if ready is not None else []
        return _page(visit, row, None, "", [], "", flashes=[*(flashes or []), *said], status=status)
    query = ready.query(insured=False)
    if insures(to_carry(query), policy):
        query = ready.query(insured=True)
    offers = await booker.finder.offers(visit.caller, query)

    async def weigh(tx: Tx) -> tuple[list[CarrierOffer], dict[UUID, str]]:
        known = await measured(tx, query, offers, now=visit.now)
        return known, {account.id: account.name for account in await courier_accounts(tx)}

    known, names = await visit.db.run(visit.caller, weigh)
    choice = choose_carrier(to_carry(query), known, policy)
    places = {ranked.id: place for place, ranked in enumerate(choice.ranked, 1)}
    by_id = {offer.id: offer for offer in known}
    rows = [_row(offer, by_id.get(offer_id(offer)), places.get(offer_id(offer)), names) for offer in offers]
    rows.sort(key=lambda found: (found["place"] or len(rows) + 1, found["offer"].total_minor))
    area = atlas().get(query.destination_area)
    return _page(
        visit,
        row,
        query,
        area.name if area else query.destination_area,
        rows,
        why_told(plain_choice(choice), spoken),
        flashes=flashes,
        status=status,
    )


def _row(
    offer: Offer, known: CarrierOffer | None, place: int | None, names: dict[UUID, str]
) -> dict[str, Any]:
    return {
        "offer": offer,
        "id": offer_id(offer) if offer.account_id else "",
        "account": names.get(offer.account_id, "") if offer.account_id else "",
        "place": place,
        "days": known.days if known else None,
        "first": known.first_share if known else None,
        "measured": known.measured if known else 0,
        "source": SOURCES[offer.source],
    }


def _page(
    visit: Visit,
    task: TaskRow,
    query: Any,
    area: str,
    rows: list[dict[str, Any]],
    why: str,
    *,
    flashes: list[Flash] | None,
    status: int,
) -> Response[Any]:
    return page(
        visit.request,
        "warehouse/couriers.html",
        status_code=status,
        now=visit.now,
        flashes=flashes or [],
        task=task,
        task_path=path_of(task.id),
        query=query,
        area=area,
        rows=rows,
        why=why,
        courier_name=courier_name,
    )


@post(f"{TASK}/book", opt=WRITE, include_in_schema=False, status_code=200)
async def courier_booked(
    visit: Visit, booker: NamedDependency[Booker], task_id: FromPath[str]
) -> Response[Any]:
    """Written down, and carried out before the page comes back; what takes longer the worker ends."""
    task = from_text("tsk", task_id)
    form = await posted(visit.request)
    spoken = place_of(visit.request).words

    async def command(tx: Tx) -> Booking:
        weight_g = count_typed(one(form, "weight"))
        wish = Wish(task, _carrier(one(form, "carrier")), weight_g, bool(one(form, "insured")))
        await pick_sheet(tx, scope_of(visit.principal), task)
        within = visit.principal.location_ids
        [made] = await want_couriers(tx, visit.keyring, [wish], within=within, now=visit.now)
        return made

    try:
        made = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        typed = typed_in(form)
        return await sheet(visit, task, flashes=[("loss", told(refusal, spoken))], typed=typed, status=409)
    await booker.carry_out(visit.caller, made.id)
    return Redirect(path_of(task), status_code=303)


@post(f"{TASK}/bookings/{{booking_id:str}}/cancel", opt=WRITE, include_in_schema=False, status_code=200)
async def booking_cancelled(
    visit: Visit, booker: NamedDependency[Booker], task_id: FromPath[str], booking_id: FromPath[str]
) -> Response[Any]:
    """The courier is told before the page comes back, or by the worker."""
    task, booking = from_text("tsk", task_id), from_text(BOOKING_PREFIX, booking_id)
    form = await posted(visit.request)
    spoken = place_of(visit.request).words

    async def command(tx: Tx) -> None:
        await pick_sheet(tx, scope_of(visit.principal), task)
        within = visit.principal.location_ids
        await take_back(tx, booking, reason="tidak jadi dikirim", within=within, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        return await sheet(visit, task, flashes=[("loss", told(refusal, spoken))], status=409)
    await booker.carry_out(visit.caller, booking)
    return Redirect(path_of(task), status_code=303)


@post(f"{TASK}/bookings/{{booking_id:str}}/settle", opt=WRITE, include_in_schema=False, status_code=200)
async def booking_settled(visit: Visit, task_id: FromPath[str], booking_id: FromPath[str]) -> Response[Any]:
    """A person looked into the courier's books."""
    task, booking = from_text("tsk", task_id), from_text(BOOKING_PREFIX, booking_id)
    form = await posted(visit.request)
    spoken = place_of(visit.request).words

    async def command(tx: Tx) -> None:
        await pick_sheet(tx, scope_of(visit.principal), task)
        within = visit.principal.location_ids
        await settle_booking(tx, booking, one(form, "awb") or None, within=within, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        return await sheet(visit, task, flashes=[("loss", told(refusal, spoken))], status=409)
    return Redirect(path_of(task), status_code=303)


@post("/warehouse/book", opt=WRITE, include_in_schema=False, status_code=200)
async def many_booked(visit: Visit) -> Response[str]:
    """Every task that was ticked, by the shop's rules; the worker books them, and each refusal is named."""
    form = await posted(visit.request)
    tasks = [from_text("tsk", task) for task in many(form, "task")]
    await visit.db.run(visit.caller, lambda tx: sent_once(tx, form, now=visit.now))

    async def step(tx: Tx, task: UUID) -> None:
        await pick_sheet(tx, scope_of(visit.principal), task)
        within = visit.principal.location_ids
        await want_couriers(tx, visit.keyring, [Wish(task)], within=within, now=visit.now)

    outcome = await each(visit.request, visit.db, visit.caller, tasks, step)
    flashes = outcome.flashes(visit.request, _booked)
    return await board(visit, tab=one(form, "tab"), place=one(form, "place"), flashes=flashes)


def _booked(spoken: Words, done: int) -> str:
    return spoken.ngettext(
        "Kurir untuk %(num)s tugas sedang dipesan.", "Kurir untuk %(num)s tugas sedang dipesan.", done
    )


def _carrier(typed: str) -> Carrier | None:
    """An offer as the page named it; None where it names none."""
    account, _, rest = typed.partition(":")
    courier, _, service = rest.partition(":")
    try:
        account_id = UUID(account)
    except ValueError:
        return None
    return Carrier(account_id, courier[:40], service[:40]) if courier and service else None


handlers: list[Any] = [
    offers_page,
    courier_booked,
    booking_cancelled,
    booking_settled,
    many_booked,
]
