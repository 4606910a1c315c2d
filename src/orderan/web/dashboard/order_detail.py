"""One order in the dashboard: what it needs now, what happened, what it is made of."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from orderan.access import Permission, Principal
from orderan.customers import Field, addresses, customer_card, reveal
from orderan.flows.payable import is_payable
from orderan.flows.refund_parts import units_left
from orderan.flows.views_asking import progress_of
from orderan.fulfilment import tasks_of
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import from_text, to_text
from orderan.orders import (
    Hold,
    HoldKind,
    Moment,
    Order,
    OrderNotFound,
    holds_of,
    load_orders,
    owed,
    standing_change,
    substitutions_of,
    tags_of,
    timeline,
    unshipped,
    version_of,
    versions_of,
    visible,
)
from orderan.payments import money_of
from orderan.returns import returns_of
from orderan.shipping import UNDER_WAY, parcels_of, promises_of
from orderan.shops import list_channels
from orderan.trust import review_of_order
from orderan.verification import attempts_of, last_days
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.order_filters import choices, scope_of
from orderan.web.dashboard.order_looks import LABELS, cash, reader_of
from orderan.web.dashboard.order_next import Step, next_step
from orderan.web.dashboard.order_timeline import told
from orderan.web.dashboard.order_words import HOLDS
from orderan.web.dashboard.promise_words import RISKS
from orderan.web.dashboard.trust import review_path
from orderan.web.dashboard.verification_words import DAY_STATES, STATES, WAYS, outcome_told, progress_told
from orderan.web.forms import Sent
from orderan.web.here import here, place_of, standing
from orderan.web.pages import page
from orderan.web.principal import may_judge

NOTHING_SENT: Final = Sent()
SAID: Final = (
    "paid",
    "held",
    "released",
    "noted",
    "tagged",
    "cancelled",
    "completed",
    "granted",
    "refunded",
    "changed",
    "declined",
    "placed",
    "verified",
)


async def require_visible(tx: Tx, principal: Principal, text: str) -> UUID:
    """The order of an address, if this person may see it.

    Raises:
        OrderNotFound: There is none, or it is outside their scope.
    """
    order_id = from_text("ord", text)
    if order_id not in await visible(tx, [order_id], scope_of(principal)):
        raise OrderNotFound(text)
    return order_id


@get("/orders/{order:str}", opt={"needs": Permission.ORDERS_READ}, include_in_schema=False)
async def order_page(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """The page."""
    return await shown(visit, order)


async def shown(visit: Visit, text: str, *, sent: Sent = NOTHING_SENT) -> Response[Any]:
    """The page of an order; the form that was refused has what was typed and says what is wrong."""

    async def read(tx: Tx) -> dict[str, Any]:
        return await around(
            tx, visit.keyring, visit.principal, await require_visible(tx, visit.principal, text)
        )

    context = await visit.db.run(visit.caller, read)
    place = place_of(visit.request, now=visit.now)
    with standing(place):
        context |= _said_of(context)
    said = visit.request.query_params.get("said", "")
    return page(
        visit.request,
        "orders/detail.html",
        now=visit.now,
        pay_page=_pay_page(visit, context["order"]),
        status_code=422 if sent.refused else 200,
        said=said if said in SAID else "",
        sent=sent,
        **context,
        **LABELS,
    )


def _pay_page(visit: Visit, order: Order) -> str:
    """Where its buyer pays, as long as somebody has to."""
    return visit.links.pay_page(order.shop_id, order.id, now=visit.now) if is_payable(order) else ""


async def around(tx: Tx, keyring: Keyring, principal: Principal, order_id: UUID) -> dict[str, Any]:
    """Everything the page of an order shows."""
    order, lines = (await load_orders(tx, [order_id]))[order_id]
    known = await choices(tx, principal)
    reader = reader_of(principal)
    card = await customer_card(tx, keyring, order.customer_id, reader=reader) if order.customer_id else None
    mine = await addresses(tx, keyring, [order.customer_id], reader=reader) if order.customer_id else []
    moments = await timeline(tx, order_id)
    holds, change = await holds_of(tx, order_id), await standing_change(tx, order_id)
    versions, tasks = await versions_of(tx, order_id), await tasks_of(tx, order_id)
    money = await money_of(tx, order_id, total_minor=order.total_minor, terms=order.terms)
    left = units_left(lines, money.refunds)
    actors = {moment.actor for moment in moments} | {hold.placed_by for hold in holds}
    actors |= {version.replaced_by for version in versions} | {order.placed_by}
    actors |= {change.opened_by} if change else set()
    attempts, parcels = await attempts_of(tx, order_id), await parcels_of(tx, order_id)
    actors |= {attempt.moved_by for attempt in attempts}
    places = {str(task.task.location_id): task.location_name for task in tasks}
    places |= {str(place_id): name for place_id, name in known.places.values()}
    names = await names_of(tx, sorted(actors), places, moments)
    channel = next((one for one in await list_channels(tx) if one.id == order.channel_id), None)
    open_holds = [hold for hold in holds if hold.released_at is None]
    return {
        "order": order,
        "lines": lines,
        "instead_of": {one.by_line_no: one.line_no for one in await substitutions_of(tx, order_id)},
        "open_units": {line.line_no: unshipped(line) for line in lines},
        "owed": owed,
        "card": card,
        "customer_path": f"/customers/{to_text('cus', order.customer_id)}" if order.customer_id else "",
        "address": next((one for one in mine if one.id == order.address_id), None),
        "channel": channel,
        "moments": moments,
        "names": names,
        "open_holds": open_holds,
        "review_path": await _review_path(tx, principal, order_id, open_holds),
        "hold_id": lambda hold_id: to_text("hld", hold_id),
        "tags": await tags_of(tx, order_id),
        "known_tags": known.tags,
        "versions": versions,
        "change": change,
        "tasks": tasks,
        "parcels": parcels,
        "under_way": UNDER_WAY,
        "promises": {one.parcel_id: one for one in await promises_of(tx, [order_id])},
        "risks": RISKS,
        "days": await last_days(tx, [parcel.id for parcel in parcels]),
        "parcel_id": lambda parcel_id: to_text("pcl", parcel_id),
        "money": money,
        "refund_lines": [(line, left[line.line_no]) for line in lines if left[line.line_no]],
        "refund_id": lambda refund_id: to_text("rfd", refund_id),
        "returns": await returns_of(tx, order_id),
        "attempts": attempts,
        "asking_now": await progress_of(tx, order_id),
        "text_id": to_text("ord", order_id),
        "may_write": principal.may(Permission.ORDERS_WRITE),
        "may_judge": may_judge(principal),
        "may_pay": principal.may(Permission.PAYMENTS_WRITE),
        "may_grant": principal.may(Permission.REFUNDS_GRANT),
        "may_refund": principal.may(Permission.REFUNDS_EXECUTE),
        "may_reveal": principal.may(Permission.PERSONAL_READ),
        "editable": order.commercial in ("awaiting_payment", "accepted"),
        "revealed": None,
    }


async def _review_path(tx: Tx, principal: Principal, order_id: UUID, holds: Sequence[Hold]) -> str:
    """Where a held order is judged, for whoever may look; "" where nobody need."""
    held = any(hold.kind == HoldKind.FRAUD for hold in holds)
    if not held or not principal.sees_whole_shop or not principal.may(Permission.TRUST_READ):
        return ""
    return review_path(order_id) if await review_of_order(tx, order_id) else ""


def _said_of(context: dict[str, Any]) -> dict[str, Any]:
    """Sentences that need the reader's language."""
    order: Order = context["order"]
    names: Names = context["names"]
    moments: list[Moment] = context["moments"]
    change = context["change"]
    words = here().words
    step = next_step(
        order,
        context["lines"],
        holds=context["open_holds"],
        change=change,
        opened_by=names.who(change.opened_by, words) if change else "",
        tasks={task.task.state for task in context["tasks"]} - {"cancelled", "handed_over"},
        promised_minor=context["money"].promised_minor,
    )
    events = [entry for moment in moments if (entry := told(moment, words, names, order.currency))]
    return {
        "step": step,
        "step_title": words.gettext(step.title, **_filled(step)),
        "step_text": words.gettext(step.text, **_filled(step)) if step.text else "",
        "events": events,
        "who": lambda actor: names.who(actor, words),
        "asking_states": STATES,
        "asking_ways": WAYS,
        "doors": DAY_STATES,
        "came_of": lambda attempt: outcome_told(attempt, words),
        "asking_told": progress_told(context["asking_now"], words),
    }


def _filled(step: Step) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: cash(*fact) if isinstance(fact, tuple) else fact for name, fact in step.facts.items()
    }
    if "hold" in facts:
        facts["hold"] = here().words.gettext(HOLDS.get(facts["hold"], facts["hold"]))
    return facts


@post(
    "/orders/{order:str}/reveal",
    opt={"needs": Permission.PERSONAL_READ},
    status_code=200,
    include_in_schema=False,
)
async def revealed(visit: Visit, order: FromPath[str]) -> Response[Any]:
    """Phone and address unmasked; the reading is kept with the order as its reason."""

    async def read(tx: Tx) -> dict[str, Any]:
        order_id = await require_visible(tx, visit.principal, order)
        context = await around(tx, visit.keyring, visit.principal, order_id)
        found: Order = context["order"]
        if found.customer_id is None:
            return context
        wanted = [Field.NAME, Field.PHONE, Field.ADDRESSES]
        seen = await reveal(
            tx, visit.keyring, found.customer_id, wanted, purpose=f"order {found.number}", now=visit.now
        )
        whole = next((one for one in seen.addresses or () if one.id == found.address_id), None)
        return context | {"revealed": {"name": seen.name, "phone": seen.phone, "address": whole}}

    context = await visit.db.run(visit.caller, read)
    with standing(place_of(visit.request, now=visit.now)):
        context |= _said_of(context)
    headers = {"cache-control": "no-store"}
    return page(
        visit.request,
        "orders/detail.html",
        now=visit.now,
        headers=headers,
        pay_page=_pay_page(visit, context["order"]),
        said="",
        sent=NOTHING_SENT,
        **context,
        **LABELS,
    )


@get(
    "/orders/{order:str}/versions/{version:int}",
    opt={"needs": Permission.ORDERS_READ},
    include_in_schema=False,
)
async def version_page(visit: Visit, order: FromPath[str], version: FromPath[int]) -> Response[Any]:
    """The order exactly as it was."""

    async def read(tx: Tx) -> tuple[Any, Order, Names]:
        order_id = await require_visible(tx, visit.principal, order)
        kept = await version_of(tx, order_id, version)
        if kept is None:
            raise OrderNotFound(f"{order} v{version}")
        found, _ = (await load_orders(tx, [order_id]))[order_id]
        return kept, found, await names_of(tx, [kept.replaced_by], {})

    kept, found, names = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "orders/version.html",
        now=visit.now,
        kept=kept,
        order=kept.snapshot["order"],
        lines=kept.snapshot["lines"],
        present=found,
        who=names.who(kept.replaced_by, place_of(visit.request).words),
        **LABELS,
    )


handlers = [order_page, revealed, version_page]
