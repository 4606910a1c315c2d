"""Is it alive, is it ready, and its numbers: for load balancers, supervisors and Prometheus.

`live` answers as long as the process does. `ready` asks the database and looks for migrations that wait,
and answers 503 with the reason otherwise. Both need no login and tell nothing about the business.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg
from litestar import MediaType, Response, Router, get
from psycopg_pool import PoolTimeout

from orderan.kit import telemetry
from orderan.kit.db import Database
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
    missing = any(done.get(one.name, -1) < len(one.statements) for one in shipped())
    return {"database": "ok", "migrations": "pending" if missing else "ok"}


@get(
    "/metrics", media_type=MediaType.TEXT, sync_to_thread=True, include_in_schema=False, opt={"public": True}
)
def metrics() -> Response[bytes]:
    """Every number of every web process, in Prometheus' text format."""
    body, media_type = telemetry.exposition()
    return Response(body, media_type=media_type, headers=NOT_CACHED)


health = Router("/health", route_handlers=[live, ready], tags=["health"])
"""Mount with `metrics` beside it; `ready` needs the dependency `db`, a `Database`."""
