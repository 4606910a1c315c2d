"""Waiting lines of an import in the inbox: what each says, what to correct, sent in again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from orderan.flows.views_inbox import EntryRow
from orderan.importing import RUN_PREFIX, orders_of_lines
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.web.dashboard.desk import Asking
from orderan.web.dashboard.import_words import FIELDS, reason_said
from orderan.web.here import place_of

SHOWN: Final = 20
"""Lines of one entry that a page has fields for; the others are corrected together."""
EVERY: Final = "all"


async def lines_shown(
    tx: Tx, row: EntryRow, request: Asking, *, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> dict[str, Any]:
    """The waiting lines of an entry as a form has them, and the orders they became if they did."""
    lines = row.payload["lines"]
    numbers = [int(line["number"]) for line in lines]
    orders = await orders_of_lines(tx, UUID(row.payload["run_id"]), numbers) if row.state != "open" else []
    spoken = place_of(request).words
    return {
        "reason": reason_said(row.reason, spoken),
        "run": f"/orders/import/runs/{to_text(RUN_PREFIX, UUID(row.payload['run_id']))}",
        "fields": {name: spoken.gettext(label) for name, label in FIELDS.items()},
        "many": len(lines),
        "lines": [
            {
                "number": line["number"],
                "row": line.get("row", ""),
                "wrong": wrong.get(str(line["number"]), ""),
                "fields": {
                    name: typed.get(f"{line['number']}.{name}", str(line.get(name, "")))
                    for name in _fields_of(line)
                },
            }
            for line in lines[:SHOWN]
        ],
        "typed": {name: typed.get(f"{EVERY}.{name}", "") for name in FIELDS},
        "orders": [(f"/orders/{to_text('ord', order_id)}", number) for order_id, number in orders],
    }


def _fields_of(line: Mapping[str, Any]) -> list[str]:
    """What can be corrected; of a row whose columns could not be told apart, everything."""
    return [name for name in FIELDS if name in line or name in _USUAL]


_USUAL: Final = ("invoice", "sku", "quantity", "time", "price", "customer", "description")


def corrections_of(row: EntryRow, typed: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """What was changed, by line number; 0 is for every line."""
    corrections: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name in FIELDS:
        if everywhere := typed.get(f"{EVERY}.{name}", "").strip():
            corrections[0][name] = everywhere
    for line in row.payload["lines"][:SHOWN]:
        number = int(line["number"])
        for name in _fields_of(line):
            given = typed.get(f"{number}.{name}")
            if given is not None and given.strip() != str(line.get(name, "")).strip():
                corrections[number][name] = given.strip()
    return dict(corrections)
