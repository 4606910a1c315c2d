"""Change what a shop is called and how it counts; change a channel."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.shops import rules, store
from orderan.shops.errors import NoSuchChannel
from orderan.shops.models import Channel, Shop
from orderan.shops.views import shop_by_id

TOLD = (
    "name",
    "legal_name",
    "tax_number",
    "time_zone",
    "locale",
    "prices_include_tax",
    "complete_after_days",
)


async def change_shop(
    tx: Tx,
    *,
    name: str,
    legal_name: str,
    tax_number: str,
    time_zone: str,
    locale: str,
    prices_include_tax: bool,
    complete_after_days: int,
    now: datetime,
) -> Shop:
    """Change the transaction's shop; orders that exist keep the tax they were placed with.

    Raises:
        NameEmpty, TaxNumberWrong, ZoneUnknown: What was typed cannot be used.
    """
    await store.lock_shop(tx)
    before = await shop_by_id(tx, tx.shop_id)
    after = replace(
        before,
        name=rules.clean_name(name),
        legal_name=rules.clean_name(legal_name or name),
        tax_number=rules.clean_tax_number(tax_number),
        time_zone=rules.known_zone(time_zone),
        locale=locale if locale in {"id", "en"} else before.locale,
        prices_include_tax=prices_include_tax,
        complete_after_days=complete_after_days,
    )
    if after != before:
        await store.update_shop(tx, after)
        was, became = _changed(
            {key: getattr(before, key) for key in TOLD}, {key: getattr(after, key) for key in TOLD}
        )
        await leave(tx, Trace("shop.change", "shop", str(tx.shop_id), before=was, after=became), now=now)
    return after


async def change_channel(
    tx: Tx, channel_id: UUID, *, name: str, payment_hold_minutes: int, active: bool, now: datetime
) -> Channel:
    """Change a channel; orders that wait keep the limit they were placed with.

    Raises:
        NoSuchChannel: The shop has none of this id.
        NameEmpty: No name.
    """
    before = await store.lock_channel(tx, channel_id)
    if before is None:
        raise NoSuchChannel
    after = replace(
        before, name=rules.clean_name(name), payment_hold_minutes=payment_hold_minutes, active=active
    )
    if after != before:
        await store.update_channel(tx, after)
        was, became = _changed(asdict(before), asdict(after))
        await leave(
            tx, Trace("channel.change", "channel", str(channel_id), before=was, after=became), now=now
        )
    return after


def _changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs; the trail is for reading."""
    names = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}
