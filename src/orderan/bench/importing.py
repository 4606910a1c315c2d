"""A year of order lines through `orderan import orders`, the whole command, on a throw-away server.

lines_per_s        lines of the file over the time from start to report, database included
peak_memory_mb     the most memory the importing process held
again_s            the same command once more: it finds everything there
"""

import base64
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
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

PROMISES = (Promise("lines_per_s", at_least=10_000), Promise("peak_memory_mb", at_most=500))


@dataclass(frozen=True)
class Figures:
    """What one run measured."""

    lines: int
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
    return Figures(lines, first["lines_per_s"], first["peak_memory_mb"], first["seconds"], again["seconds"])


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
    """A file like that of a real shop: invoices of some twenty lines, strangers, cancellations."""
    schema = pa.schema(
        [
            ("InvoiceNo", pa.string()), ("StockCode", pa.string()), ("Description", pa.string()),
            ("Quantity", pa.int64()), ("InvoiceDate", pa.timestamp("us")), ("UnitPrice", pa.float64()),
            ("CustomerID", pa.float64()), ("Country", pa.string()),
        ]
    )  # fmt: skip
    rows = _rows(random.Random(20_101_201), lines)  # noqa: S311 - the same file every time
    with pq.ParquetWriter(path, schema) as writer:
        while batch := [row for row, _ in zip(rows, range(50_000), strict=False)]:
            columns = [
                pa.array(column, field.type)
                for column, field in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=schema))
    return path


def _rows(chance: random.Random, lines: int) -> Iterator[tuple[object, ...]]:
    prices = [round(chance.lognormvariate(0.8, 0.8) + 0.1, 2) for _ in range(SKUS)]
    at = datetime(2010, 12, 1, 8)  # noqa: DTZ001 - files write local times
    made, number = 0, 500_000
    sold: list[tuple[int, float | None, int]] = []
    while made < lines:
        number += 1
        at += timedelta(minutes=20)
        cancels = bool(sold) and chance.random() < CANCELLED
        customer = None if chance.random() < STRANGERS else float(10_000 + chance.randrange(CUSTOMERS))
        for _ in range(min(lines - made, 2 if cancels else chance.randint(1, 2 * LINES_PER_INVOICE - 1))):
            made += 1
            if cancels:
                sku, customer, units = chance.choice(sold[-5_000:])
            else:
                sku, units = chance.randrange(SKUS), chance.randint(1, 24)
                sold.append((sku, customer, units))
            yield (
                f"{'C' if cancels else ''}{number}", f"{20_000 + sku}", f"ARTICLE NUMBER {sku}",
                -units if cancels else units, at, prices[sku], customer, "United Kingdom",
            )  # fmt: skip
