"""Open a shop with its counters; add channels to it."""

from datetime import datetime

from psycopg.errors import UniqueViolation

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.shops import store
from orderan.shops.errors import CodeTaken
from orderan.shops.models import Channel, ChannelKind, Shop, ShopState

FIRST_NUMBER = 10_001


async def open_shop(
    tx: Tx,
    *,
    code: str,
    name: str,
    now: datetime,
    legal_name: str = "",
    tax_number: str | None = None,
    currency: str = "IDR",
    time_zone: str = "Asia/Jakarta",
    locale: str = "id",
    prices_include_tax: bool = True,
    complete_after_days: int = 7,
    state: ShopState = ShopState.OPEN,
) -> Shop:
    """Make a shop; the transaction must span all shops.

    Args:
        state: PREPARING keeps sweeps away until `start_shop`.

    Raises:
        CodeTaken: Another shop has the code.
    """
    shop = Shop(
        shop_id=await store.next_shop_id(tx),
        code=code,
        name=name,
        legal_name=legal_name or name,
        tax_number=tax_number,
        currency=currency,
        time_zone=time_zone,
        locale=locale,
        prices_include_tax=prices_include_tax,
        complete_after_days=complete_after_days,
        state=state,
        created_at=now,
    )
    try:
        async with tx.savepoint():
            await store.insert_shop(tx, shop)
    except UniqueViolation as fault:
        raise CodeTaken(code) from fault
    await store.insert_counters(tx, shop.shop_id, first_number=FIRST_NUMBER)
    return shop


async def start_shop(tx: Tx, shop_id: int) -> None:
    """Its history is in: from now on sweeps run for it. Doing it twice is no change."""
    await store.set_state(tx, shop_id, ShopState.OPEN)


async def add_channel(
    tx: Tx, *, code: str, name: str, kind: ChannelKind, payment_hold_minutes: int = 24 * 60, now: datetime
) -> Channel:
    """Add a channel to the transaction's shop.

    Args:
        payment_hold_minutes: How long an unpaid order of the channel holds stock, 1 to 43,200.

    Raises:
        CodeTaken: Another channel of the shop has the code.
    """
    channel = Channel(
        shop_id=tx.shop_id,
        id=new_id(),
        code=code,
        name=name,
        kind=kind,
        payment_hold_minutes=payment_hold_minutes,
        active=True,
    )
    try:
        async with tx.savepoint():
            await store.insert_channel(tx, channel, now=now)
    except UniqueViolation as fault:
        raise CodeTaken(code) from fault
    made = Trace("channel.add", "channel", str(channel.id), after={"code": code, "kind": kind})
    await leave(tx, made, now=now)
    return channel
