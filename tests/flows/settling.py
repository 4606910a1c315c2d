"""A shop whose orders are paid through gateways, for settlement files to speak of."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flows.paying import Till
from given import a_buyer, asked, place
from orderan.auditor import audit
from orderan.flows import reconcile as flow
from orderan.flows.place_order import Placed
from orderan.flows.views_settling import Balance, balances
from orderan.gateways import Outcome
from orderan.inventory import Receipt, receive_stock
from orderan.kit.crypto import Keyring
from orderan.payments import Attempt, Fee, set_fee
from orderan.settlements import FORMATS, Brought, ReadSettlement, read_settlement

ZONE = ZoneInfo("Asia/Jakarta")
VA = "va_bca"


async def another_order(till: Till, keyring: Keyring) -> UUID:
    received = [Receipt(till.world.skus["kopi"], till.world.locations["JKT"], 2)]
    await till.floor.run(lambda tx: receive_stock(tx, received, now=till.clock.at))
    [placed] = await place(till.world, keyring, asked(("kopi", 2), buyer=a_buyer()), now=till.clock.at)
    assert isinstance(placed, Placed)
    return placed.order.id


async def offered(till: Till, order_id: UUID | None = None) -> Attempt:
    attempt = await till.cashier.charge(till.floor.caller, order_id or till.order.id, VA)
    assert (attempt.gateway, attempt.state) == ("midtrans", "offered")
    return attempt


async def paid(till: Till, order_id: UUID | None = None) -> Attempt:
    """An order paid through midtrans: 20,000 in its ledger."""
    attempt = await offered(till, order_id)
    till.first.says(Outcome.SUCCEEDED, paid=20_000)
    await till.cashier.ask(till.floor.caller, attempt)
    return attempt


async def account_of(till: Till, gateway: str = "midtrans") -> UUID:
    found: UUID = await till.floor.value(
        "SELECT id FROM gateway_account WHERE gateway = %(name)s", name=gateway
    )
    return found


async def costs(till: Till, fee: Fee) -> None:
    rails = await till.floor.all("SELECT id FROM rail")
    for rail in rails:
        await till.floor.run(lambda tx, rail=rail: set_fee(tx, rail.id, fee))


def read(content: bytes, code: str = "midtrans") -> ReadSettlement:
    return read_settlement("settlement.csv", content, FORMATS[code], zone=ZONE)


async def bring(
    till: Till, content: bytes, *, gateway: str = "midtrans"
) -> tuple[Brought, flow.Reconciled | None]:
    account = await account_of(till, gateway)
    told: tuple[Brought, flow.Reconciled | None] = await till.floor.run(
        lambda tx: flow.settle_file(tx, account, "settlement.csv", read(content), now=till.clock.at)
    )
    return told


async def entries(till: Till, *states: str) -> list[tuple[str, int, int]]:
    """Reason, what is at stake and gap of the entries in these states; open ones by default."""
    rows = await till.floor.all(
        """
        SELECT reason, difference_minor, gap_minor FROM reconciliation_entry
        WHERE state = ANY(%(states)s) ORDER BY reason, opened_at, id
        """,
        states=list(states or ("open",)),
    )
    return [tuple(row) for row in rows]


async def balance(till: Till, gateway: str = "midtrans") -> Balance:
    told: list[Balance] = await till.floor.run(balances)
    [one] = [one for one in told if one.gateway == gateway]
    return one


def faults(till: Till, url: str, *, later: timedelta = timedelta()) -> list[tuple[str, Any]]:
    """What the audit finds amiss about settlements."""
    return [
        (finding.check, finding.facts)
        for finding in audit(url, now=till.clock.at + later).findings
        if finding.check.startswith("settlements.")
    ]


def day(till: Till, later: int = 0) -> str:
    """A day of the till's, as files write it."""
    on: date = (till.clock.at.astimezone(ZONE) + timedelta(days=later)).date()
    return on.isoformat()
