"""Transfers in the dashboard: what is on its way, sending, receiving."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from orderan.access import Permission, Principal
from orderan.inventory import (
    Arrival,
    LossNeedsReason,
    MoreThanSent,
    StockShort,
    Transfer,
    TransferEmpty,
    TransferState,
    Travel,
    cancel_transfer,
    dispatch_transfer,
    find_or_make_lots,
    list_locations,
    list_transfers,
    names_of,
    open_transfer,
    read_transfer,
    receive_transfer,
)
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import NIL, from_text, to_text
from orderan.kit.states import IllegalMove
from orderan.web.api.transfers import require_either_end
from orderan.web.dashboard.stock import READ, SHOWN, WRITE, Asking, whole
from orderan.web.dashboard.stock_forms import REQUIRED, Typed, TypedRow, check_rows, form_page, read_rows
from orderan.web.dashboard.stock_words import TABS, TRANSFERS, actor_names
from orderan.web.errors import sentence
from orderan.web.forms import FormSentBefore, one, posted, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.stock_scope import LOCATION, TRANSFER, cursor, read_moment, require_scope


def transfer_path(transfer_id: UUID) -> str:
    return f"/stock/transfers/{to_text(TRANSFER, transfer_id)}"


@get("/stock/transfers", opt=READ, include_in_schema=False)
async def transfers_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    chosen: Annotated[str, QueryParameter(name="state")] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Newest first."""
    states = [chosen] if chosen in set(TransferState) else None
    begin = read_moment(after)
    found = await db.run(
        caller,
        lambda tx: list_transfers(
            tx, states=states, locations=principal.location_ids, after=begin, limit=SHOWN + 1
        ),
    )
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    return page(
        request,
        "stock/transfers.html",
        now=now,
        transfers=found[:SHOWN],
        state=chosen,
        states=TRANSFERS,
        after=after,
        older=cursor(last.created_at, last.id) if last else None,
        tabs=[(href, label, href == "/stock/transfers") for href, label in TABS],
        transfer_path=transfer_path,
        may_write=principal.may(Permission.INVENTORY_WRITE),
    )


@get("/stock/transfers/new", opt=WRITE, include_in_schema=False)
async def transfer_form(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    sku: FromQuery[str] = "",
    location: FromQuery[str] = "",
) -> Response[str]:
    """An empty form."""
    typed = Typed(location=location, rows=[TypedRow(sku=sku)] if sku else [])
    return await _form(request, db, caller, principal, typed, target="", note="")


async def _form(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    typed: Typed,
    *,
    target: str,
    note: str,
) -> Response[str]:
    everywhere = await db.run(caller, list_locations)
    targets = [
        (to_text(LOCATION, place.id), place.name)
        for place in everywhere
        if place.active and place.kind in {"warehouse", "store", "quarantine"}
    ]
    return await form_page(
        request,
        db,
        caller,
        principal,
        "stock/transfer_form.html",
        typed,
        target=target,
        targets=targets,
        note=note,
    )


@post("/stock/transfers/new", opt=WRITE, include_in_schema=False)
async def transfer_typed(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Another row, or draft the transfer."""
    form = await posted(request)
    typed, target, note = read_rows(form), one(form, "to"), one(form, "note").strip()[:500]
    words = place_of(request).words
    if one(form, "verb") == "save":

        async def command(tx: Tx) -> Transfer | None:
            known = await check_rows(tx, request, typed, least=1)
            for name, value in (("location", typed.location), ("to", target)):
                if not value:
                    typed.errors[name] = words.gettext(REQUIRED)
            if typed.wrong:
                return None
            sender = from_text(LOCATION, typed.location)
            require_scope(principal, sender)
            wanted = [(known[row.sku].id, row.lot, None) for row in typed.filled if row.lot]
            lots = await find_or_make_lots(tx, wanted, now=now)
            goods = [
                Travel(
                    known[row.sku].id,
                    whole(row.quantity, least=1) or 0,
                    lot_id=lots[known[row.sku].id, row.lot].id if row.lot else NIL,
                )
                for row in typed.filled
            ]
            await sent_once(tx, form, now=now)
            return await open_transfer(
                tx,
                from_location=sender,
                to_location=from_text(LOCATION, target),
                goods=goods,
                note=note,
                now=now,
            )

        try:
            opened = await db.run(caller, command)
        except (FormSentBefore, TransferEmpty) as refusal:
            typed.errors["to"] = sentence(refusal, place_of(request).words)
            opened = None
        if opened is not None:
            return Redirect(f"{transfer_path(opened.id)}?said=opened", status_code=303)
    else:
        for row in typed.rows:
            row.quantity = row.quantity or ("1" if row.sku else "")
    return await _form(request, db, caller, principal, typed, target=target, note=note)


@get("/stock/transfers/{transfer_id:str}", opt=READ, include_in_schema=False)
async def transfer_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    transfer_id: FromPath[str],
    said: FromQuery[str] = "",
) -> Response[str]:
    """The next step on top, then its lines."""
    return await _page(request, db, caller, principal, now, from_text(TRANSFER, transfer_id), said=said)


async def _page(
    request: Asking,
    db: Database,
    caller: Caller,
    principal: Principal,
    now: datetime,
    transfer_id: UUID,
    *,
    said: str = "",
    general: str = "",
    typed: dict[str, str] | None = None,
) -> Response[str]:
    async def read(tx: Tx) -> dict[str, Any]:
        transfer = await read_transfer(tx, transfer_id)
        require_either_end(principal, transfer)
        return {
            "transfer": transfer,
            "lines": await names_of(tx, transfer_id),
            "names": {place.id: place.name for place in await list_locations(tx)},
            "actors": await actor_names(tx, {transfer.created_by}),
        }

    context = await db.run(caller, read)
    transfer, seen = context["transfer"], principal.location_ids
    may_write = principal.may(Permission.INVENTORY_WRITE)
    return page(
        request,
        "stock/transfer.html",
        status_code=422 if general else 200,
        now=now,
        said=said,
        general=general,
        typed=typed or {},
        states=TRANSFERS,
        path=transfer_path(transfer_id),
        cause=to_text(TRANSFER, transfer_id),
        may_send=may_write and (seen is None or transfer.from_location in seen),
        may_receive=may_write and (seen is None or transfer.to_location in seen),
        **context,
    )


@post("/stock/transfers/{transfer_id:str}/{verb:str}", opt=WRITE, include_in_schema=False)
async def transfer_stepped(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    transfer_id: FromPath[str],
    verb: FromPath[str],
) -> Response[Any]:
    """Dispatch it, drop it, or book in what arrived."""
    found = from_text(TRANSFER, transfer_id)
    form = await posted(request)
    typed = {name: one(form, name) for name in form}
    words = place_of(request).words

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=now)
        transfer = await read_transfer(tx, found)
        if verb == "receive":
            require_scope(principal, transfer.to_location)
            await receive_transfer(tx, found, _arrivals(transfer, typed), now=now)
            return
        require_scope(principal, transfer.from_location)
        step = {"dispatch": dispatch_transfer, "cancel": cancel_transfer}.get(verb)
        if step is None:
            raise IllegalMove("transfer", transfer.state, verb)
        await step(tx, found, now=now)

    try:
        await db.run(caller, command)
    except (FormSentBefore, StockShort, MoreThanSent, LossNeedsReason, IllegalMove) as refusal:
        told = sentence(refusal, words)
        return await _page(request, db, caller, principal, now, found, general=told, typed=typed)
    except ValueError:
        told = words.gettext("Isi bilangan bulat, 0 atau lebih.")
        return await _page(request, db, caller, principal, now, found, general=told, typed=typed)
    return Redirect(f"{transfer_path(found)}?said={verb}", status_code=303)


def _arrivals(transfer: Transfer, typed: dict[str, str]) -> list[Arrival]:
    """What was typed per line; a line left empty stays under way.

    Raises:
        ValueError: Something typed is no whole number.
    """
    arrivals = []
    for line in transfer.lines:
        received = whole(typed.get(f"received-{line.line_no}", "") or "0")
        lost = whole(typed.get(f"lost-{line.line_no}", "") or "0")
        if received is None or lost is None:
            raise ValueError(line.line_no)
        if received or lost:
            reason = typed.get(f"reason-{line.line_no}", "").strip()[:300]
            arrivals.append(Arrival(line.line_no, received, lost, reason or None))
    return arrivals


handlers = [
    transfers_page,
    transfer_form,
    transfer_typed,
    transfer_page,
    transfer_stepped,
]
