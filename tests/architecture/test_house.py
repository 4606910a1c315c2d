"""The house stands as it is drawn: contracts, domains, machines."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tools import reference

from orderan.notifications.models import Channel as MessageChannel
from orderan.notifications.models import Kind as MessageKind
from orderan.orders.headlines import Headline
from orderan.payments.models import MoneyKind
from orderan.payments.states import Money

ROOT = Path(__file__).parents[2]

COLUMNS = {
    "customer": ("customer", "state"),
    "fleet.planning": ("fleet_planning", "state"),
    "fleet.run": ("fleet_run", "state"),
    "fleet.stop": ("fleet_stop", "state"),
    "fulfilment.task": ("task", "state"),
    "incidents.incident": ("incident", "state"),
    "notifications.delivery": ("delivery", "state"),
    "notifications.message": ("message", "state"),
    "order.change": ("order_change", "state"),
    "order.commercial": ("sales_order", "commercial"),
    "order.verification": ("sales_order", "verification"),
    "verification.attempt": ("verification_attempt", "state"),
    "verification.delivery_day": ("delivery_day", "state"),
    "packing.packing": ("packing", "state"),
    "picking.list": ("pick_list", "state"),
    "picking.wave": ("wave", "state"),
    "payments.approval": ("refund", "approval"),
    "payments.attempt": ("payment_attempt", "state"),
    "payments.chargeback": ("chargeback", "state"),
    "payments.payout": ("refund_payout", "state"),
    "payments.refund": ("refund", "state"),
    "payments.refund_try": ("refund_try", "state"),
    "payments.voucher": ("voucher", "state"),
    "promotions.promotion": ("payment_promotion", "state"),
    "promotions.redemption": ("promotion_redemption", "state"),
    "returns.dispute": ("return_dispute", "state"),
    "returns.exchange": ("return_exchange", "state"),
    "returns.goods_return": ("goods_return", "state"),
    "settlements.entry": ("reconciliation_entry", "state"),
    "shipping.claim": ("parcel_claim", "state"),
    "shipping.missed_door": ("missed_door", "state"),
    "shipping.manifest": ("manifest", "state"),
    "shipping.booking": ("courier_booking", "state"),
    "shipping.parcel": ("parcel", "state"),
    "transfer": ("transfer", "state"),
    "stocktake.area": ("stock_take_area", "state"),
    "stocktake.take": ("stock_take", "state"),
    "trust.denial": ("trust_denial", "state"),
    "trust.model": ("trust_model", "state"),
    "trust.review": ("trust_review", "state"),
}
"""Column that keeps the state of each machine."""

WITHOUT_COLUMN = {"order.hold": "its state is read from when it was released and by whom"}


def test_the_import_contracts_hold() -> None:
    outcome = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout


def test_every_domain_has_a_front_door_that_says_what_it_owns_and_promises() -> None:
    reference.load_everything()
    silent = [
        name
        for name in reference.domains()
        if not re.search(
            r"^Owns .*^Promises ", sys.modules[f"orderan.{name}"].__doc__ or "", re.DOTALL | re.MULTILINE
        )
    ]
    assert silent == []


def test_every_domain_has_its_page() -> None:
    reference.load_everything()
    missing = [
        name for name in reference.domains() if not (reference.HERE / "domains" / f"{name}.md").exists()
    ]
    assert missing == []


def test_the_states_of_every_machine_are_those_its_column_allows(catalogue: psycopg.Connection[Any]) -> None:
    reference.load_everything()
    machines = {name: machine for name, (_, machine) in reference.machines().items()}
    assert set(machines) == set(COLUMNS) | set(WITHOUT_COLUMN)
    for name, (table, column) in COLUMNS.items():
        assert _allowed(catalogue, table, column) == {str(state) for state in type(machines[name].initial)}, (
            name
        )


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("sales_order", "money", Money),
        ("sales_order", "headline", Headline),
        ("payment_event", "kind", MoneyKind),
        ("message", "kind", MessageKind),
        ("delivery", "channel", MessageChannel),
    ],
)
def test_words_that_no_machine_moves_are_those_their_column_allows(
    catalogue: psycopg.Connection[Any], table: str, column: str, words: Any
) -> None:
    assert _allowed(catalogue, table, column) == {str(word) for word in words}


def _allowed(catalogue: psycopg.Connection[Any], table: str, column: str) -> set[str]:
    row = catalogue.execute(
        "SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conname = %(name)s",
        {"name": f"{table}_{column}_known"},
    ).fetchone()
    assert row is not None, f"{table}.{column} has no CHECK of its words"
    return set(re.findall(r"'(\w+)'::text", row.definition))
