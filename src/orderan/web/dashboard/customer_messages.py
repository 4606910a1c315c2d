"""What a customer was told lately, and what they want to be told: a part of their page."""

from typing import Any, Final
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from orderan import notifications
from orderan.access import Permission
from orderan.customers import PREFIX, seal_for
from orderan.kit.db import Tx
from orderan.kit.ids import from_text, to_text
from orderan.notifications import NATURES, Filter, Need, Wants, list_messages, wants_of
from orderan.notifications import PREFIX as MESSAGE
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.message_words import CHANNELS, KINDS, STATES
from orderan.web.forms import many, one, posted

TOLD: Final = 10


async def told_of(tx: Tx, people: tuple[UUID, ...]) -> dict[str, Any]:
    """What the customer was told lately, and what they want to be told."""
    wants = await wants_of(tx, people)
    return {
        "wants": wants.get(people[0], Wants()),
        "told_lately": await list_messages(tx, Filter(people=people), limit=TOLD),
        "message_channels": CHANNELS,
        "message_kinds": KINDS,
        "message_states": STATES,
        "message_path": lambda message: f"/messages/{to_text(MESSAGE, message)}",
        "optional_kinds": [
            (kind.value, nature.name) for kind, nature in NATURES.items() if nature.need is not Need.MUST
        ],
    }


@post(
    "/customers/{customer_id:str}/messages",
    opt={"needs": Permission.CUSTOMERS_WRITE},
    include_in_schema=False,
)
async def wants_set(visit: NamedDependency[Visit], customer_id: FromPath[str]) -> Redirect:
    """Keep what a customer wants to be told, and how."""
    customer, form = from_text(PREFIX, customer_id), await posted(visit.request)
    first = one(form, "first")
    open_ones = set(many(form, "open"))
    wants = Wants(
        channels=(first,) if first in CHANNELS else (),
        stopped=frozenset(channel for channel in CHANNELS if channel not in open_ones),
        unwanted=frozenset(many(form, "unwanted")),
        locale=one(form, "locale") or None,
    )

    async def command(tx: Tx) -> None:
        await seal_for(tx, visit.keyring, customer)
        await notifications.set_wants(tx, customer, wants, now=visit.now)

    await visit.db.run(visit.caller, command)
    return Redirect(f"/customers/{to_text(PREFIX, customer)}#messages", status_code=303)


handlers = [wants_set]
