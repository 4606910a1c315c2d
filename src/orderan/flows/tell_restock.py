"""Goods somebody waits for are back: whoever waits is told once.

ask      a person waits for goods; who waits already goes on waiting, once
look     every while the goods waited for are looked at: can the next order have any?
tell     one message per wish, made in the transaction that ends the wish
again    when it is sent, goods that are gone again are not told of
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.customers import reach
from orderan.inventory import availability
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.errors import Kind as RefusalKind
from orderan.notifications import (
    Kind,
    News,
    add_wish,
    fulfil_wishes,
    lock_wishes,
    newest_wish,
    policy_of,
    skus_wished,
    tell,
    wishes_by_id,
)
from orderan.shops import shop_by_id

BATCH: Final = 500
FIRST: Final = 1


@dataclass(eq=False)
class CanBeHad(Refusal):
    """Nobody waits for what can be ordered now."""

    sku: str

    code = "restock_can_be_had"
    kind = RefusalKind.CONFLICT
    sentence = N_("“{sku}” masih tersedia: tidak perlu ditunggu.")


@dataclass(eq=False)
class NobodyToTell(Refusal):
    """There is no such customer, or their data was erased."""

    customer: str

    code = "restock_nobody_to_tell"
    kind = RefusalKind.NOT_FOUND
    sentence = N_("Pelanggan “{customer}” tidak ditemukan.")


@dataclass(frozen=True, slots=True)
class Ware:
    """Goods a wish is for; sellable is what the next order can have of them."""

    name: str
    sellable: int
    link: str


async def wait_for(
    tx: Tx, sku_id: UUID, code: str, person_id: UUID, *, customer: str, link: str, now: datetime
) -> UUID:
    """Tell a person once these goods can be had again; the wish.

    Args:
        code, customer: What a refusal names.

    Raises:
        CanBeHad: They can be had now.
        NobodyToTell: There is no such customer.
    """
    if any(one.total.sellable > 0 for one in await availability(tx, now=now, skus=[sku_id], limit=1)):
        raise CanBeHad(code)
    found = (await reach(tx, [person_id])).get(person_id)
    if found is None:
        raise NobodyToTell(customer)
    return await add_wish(tx, sku_id, found.person_id, link, now=now)


async def tell_restock(tx: Tx, *, now: datetime) -> int:
    """Tell of what came back; returns how many wishes were ended. A shop that tells nobody anything keeps them."""
    policy = await policy_of(tx)
    wished = await skus_wished(tx) if policy.channels else []
    if not wished:
        return 0
    back = [
        one.sku_id
        for one in await availability(tx, now=now, skus=wished, limit=len(wished))
        if one.total.sellable > 0
    ]
    wishes = await lock_wishes(tx, back, limit=BATCH) if back else []
    news = [
        News(
            kind=Kind.BACK_IN_STOCK,
            topic_id=wish.id,
            subject_id=wish.sku_id,
            person_id=wish.person_id,
            fact_entity=wish.id,
            fact_seq=FIRST,
            due_at=now,
        )
        for wish in wishes
    ]
    await tell(tx, news, shop=await shop_by_id(tx, tx.shop_id), policy=policy, now=now)
    await fulfil_wishes(tx, [wish.id for wish in wishes], now=now)
    return len(wishes)


async def sample_ware(tx: Tx, *, link: str, now: datetime) -> Ware | None:
    """Goods to show a message with: those somebody waited for last, else any; None where there are none.

    Args:
        link: Of goods nobody ever waited for.
    """
    wish = await newest_wish(tx)
    skus = None if wish is None else [wish.sku_id]
    for one in await availability(tx, now=now, skus=skus, limit=1):
        return Ware(one.title, one.total.sellable, link if wish is None else wish.link)
    return None


async def wares(tx: Tx, wishes: Collection[UUID], *, now: datetime) -> dict[UUID, Ware]:
    """What is true now of the goods of these wishes."""
    found = await wishes_by_id(tx, wishes) if wishes else {}
    skus = {wish.sku_id for wish in found.values()}
    there = (
        {one.sku_id: one for one in await availability(tx, now=now, skus=skus, limit=len(skus))}
        if skus
        else {}
    )
    return {
        wish.id: Ware(there[wish.sku_id].title, there[wish.sku_id].total.sellable, wish.link)
        for wish in found.values()
        if wish.sku_id in there
    }
