"""How words read with a real order in their places, before anybody is told anything."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan import notifications
from orderan.flows.tell_restock import Ware, sample_ware
from orderan.flows.telling_words import Voice, values
from orderan.flows.views_telling import About, abouts, sample_order, thing_of
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.errors import Kind as RefusalKind
from orderan.notifications import Kind, Template, Words


@dataclass(eq=False)
class NothingToShow(Refusal):
    """The order has nothing a message of this kind would be about, or there is no order yet."""

    code = "message_nothing_to_show"
    kind = RefusalKind.CONFLICT
    sentence = N_("Belum ada pesanan yang cocok untuk pratinjau ini.")


@dataclass(frozen=True, slots=True)
class Preview:
    """Words with the values of an order in their places, or those of goods where they are about no order."""

    words: Words
    number: int | None = None
    ware: str = ""


async def preview(
    tx: Tx, template: Template, voice: Voice, *, order_id: UUID | None, buyer: str, now: datetime
) -> Preview:
    """How a template reads.

    Args:
        order_id: With which order; None for one that fits. What is about goods is shown with those waited for last.
        buyer: What stands for the buyer's name, which is not opened for this.

    Raises:
        NothingToShow: No order fits, or there are no goods.
        ValueMissing, TemplateBroken: As in sending.
    """
    kind = Kind(template.kind)
    if kind is Kind.BACK_IN_STOCK:
        ware = await sample_ware(tx, link=voice.links.base_url, now=now)
        if ware is None:
            raise NothingToShow
        return Preview(_worded(template, ware, voice, buyer=buyer, now=now), ware=ware.name)
    chosen = order_id or await sample_order(tx, kind)
    thing = None if chosen is None else await thing_of(tx, kind, chosen)
    if chosen is None or thing is None:
        raise NothingToShow
    [about] = await abouts(tx, [(chosen, thing, None)])
    if about is None:
        raise NothingToShow
    return Preview(_worded(template, about, voice, buyer=buyer, now=now), number=about.number)


def _worded(template: Template, about: About | Ware, voice: Voice, *, buyer: str, now: datetime) -> Words:
    shop, locale = voice.shop, template.locale
    kind = Kind(template.kind)
    given = values(kind, about, voice, buyer=buyer, locale=locale, zone=shop.time_zone, now=now)
    return notifications.render(template, given, shop=shop.name, locale=locale)
