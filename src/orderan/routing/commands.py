"""Writing routing rules down, and having a version followed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from orderan.kit.db import Tx
from orderan.routing import store
from orderan.routing.errors import NoSuchRules
from orderan.routing.rules_read import read_rules


async def write_rules(
    tx: Tx, plain: Any, *, note: str, gateways: Collection[str] | None = None, now: datetime
) -> int:
    """Keep rules as the next version; nothing follows them yet.

    Raises:
        RulesNotUsable: They cannot be followed.
    """
    rules = read_rules(plain, gateways=gateways)
    await store.lock_rules(tx)
    return await store.insert_rules(tx, rules, note=note, now=now)


async def follow_rules(tx: Tx, version: int, *, now: datetime) -> None:
    """Follow a version from now on, an older one as well.

    Raises:
        NoSuchRules: There is none of this number.
    """
    await store.lock_rules(tx)
    # The version is looked for first: a refusal changes nothing.
    if all(one.version != version for one in await store.versions(tx)):
        raise NoSuchRules(version)
    await store.set_active(tx, version, now=now)
