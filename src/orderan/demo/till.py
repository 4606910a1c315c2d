"""The demo shop's accounts at payment gateways, with what each method costs there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from orderan.gateways import offers_of
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.i18n import local_date
from orderan.payments import METHODS, Fee, Group, open_account, rails, set_fee

FEES: Final[Mapping[Group, tuple[int, int]]] = {
    Group.VIRTUAL_ACCOUNT: (4_000, 0),
    Group.QRIS: (0, 70),
    Group.WALLET: (0, 200),
    Group.CARD: (2_000, 290),
    Group.PAY_LATER: (0, 230),
    Group.COUNTER: (5_000, 0),
    Group.DIRECT_DEBIT: (3_000, 0),
}
"""Rupiah per payment and basis points, about what gateways publish."""
PPN_BP: Final = 1_100


@dataclass(frozen=True, slots=True)
class GatewayThere:
    """A gateway the demo shop has an account at."""

    gateway: str
    base_url: str
    credentials: Mapping[str, str]


async def open_tills(tx: Tx, keyring: Keyring, there: Sequence[GatewayThere], *, now: datetime) -> None:
    """Open an account at each, the first choice first, with a rail for every method it offers."""
    for rank, gateway in enumerate(there):
        await open_account(
            tx,
            keyring,
            gateway=gateway.gateway,
            name=gateway.gateway.title(),
            base_url=gateway.base_url,
            credentials=gateway.credentials,
            methods=[method for method in METHODS if method in offers_of(gateway.gateway)],
            now=now,
        )
        # A second gateway is a little dearer: that is why it is the second.
        extra = 500 * rank
        day = local_date(now, "Asia/Jakarta")
        for rail in await rails(tx):
            if rail.gateway == gateway.gateway:
                fixed, rate_bp = FEES[METHODS[rail.method].group]
                await set_fee(tx, rail.id, Fee(day, fixed + extra, rate_bp, 0, PPN_BP))
