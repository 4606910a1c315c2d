"""What buyers were told: the list, one message with its tries, and sending it again."""

import json
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan import notifications
from orderan.access import Permission
from orderan.customers import PREFIX as CUSTOMER
from orderan.customers import CustomerNotActive, Field, customer_cards, note_reading, seal_for
from orderan.flows.views_telling import numbers_of
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.notifications import PREFIX, Filter, MessageNotFound, MessageState
from orderan.shops import shop_by_id
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.customers import reader_of
from orderan.web.dashboard.desk import Visit, told
from orderan.web.dashboard.finance import whole_shop
from orderan.web.dashboard.message_words import CHANNELS, DELIVERIES, KINDS, REASONS, STATES
from orderan.web.forms import one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

SHOWN: Final = 50
LATELY: Final = timedelta(days=30)
READ: Final = {"needs": Permission.CUSTOMERS_READ}
WRITE: Final = {"needs": Permission.CUSTOMERS_WRITE}
WORDS: Final[dict[str, Any]] = {
    "kinds": KINDS,
    "channels": CHANNELS,
    "states": STATES,
    "tries": DELIVERIES,
    "reasons": REASONS,
}


def path_of(message_id: UUID) -> str:
    return f"/messages/{to_text(PREFIX, message_id)}"


def customer_path(person_id: UUID) -> str:
    return f"/customers/{to_text(CUSTOMER, person_id)}"


def order_path(order_id: UUID) -> str:
    return f"/orders/{to_text('ord', order_id)}"


@get("/messages", opt=READ, include_in_schema=False)
async def messages_page(
    visit: NamedDependency[Visit],
    tab: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    channel: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """What was told, the newest first, and what each channel did lately."""
    whole_shop(visit.principal)
    state = tab if tab in set(MessageState) else None
    shown = Filter(state, kind if kind in KINDS else None, channel if channel in CHANNELS else None)
    last = read_cursor(after)

    async def read(tx: Tx) -> dict[str, Any]:
        rows = await notifications.list_messages(tx, shown, limit=SHOWN + 1, after=last)
        listed = rows[:SHOWN]
        return {
            "rows": listed,
            "older": cursor_of(listed[-1].message.made_at, listed[-1].message.id)
            if len(rows) > SHOWN
            else None,
            "numbers": await numbers_of(tx, {row.message.topic_id for row in listed}),
            "people": await customer_cards(
                tx,
                visit.keyring,
                {row.message.person_id for row in listed},
                reader=reader_of(visit.principal),
            ),
            "spent": await notifications.spent_since(tx, visit.now - LATELY),
            "policy": await notifications.policy_of(tx),
        }

    return page(
        visit.request,
        "messages/list.html",
        now=visit.now,
        tab=state or "",
        kind=kind,
        channel=channel,
        path_of=path_of,
        may_set=visit.principal.may(Permission.SETTINGS_READ),
        **WORDS,
        **await visit.db.run(visit.caller, read),
    )


@get("/messages/{message_id:str}", opt=READ, include_in_schema=False)
async def message_page(
    visit: NamedDependency[Visit], message_id: FromPath[str], said: FromQuery[str] = ""
) -> Response[str]:
    """One message with every try of it."""
    return await _page(visit, from_text(PREFIX, message_id), said=said)


async def _page(
    visit: Visit, message_id: UUID, *, said: str = "", refusal: str = "", opened: bool = False
) -> Response[str]:
    whole_shop(visit.principal)

    async def read(tx: Tx) -> dict[str, Any]:
        message = await notifications.message_by_id(tx, message_id)
        if message is None:
            raise MessageNotFound(to_text(PREFIX, message_id))
        tries = await notifications.deliveries_of(tx, message_id)
        cards = await customer_cards(
            tx, visit.keyring, [message.person_id], reader=reader_of(visit.principal)
        )
        words: dict[UUID, list[str]] = {}
        if opened:
            words = await _opened(tx, visit, message.person_id, tries)
        return {
            "message": message,
            "deliveries": [delivery for delivery, _ in tries],
            "kept": any(sealed is not None for _, sealed in tries),
            "words": words,
            "card": cards[message.person_id],
            "number": (await numbers_of(tx, [message.topic_id])).get(message.topic_id),
        }

    found = await visit.db.run(visit.caller, read)
    message = found["message"]
    hanging = any(one_.state in {"queued", "sending", "unknown"} for one_ in found["deliveries"])
    return page(
        visit.request,
        "messages/detail.html",
        status_code=409 if refusal else 200,
        headers={"cache-control": "no-store"} if opened else {},
        now=visit.now,
        said=said,
        refusal=refusal,
        path=path_of(message_id),
        customer_path=customer_path(message.person_id),
        order_path=order_path(message.topic_id),
        may_send=visit.principal.may(Permission.CUSTOMERS_WRITE)
        and message.state in {MessageState.TOLD, MessageState.UNTOLD}
        and not hanging,
        may_open=visit.principal.may(Permission.PERSONAL_READ) and found["kept"],
        **WORDS,
        **found,
    )


async def _opened(tx: Tx, visit: Visit, person_id: UUID, tries: list[Any]) -> dict[UUID, list[str]]:
    """What each try said; that it was read is kept. Nothing, where the person was erased meanwhile."""
    try:
        seal = await seal_for(tx, visit.keyring, person_id)
    except CustomerNotActive:
        return {}
    await note_reading(tx, [person_id], [Field.NAME], purpose="isi pesan", now=visit.now)
    return {
        delivery.id: json.loads(seal.open("delivery", "words", sealed) or '["", ""]')
        for delivery, sealed in tries
        if sealed is not None
    }


@post(
    "/messages/{message_id:str}/words",
    opt={"needs": Permission.PERSONAL_READ},
    include_in_schema=False,
    status_code=200,
)
async def message_opened(visit: NamedDependency[Visit], message_id: FromPath[str]) -> Response[str]:
    """The message with what was said."""
    return await _page(visit, from_text(PREFIX, message_id), opened=True)


@post("/messages/{message_id:str}/resend", opt=WRITE, include_in_schema=False, status_code=200)
async def message_sent_again(visit: NamedDependency[Visit], message_id: FromPath[str]) -> Response[Any]:
    """Send it again, by the channel that was chosen or by every one that is open."""
    whole_shop(visit.principal)
    found, form = from_text(PREFIX, message_id), await posted(visit.request)
    channel = one(form, "channel")

    async def command(tx: Tx) -> None:
        await notifications.resend(
            tx,
            found,
            shop=await shop_by_id(tx, tx.shop_id),
            policy=await notifications.policy_of(tx),
            channel=channel if channel in CHANNELS else None,
            now=visit.now,
        )

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except MessageNotFound:
        raise
    except Refusal as refusal:
        return await _page(visit, found, refusal=told(refusal, place_of(visit.request).words))
    return Redirect(f"{path_of(found)}?said=sent", status_code=303)


handlers = [messages_page, message_page, message_opened, message_sent_again]
