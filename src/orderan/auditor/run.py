"""Run the checks over one snapshot."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import psycopg
from psycopg import IsolationLevel
from psycopg.rows import dict_row

from orderan.auditor.checks import CHECKS
from orderan.auditor.models import MOST, Check, Finding, Report, Row, Verdict

ALL = 0


def audit(
    url: str,
    *,
    now: datetime,
    shop_id: int | None = None,
    checks: Sequence[Check] = CHECKS,
    tell: Callable[[Check], None] = lambda _check: None,
) -> Report:
    """Prove the promises on the database as it is at this instant; nothing is written.

    Every check sees the same snapshot, so commands may go on meanwhile and none of their halves
    is taken for a fault.

    Args:
        url: libpq URL of the application's role or a superuser.
        now: What counts as overdue is decided by this instant.
        shop_id: Only this shop; default all of them.
        tell: Called with each check before it runs.
    """
    scope = {"shop": shop_id or ALL, "now": now}
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            for setting in _SETTINGS:
                connection.execute(setting)
            connection.execute(b"SET LOCAL orderan.shop = '%d'" % (shop_id or ALL))
            verdicts = []
            for check in checks:
                tell(check)
                verdicts.append(_judge(connection, check, scope))
    return Report(now, tuple(verdicts))


_SETTINGS = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    # The ledger of a busy year is summed in memory, not on disk.
    "SET LOCAL work_mem = '256MB'",
    # Row-level security hides from the planner how many rows there are: it expects a handful and would
    # look each of a million orders up one by one. Everything is read anyway, so hash it.
    "SET LOCAL enable_nestloop = off",
    # Compiling takes longer than most of these queries.
    "SET LOCAL jit = off",
)


def _judge(connection: psycopg.Connection[Row], check: Check, scope: dict[str, object]) -> Verdict:
    began = time.perf_counter()
    findings: list[Finding] = []
    found = 0
    for row in check.look(connection, scope):
        shop, subject, count = row.pop("shop_id"), row.pop("subject"), row.pop("found", None)
        found = found + 1 if count is None else int(count)
        if len(findings) < MOST:
            findings.append(Finding(check.name, shop, str(subject), row))
    return Verdict(check, found, tuple(findings), time.perf_counter() - began)
