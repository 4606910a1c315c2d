"""Papers from the pages of orders and tasks: invoice, packing slip, delivery note."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from orderan.access import Permission, Principal
from orderan.customers import customer_card
from orderan.flows.views_papers import OrderPaper, TaskPaper, named_order_paper, order_paper, task_paper
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import from_text
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.order_detail import require_visible
from orderan.web.dashboard.order_looks import reader_of
from orderan.web.here import place_of
from orderan.web.papers import as_pdf, delivery_note, invoice, packing_slip


@get("/orders/{order:str}/invoice.pdf", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def order_invoice(visit: NamedDependency[Visit], order: FromPath[str]) -> Response[bytes]:
    """With the buyer's address for who may read it, else with the name as they see it."""
    place = place_of(visit.request, now=visit.now)

    async def read(tx: Tx) -> tuple[OrderPaper, str]:
        order_id = await require_visible(tx, visit.principal, order)
        return await invoiced(tx, visit.keyring, visit.principal, order_id, now=visit.now)

    found, buyer = await visit.db.run(visit.caller, read)
    return await as_pdf(f"invoice-{found.order.number}", invoice(found, place.words, place.zone, buyer=buyer))


async def invoiced(
    tx: Tx, keyring: Keyring, principal: Principal, order_id: UUID, *, now: datetime
) -> tuple[OrderPaper, str]:
    """An order and what its buyer is called, as this person may read it."""
    if principal.may(Permission.PERSONAL_READ):
        return await named_order_paper(tx, keyring, order_id, now=now), ""
    found = await order_paper(tx, order_id)
    if found.order.customer_id is None:
        return found, ""
    card = await customer_card(tx, keyring, found.order.customer_id, reader=reader_of(principal))
    return found, card.name


@get(
    "/warehouse/tasks/{task_id:str}/packing-slip.pdf",
    opt={"needs": Permission.FULFILMENT_READ},
    include_in_schema=False,
)
async def task_packing_slip(visit: NamedDependency[Visit], task_id: FromPath[str]) -> Response[bytes]:
    """What is in the box; nobody's name is on it."""
    place = place_of(visit.request, now=visit.now)
    found = await _task(visit, task_id, named=False)
    return await as_pdf(f"packing-slip-{found.order.number}", packing_slip(found, place.words, place.zone))


@get(
    "/warehouse/tasks/{task_id:str}/delivery-note.pdf",
    opt={"needs": Permission.SHIPPING_WRITE},
    include_in_schema=False,
)
async def task_delivery_note(visit: NamedDependency[Visit], task_id: FromPath[str]) -> Response[bytes]:
    """What is handed to whom, to be signed."""
    place = place_of(visit.request, now=visit.now)
    found = await _task(visit, task_id, named=True)
    return await as_pdf(f"delivery-note-{found.order.number}", delivery_note(found, place.words, place.zone))


async def _task(visit: Visit, task_id: str, *, named: bool) -> TaskPaper:
    task, scope = from_text("tsk", task_id), scope_of(visit.principal)
    return await visit.db.run(
        visit.caller, lambda tx: task_paper(tx, visit.keyring, scope, task, named=named, now=visit.now)
    )


handlers: list[Any] = [order_invoice, task_packing_slip, task_delivery_note]
