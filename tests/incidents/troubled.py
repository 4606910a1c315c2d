"""A shop with orders that wait, each with a try to pay on one of two rails."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from conftest import ShopFloor
from given import World, a_shop, asked, place
from orderan.customers import Buyer
from orderan.flows.payment_incident import Followed, open_incident
from orderan.flows.place_order import Placed
from orderan.gateways import GATEWAYS
from orderan.incidents import Kind, Severity
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.payments import Attempt, AttemptState, GatewayAccount, Rail
from orderan.payments.store_attempts import insert_account, insert_attempt, insert_rails

MINUTE = timedelta(minutes=1)
WINDOW = 60 * MINUTE
BATCH = 100


@dataclass
class Street:
    """The shop.

    Attributes:
        failed, well: Rails: BCA's virtual accounts at one gateway, QRIS at another.
        there: Orders with a try on the failed rail; elsewhere: with one on the other.
    """

    world: World
    account: GatewayAccount
    other: GatewayAccount
    failed: Rail
    well: Rail
    there: list[UUID]
    elsewhere: list[UUID]

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def opened(self, *rails: Rail, since: datetime, now: datetime | None = None) -> Followed:
        """An incident of the failed rail, or of others."""
        followed: Followed = await self.floor.run(
            lambda tx: open_incident(
                tx,
                [rail.id for rail in rails or (self.failed,)],
                kind=Kind.DOWN,
                severity=Severity.MAJOR,
                since=since,
                now=now or since,
            )
        )
        return followed

    async def told(self, what: str) -> list[UUID]:
        """Orders whose buyer was told, once per time."""
        rows = await self.floor.all(
            "SELECT order_id FROM incident_told WHERE what = %(what)s ORDER BY order_id", what=what
        )
        return [row.order_id for row in rows]

    async def facts(self, kind: str) -> int:
        count: int = await self.floor.value(
            "SELECT count(*)::int FROM event WHERE kind = %(kind)s", kind=kind
        )
        return count

    async def limits(self, orders: Sequence[UUID]) -> set[tuple[datetime | None, datetime | None]]:
        """When the time to pay is over, and since when it stands still."""
        rows = await self.floor.all(
            "SELECT hold_until, clock_stopped_at FROM sales_order WHERE id = ANY(%(ids)s)", ids=list(orders)
        )
        return {(row.hold_until, row.clock_stopped_at) for row in rows}

    async def states(self, orders: Sequence[UUID]) -> set[str]:
        rows = await self.floor.all(
            "SELECT commercial FROM sales_order WHERE id = ANY(%(ids)s)", ids=list(orders)
        )
        return {row.commercial for row in rows}


async def a_street(
    floor: ShopFloor,
    keyring: Keyring,
    now: datetime,
    *,
    there: int = 1,
    elsewhere: int = 1,
    world: World | None = None,
    buyer: Callable[[int], Buyer | None] = lambda _: None,
) -> Street:
    """Orders placed now that are to be paid within the hour.

    Args:
        buyer: Of the order of a number, counted from 0; those on the failed rail come first.
    """
    world = world or await a_shop(floor, now, stock={"kopi": there + elsewhere})
    wanted = [asked(("kopi", 1), buyer=buyer(turn)) for turn in range(there + elsewhere)]
    answers = [
        answer
        for first in range(0, len(wanted), BATCH)
        for answer in await place(world, keyring, *wanted[first : first + BATCH], now=now)
    ]
    orders = [answer.order for answer in answers if isinstance(answer, Placed)]
    assert len(orders) == there + elsewhere
    account = GatewayAccount(new_id(), "midtrans", "Midtrans", "https://gateway.test", b"", b"")
    other = GatewayAccount(new_id(), "xendit", "Xendit", "https://gateway.test", b"", b"")
    failed = Rail(new_id(), "va_bca", account.id, "midtrans", 0, "open")
    well = Rail(new_id(), "qris", other.id, "xendit", 0, "open")

    async def furnish(tx: Tx) -> None:
        for one in (account, other):
            await insert_account(tx, one, now=now)
        await insert_rails(tx, [failed, well])
        await tx.run(
            "UPDATE sales_order SET hold_until = %(until)s WHERE shop_id = %(shop)s",
            {"shop": tx.shop_id, "until": now + WINDOW},
        )

    await floor.run(furnish)
    street = Street(
        world,
        account,
        other,
        failed,
        well,
        [order.id for order in orders[:there]],
        [order.id for order in orders[there:]],
    )
    await tries(street, street.there, failed, now=now)
    await tries(street, street.elsewhere, well, now=now)
    return street


async def tries(
    street: Street,
    orders: Sequence[UUID],
    rail: Rail,
    *,
    state: AttemptState = AttemptState.OFFERED,
    lasts: timedelta = WINDOW,
    now: datetime,
) -> None:
    """One more try of each of these orders, on a rail."""

    async def begin(tx: Tx) -> None:
        for order_id in orders:
            attempt_id = new_id()
            await insert_attempt(
                tx,
                Attempt(
                    id=attempt_id,
                    order_id=order_id,
                    rail_id=rail.id,
                    method=rail.method,
                    gateway=rail.gateway,
                    reference=str(attempt_id),
                    amount_minor=10_000,
                    currency="IDR",
                    state=state,
                    gateway_id=None,
                    instrument=None,
                    reason=None,
                    booked_minor=0,
                    returned_minor=0,
                    began_at=now,
                    expires_at=now + lasts,
                    moved_at=now,
                    ask_at=None,
                    asked=0,
                ),
            )

    await street.floor.run(begin)


async def a_gateway(floor: ShopFloor, now: datetime, name: str = "Midtrans") -> tuple[GatewayAccount, Rail]:
    """An account that carries BCA's virtual accounts."""
    gateway = name.lower() if name.lower() in GATEWAYS else "duitku"
    account = GatewayAccount(new_id(), gateway, name, "https://gateway.test", b"", b"")
    rail = Rail(new_id(), "va_bca", account.id, account.gateway, 0, "open")

    async def furnish(tx: Tx) -> None:
        await insert_account(tx, account, now=now)
        await insert_rails(tx, [rail])

    await floor.run(furnish)
    return account, rail
