"""The year of a real shop, where it is at hand: counted against what is known of it."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from conftest import ShopFloor
from orderan.auditor import audit
from orderan.importing.mapping import preset
from orderan.importing.models import AnyLine, Outcome, SourceLine
from orderan.importing.reading import read
from orderan.importing.report import FileSums, Outcomes, Report
from orderan.importing.running import start
from orderan.importing.settling import settle
from orderan.kit.clock import SetClock

SETS = Path(os.environ.get("ORDERAN_DATA_SETS", "../shared/data"))
FILE = SETS / "online_retail" / "online_retail.parquet"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"no data set at {FILE} (ORDERAN_DATA_SETS)")


@pytest.fixture(scope="module")
def lines() -> list[AnyLine]:
    return [line for chunk in read(FILE, preset("online-retail")) for line in chunk]


def test_the_file_is_read_as_it_was_counted(lines: list[AnyLine]) -> None:
    sound = [line for line in lines if isinstance(line, SourceLine)]
    assert len(sound) == len(lines) == 541_909
    assert len({line.invoice for line in sound}) == 25_900
    assert len({line.invoice for line in sound if line.cancelling}) == 3_836
    assert sum(line.cancelling for line in sound) == 9_288
    assert len({line.customer for line in sound if line.customer}) == 4_372
    assert sum(line.price <= 0 for line in sound) == 2_517
    assert sum(line.quantity < 0 and not line.cancelling for line in sound) == 1_336
    assert sum(line.customer is None for line in sound) == 135_080
    assert sum(times - 1 for times in Counter(line[1:] for line in sound).values()) == 5_268


def test_every_line_is_accounted_for_and_the_sums_are_those_of_the_file(lines: list[AnyLine]) -> None:
    settled = settle(lines, preset("online-retail"))
    assert sorted(settled.verdicts) == list(range(1, 541_910))
    sums, outcomes = FileSums(), Outcomes()
    sums.add(lines)
    for verdict in settled.verdicts.values():
        outcomes.add(*verdict)
    report = Report(FILE.name, "online-retail", sums, outcomes)
    report.check()
    written = report.written()
    assert written["lines"] == {
        "file": 541_909, "ordered": 524_903, "returned": 7_149, "waiting": 9_857, "known_before": 0,
    }  # fmt: skip
    [pounds] = written["currencies"]
    assert pounds["file_exact"] == "9747747.934"
    assert (pounds["file_minor"], len(written["days"])) == (974_774_793, 305)
    assert sum(v.outcome is Outcome.RETURNED for v in settled.verdicts.values()) == 7_149


@pytest.mark.slow
@pytest.mark.anyio
async def test_the_whole_year_goes_into_the_database_and_the_audit_finds_nothing(
    floor: ShopFloor, database_url: str, now: datetime
) -> None:
    mapping = preset("online-retail")
    done = await start(floor.db, floor.shop, FILE, mapping, clock=SetClock(now), actor="system:import")
    assert done.report["lines"] == {
        "file": 541_909, "ordered": 524_903, "returned": 7_149, "waiting": 9_857, "known_before": 0,
    }  # fmt: skip
    assert {word: done.report["made"][word] for word in ("orders", "customers", "skus")} == {
        "orders": 19_950,
        "customers": 4_338,
        "skus": 3_809,
    }
    ordered = await floor.value("SELECT sum(total_minor)::bigint FROM sales_order WHERE shop_id = %(shop)s")
    refunded = await floor.value(
        "SELECT sum(refunded_minor)::bigint FROM sales_order WHERE shop_id = %(shop)s"
    )
    [pounds] = done.report["currencies"]
    assert (ordered, -refunded) == (pounds["ordered_minor"], pounds["returned_minor"])
    found = await asyncio.to_thread(audit, database_url, now=now)
    assert [verdict.check.name for verdict in found.verdicts if verdict.found] == []
