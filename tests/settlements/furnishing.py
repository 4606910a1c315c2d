"""A shop with settlements in every condition, for pages to show."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from conftest import ShopFloor
from orderan.flows.reconcile import settle_file, settle_statement
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.orders import Order
from orderan.payments import Attempt, GatewayAccount, Rail
from orderan.payments.store_attempts import insert_account, insert_attempt, insert_rails
from orderan.settlements import FORMATS, Brought, read_camt, read_settlement
from settlements.sheets import camt, camt_entry, midtrans, midtrans_row

ZONE = ZoneInfo("Asia/Jakarta")


async def settlements(floor: ShopFloor, order: Order, *, now: datetime) -> dict[str, str]:
    """An account with a file and a statement: a line of an order that waits, a strange one, an unreadable one."""
    account = GatewayAccount(new_id(), "midtrans", "Midtrans toko", "https://gateway.test", b"", b"")
    rail = Rail(new_id(), "va_bca", account.id, "midtrans", 0, "open")
    attempt = Attempt(
        id=new_id(), order_id=order.id, rail_id=rail.id, method="va_bca", gateway="midtrans", reference="1-700-1",
        amount_minor=20_000, currency="IDR", state="offered", gateway_id=None, instrument=None, reason=None,
        booked_minor=0, returned_minor=0, began_at=now - timedelta(hours=2), expires_at=now + timedelta(hours=2),
        moved_at=now, ask_at=now + timedelta(hours=1), asked=0,
    )  # fmt: skip
    torn = [*midtrans_row("1-701-1")]
    torn[5] = "dua puluh ribu"
    content = midtrans(
        midtrans_row("1-700-1"),
        midtrans_row("1-702-1", payout="PO-88001"),
        midtrans_row("1-703-1", 9_000, payout="PO-99001"),
        torn,
    )
    read = read_settlement("settlement.csv", content, FORMATS["midtrans"], zone=ZONE)
    shown = read_camt(
        "koran.xml",
        camt(camt_entry(15_560), camt_entry(77, words="SETORAN TUNAI")),
        account="1",
        zone=ZONE,
    )

    async def bring(tx: Tx) -> Brought:
        await insert_account(tx, account, now=now)
        await insert_rails(tx, [rail])
        await insert_attempt(tx, attempt)
        brought, _ = await settle_file(tx, account.id, "settlement.csv", read, now=now)
        await settle_statement(tx, "koran.xml", shown, now=now)
        return brought

    brought = await floor.run(bring)
    entry = await floor.value("SELECT id FROM reconciliation_entry WHERE reason = 'unknown_payment' LIMIT 1")
    line = await floor.value("SELECT id FROM bank_line WHERE payout_id IS NULL LIMIT 1")
    return {
        "bank_line": to_text("bnk", line),
        "settlement_file": to_text("stf", brought.id),
        "difference": to_text("rec", entry),
        "gateway_account": to_text("gwa", account.id),
    }
