"""An account at every gateway, and which of them carries which method when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.bench.minds import METHODS
from orderan.bench.storm import HOSTS, Storm
from orderan.gateways import offers_of
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.payments import open_account

CARRIES: Final[Mapping[str, tuple[str, ...]]] = {"ipaymu": ("va_bni", "dana", "card", "akulaku")}
"""Where it is not all: iPaymu can be asked by its own number alone, which a torn answer takes with it, and its
list is read five hundred charges back. It gets little, and stays within that."""
LEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "dana": ("midtrans",),
    "va_bca": ("snap",),
    "card": (
        "stripe",
        "midtrans",
        "stripe",
        "xendit",
        "stripe",
        "doku",
        "stripe",
        "duitku",
        "stripe",
        "ipaymu",
    ),
}
"""Who comes first for a method, turn by turn. For every other method all that carry it do, one after the other."""


def carried(gateway: str) -> list[str]:
    """What an account at this gateway is opened for."""
    return [method for method in CARRIES.get(gateway, METHODS) if method in offers_of(gateway)]


def lined_up(method: str, turn: int) -> list[str]:
    """The gateways of a method, in the order they are asked in this turn."""
    there = [gateway for gateway in HOSTS if method in carried(gateway)]
    leads = LEADS.get(method, there)
    first = leads[turn % len(leads)]
    return [first, *(gateway for gateway in there if gateway != first)]


async def open_tills(tx: Tx, keyring: Keyring, storm: Storm, *, now: datetime) -> dict[str, UUID]:
    """An account at every gateway, by its name, lined up for the first turn."""
    made = {}
    for gateway in HOSTS:
        account = await open_account(
            tx,
            keyring,
            gateway=gateway,
            name=gateway,
            base_url=f"https://{gateway}.test",
            credentials=storm.credentials(gateway),
            methods=carried(gateway),
            now=now,
        )
        made[gateway] = account.id
    await line_up(tx, 0)
    return made


async def line_up(tx: Tx, turn: int) -> None:
    """Others come first from now on, so that every gateway is used for all it carries."""
    placed = [
        (method, gateway, rank) for method in METHODS for rank, gateway in enumerate(lined_up(method, turn))
    ]
    methods, gateways, ranks = map(list, zip(*placed, strict=True))
    await tx.run(
        """
        UPDATE rail
        SET rank = placed.rank
        FROM unnest(%(methods)s::text[], %(gateways)s::text[], %(ranks)s::integer[]) AS placed (method, gateway, rank)
        JOIN gateway_account AS account ON account.shop_id = %(shop)s AND account.gateway = placed.gateway
        WHERE rail.shop_id = %(shop)s AND rail.account_id = account.id AND rail.method = placed.method
        """,
        {"shop": tx.shop_id, "methods": methods, "gateways": gateways, "ranks": ranks},
    )
