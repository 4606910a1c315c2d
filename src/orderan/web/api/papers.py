"""Papers over the API: invoices of orders, packing slips and delivery notes of tasks, as PDF."""

from datetime import datetime
from typing import Annotated, Literal

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from orderan.access import Permission, Principal
from orderan.flows.views_papers import OrderPaper, named_order_paper, order_paper, task_paper
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text
from orderan.orders import OrderNotFound, visible
from orderan.web.api.answering import READ, scope_of
from orderan.web.papers import PDF, as_pdf, delivery_note, invoice, packing_slip
from orderan.web.words import words

Language = Annotated[Literal["id", "en"], QueryParameter(description="Of the words on it")]


@get(
    "/orders/{order_id:str}/invoice.pdf",
    summary="Invoice of an order",
    opt={"needs": Permission.ORDERS_READ},
    responses=READ,
    media_type=PDF,
)
async def invoice_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    order_id: FromPath[str],
    language: Language = "id",
) -> Response[bytes]:
    """Its lines as they stand and the order's own sums; with the buyer's address for a key that may read personal data."""

    async def read(tx: Tx) -> OrderPaper:
        order = from_text("ord", order_id)
        if order not in await visible(tx, [order], scope_of(principal)):
            raise OrderNotFound(order_id)
        if principal.may(Permission.PERSONAL_READ):
            return await named_order_paper(tx, keyring, order, now=now)
        return await order_paper(tx, order)

    found = await db.run(caller, read)
    return await as_pdf(
        f"invoice-{found.order.number}", invoice(found, words(language), found.shop.time_zone)
    )


@get(
    "/tasks/{task_id:str}/packing-slip.pdf",
    summary="Packing slip of a task",
    opt={"needs": Permission.FULFILMENT_READ},
    responses=READ,
    media_type=PDF,
)
async def packing_slip_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    language: Language = "id",
) -> Response[bytes]:
    """What is in the box; nobody's name is on it."""
    task, scope = from_text("tsk", task_id), scope_of(principal)
    found = await db.run(caller, lambda tx: task_paper(tx, keyring, scope, task, named=False, now=now))
    return await as_pdf(
        f"packing-slip-{found.order.number}", packing_slip(found, words(language), found.shop.time_zone)
    )


@get(
    "/tasks/{task_id:str}/delivery-note.pdf",
    summary="Delivery note of a task",
    opt={"needs": Permission.SHIPPING_WRITE},
    responses=READ,
    media_type=PDF,
)
async def delivery_note_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    task_id: FromPath[str],
    language: Language = "id",
) -> Response[bytes]:
    """What is handed to whom, with room to sign."""
    task, scope = from_text("tsk", task_id), scope_of(principal)
    found = await db.run(caller, lambda tx: task_paper(tx, keyring, scope, task, named=True, now=now))
    return await as_pdf(
        f"delivery-note-{found.order.number}", delivery_note(found, words(language), found.shop.time_zone)
    )


handlers = [
    Router("/api/v1", route_handlers=[invoice_read], tags=["orders"]),
    Router("/api/v1", route_handlers=[packing_slip_read, delivery_note_read], tags=["tasks"]),
]
