"""A year of order lines through `orderan import orders`, the whole command, on a throw-away server.

lines_per_s        lines of the file over the time from start to report, database included
peak_memory_mb     the most memory the importing process held
ordered, returned, waiting   what became of the lines; together they are all of them
again_s            the same command once more: it finds everything there
"""

import base64
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orderan.bench.ground import prepared, server
from orderan.bench.promises import Promise

LINES = 300_000
LINES_PER_INVOICE = 21
CUSTOMERS = 4_000
SKUS = 4_000
CANCELLED = 0.15
STRANGERS = 0.25
REPEATED = 0.01
ODD = 0.01
FATES = ("ordered", "returned", "waiting")

PROMISES = (
    Promise("lines_per_s", at_least=10_000),
    Promise("peak_memory_mb", at_most=500, binds=True),
)


@dataclass(frozen=True)
class Figures:
    """What one run measured."""

    lines: int
    ordered: int
    returned: int
    waiting: int
    lines_per_s: float
    peak_memory_mb: float
    seconds: float
    again_s: float


def measure(*, lines: int = LINES, tell: Callable[[str], None] = lambda _text: None) -> Figures:
    """Run the benchmark; the server, the file and what was imported are gone afterwards."""
    with server() as url, tempfile.TemporaryDirectory() as folder:
        tell("writing a year of order lines")
        path = a_year(Path(folder) / "year.parquet", lines)
        ground = prepared(url, skus=1, units=1)
        tell(f"importing {lines:,} lines")
        first = _import(url, ground.shop.code, path, Path(folder))
        tell("importing them again")
        again = _import(url, ground.shop.code, path, Path(folder))
    became = {fate: sum(row[f"{fate}_lines"] for row in first["currencies"]) for fate in FATES}
    if sum(became.values()) != lines or again["lines_per_s"] is not None:
        raise LinesUnaccountedFor(f"{became} of {lines}")
    return Figures(
        lines=lines,
        **became,
        lines_per_s=first["lines_per_s"],
        peak_memory_mb=first["peak_memory_mb"],
        seconds=first["seconds"],
        again_s=again["seconds"],
    )


class LinesUnaccountedFor(Exception):
    """The report does not tell what became of every line once, or read lines of a file that is in already."""


def _import(url: str, shop: str, path: Path, folder: Path) -> dict[str, Any]:
    environment = os.environ | {
        "ORDERAN_DATABASE_URL": url,
        "ORDERAN_MASTER_KEY": base64.b64encode(b"bench" * 6 + b"be").decode(),
        "ORDERAN_DATA_DIR": str(folder),
        "ORDERAN_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "orderan", "import", "orders", str(path)]
    command += ["--preset", "online-retail", "--shop", shop, "--json"]
    done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def a_year(path: Path, lines: int) -> Path:
    """A file like that of a real shop: invoices of some twenty lines, strangers, cancellations, oddities."""
    schema = pa.schema(
        [
            ("InvoiceNo", pa.string()), ("StockCode", pa.string()), ("Description", pa.string()),
            ("Quantity", pa.int64()), ("InvoiceDate", pa.timestamp("us")), ("UnitPrice", pa.float64()),
            ("CustomerID", pa.float64()), ("Country", pa.string()),
        ]
    )  # fmt: skip
    rows = _rows(random.Random(20_101_201), lines)  # noqa: S311 - the same file every time
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rows, 50_000)):
            columns = [
                pa.array(column, field.type)
                for column, field in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))
    return path


def _rows(chance: random.Random, lines: int) -> Iterator[tuple[object, ...]]:
    """Lines as a real file has them: each invoice is one customer's, and a few of everything odd."""
    prices = [round(chance.lognormvariate(0.8, 0.8) + 0.1, 2) for _ in range(SKUS)]
    at = datetime(2010, 12, 1, 8)  # noqa: DTZ001 - files write local times
    made, number = 0, 500_000
    bought: dict[float | None, list[tuple[str, int, float]]] = {}
    recent: deque[float | None] = deque(maxlen=500)
    while made < lines:
        number += 1
        at += timedelta(minutes=20)
        cancels = bool(recent) and chance.random() < CANCELLED
        if cancels:
            customer = chance.choice(recent)
            invoice = [_back(chance.choice(bought[customer])) for _ in range(2)]
        else:
            customer = None if chance.random() < STRANGERS else float(10_000 + chance.randrange(CUSTOMERS))
            units = range(chance.randint(1, 2 * LINES_PER_INVOICE - 1))
            goods = [(chance.randrange(SKUS), chance.randint(1, 24)) for _ in units]
            invoice = [(f"{20_000 + sku}", units, prices[sku]) for sku, units in goods]
            bought.setdefault(customer, []).extend(invoice)
            recent.append(customer)
            invoice += [_odd(chance) for _ in range(len(invoice)) if chance.random() < ODD]
            invoice += [line for line in invoice if chance.random() < REPEATED]
        for code, quantity, price in invoice[: lines - made]:
            made += 1
            yield (
                f"{'C' if cancels else ''}{number}", code, f"ARTICLE {code}", quantity, at, price, customer,
                "United Kingdom",
            )  # fmt: skip


def _back(line: tuple[str, int, float]) -> tuple[str, int, float]:
    code, units, price = line
    return code, -units, price


def _odd(chance: random.Random) -> tuple[str, int, float]:
    """What is no sale of goods: postage, a fee, a gift, something written off, a price below nothing."""
    return chance.choice(
        (
            ("POST", 1, 18.0),
            ("BANK CHARGES", 1, 15.0),
            ("22423", 2, 0.0),
            ("85099B", -3, 0.0),
            ("B", 1, -11.06),
        )
    )
