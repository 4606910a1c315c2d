"""Whatever leaves a trace has a word for it on the audit page."""

import ast
import re
from pathlib import Path

import orderan
from orderan.inventory.states import TransferEvent
from orderan.payments.states import ChargebackEvent, PayoutEvent, VoucherEvent
from orderan.shipping import ClaimEvent
from orderan.trust import DenialEvent, ListVerdict
from orderan.web.dashboard.audit_words import ACTIONS

COMPOSED = {
    "chargeback.{event}": tuple(ChargebackEvent),
    "claim.{event}": tuple(ClaimEvent),
    "payment_try.{verdict}": ("charged", "not_charged"),
    "payout.{event}": tuple(PayoutEvent),
    "exception.{state}": ("resolved", "dismissed"),
    "settlement.{made.kind}": ("settlement", "statement"),
    "stock.{kind}": ("quarantine", "damage", "restore", "adjust"),
    "trust.{event}": (DenialEvent.UPHOLD, DenialEvent.OVERTURN),
    "trust.{verdict}": tuple(ListVerdict),
    "transfer.{verb}": ("open", *TransferEvent),
    "voucher.{event}": tuple(VoucherEvent),
}
"""Actions that are put together where they are done, and of what."""
AN_ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def traced() -> tuple[set[str], set[str]]:
    """Actions as the code writes them, and those it composes."""
    plain, composed = set(), set()
    for path in Path(orderan.__path__[0]).rglob("*.py"):
        tree = ast.parse(path.read_text())
        calls = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Trace"
        ]
        for call in calls:
            said = call.args[0]
            if isinstance(said, ast.Constant):
                plain.add(str(said.value))
            elif isinstance(said, ast.JoinedStr):
                composed.add(ast.unparse(said)[2:-1])
            else:
                # Named by its caller, in the same file.
                heads = {
                    "bins.py": "bin",
                    "locations.py": "location",
                    "products.py": "product",
                    "skus.py": "sku",
                    "transfers.py": "transfer_account",
                }
                plain |= {
                    node.value
                    for node in ast.walk(tree)
                    if isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and AN_ACTION.fullmatch(node.value)
                    and node.value.startswith(f"{heads[path.name]}.")
                }
    return plain, composed


def test_every_trace_has_a_word_and_every_word_a_trace() -> None:
    plain, composed = traced()
    assert composed == set(COMPOSED)
    whole = plain | {
        text.replace(text[text.index("{") :], part) for text, parts in COMPOSED.items() for part in parts
    }
    assert whole == set(ACTIONS)
