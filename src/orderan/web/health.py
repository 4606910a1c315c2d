"""Is it alive, is it ready, and its numbers: for load balancers, supervisors and Prometheus.

`live` answers as long as the process does. `ready` asks the database and looks for migrations that wait,
and answers 503 with the reason otherwise. Both need no login and tell nothing about the business.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from litestar import MediaType, Response, Router, get
from psycopg_pool import PoolTimeout

from orderan.flows.worker_backlog import facts_waiting_since
from orderan.kit import telemetry
from orderan.kit.db import ALL_SHOPS, Caller, Database
from orderan.kit.migrations import shipped

PATIENCE_S = 2.0
"""A database that takes longer to say `1` than this is not one to send people to."""

NOT_CACHED = {"Cache-Control": "no-store"}


@get("/live", sync_to_thread=False, summary="The process answers", opt={"public": True})
def live() -> Response[dict[str, str]]:
    """Always 200 while the process runs."""
    return Response({"status": "alive"}, headers=NOT_CACHED)


@get("/ready", summary="It can serve: database reachable, schema of this release", opt={"public": True})
async def ready(db: Database) -> Response[dict[str, Any]]:
    """200 when requests can be served, otherwise 503 and which check failed."""
    checks = await _checks(db)
    fine = all(state == "ok" for state in checks.values())
    body = {"status": "ready" if fine else "not_ready", "checks": checks}
    return Response(body, status_code=200 if fine else 503, headers=NOT_CACHED)


async def _checks(db: Database) -> Mapping[str, str]:
    try:
        async with asyncio.timeout(PATIENCE_S), db.connection() as connection:
            cursor = await connection.execute("SELECT to_regclass('migration') IS NOT NULL")
            row = await cursor.fetchone()
            if row is None or not row[0]:
                return {"database": "ok", "migrations": "pending"}
            cursor = await connection.execute("SELECT name, statements FROM migration")
            done = dict(await cursor.fetchall())
    except (TimeoutError, psycopg.OperationalError, PoolTimeout):
        return {"database": "unreachable", "migrations": "unknown"}
    return {"database": "ok", "migrations": _schema(done)}


def _schema(done: Mapping[str, int]) -> str:
    """What takes away may wait for as long as one likes; a newer release's files may not be served at all."""
    known = shipped()
    if done.keys() - {one.name for one in known}:
        return "newer"
    missing = any(done.get(one.name, -1) < len(one.statements) for one in known if not one.is_post)
    return "pending" if missing else "ok"


@get("/metrics", media_type=MediaType.TEXT, include_in_schema=False, opt={"public": True})
async def metrics(db: Database, now: datetime) -> Response[bytes]:
    """Every number of every web process, in Prometheus' text format, and how far the worker is behind."""
    body, media_type = await asyncio.to_thread(telemetry.exposition, await _looked_up(db, now))
    # The framework names the charset of every text by itself.
    return Response(body, media_type=media_type.removesuffix("; charset=utf-8"), headers=NOT_CACHED)


async def _looked_up(db: Database, now: datetime) -> list[tuple[str, str, float]]:
    try:
        async with asyncio.timeout(PATIENCE_S), db.transaction(Caller(ALL_SHOPS, "system:web")) as tx:
            since = await facts_waiting_since(tx)
    except (TimeoutError, psycopg.OperationalError, PoolTimeout):
        return []
    behind_s = (now - since).total_seconds() if since is not None else 0.0
    return [("worker_behind_seconds", "Age of the oldest fact without its place in the log", behind_s)]


health = Router("/health", route_handlers=[live, ready], tags=["health"])
"""Mount with `metrics` beside it; they need the dependencies `db`, a `Database`, and `now`."""
