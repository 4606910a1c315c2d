"""The run of an imported file: how far it is, and once it is in, its account line by line."""

from collections.abc import AsyncIterator
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from orderan.access import NotAllowed, Permission, Principal
from orderan.importing import RUN_PREFIX, entries_of_run, export_fates, open_reasons, the_run
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.web.dashboard.import_words import STATES, reason_said
from orderan.web.dashboard.names import names_of
from orderan.web.dashboard.order_looks import cash
from orderan.web.here import place_of
from orderan.web.pages import page

Asking = Request[Any, Any, Any]
WRITE: Final = {"needs": Permission.IMPORTS_WRITE}
HOME: Final = "/orders/import"
DAYS_SHOWN: Final = 400
ENTRIES_SHOWN: Final = 50
PIECE: Final = 64 * 1024
IN_MEMORY: Final = 8 * 1024 * 1024


def path_of_run(run_id: UUID) -> str:
    return f"{HOME}/runs/{to_text(RUN_PREFIX, run_id)}"


def whole_shop(principal: Principal) -> None:
    """An import brings orders of everywhere, so whoever sees only a part may not.

    Raises:
        NotAllowed: The person is kept to some channels or locations.
    """
    if principal.channel_ids is not None or principal.location_ids is not None:
        raise NotAllowed(str(Permission.IMPORTS_WRITE))


@get("/orders/import/runs/{run_id:str}", opt=WRITE, include_in_schema=False)
async def run_page(
    request: Asking, principal: Principal, caller: Caller, db: Database, now: datetime, run_id: FromPath[str]
) -> Response[str]:
    """How far a run is; and once it is in, its account and what waits for a person."""
    whole_shop(principal)
    found = from_text(RUN_PREFIX, run_id)
    spoken = place_of(request).words
    reason = request.query_params.get("reason") or None
    after = request.query_params.get("after")
    last = from_text("exc", after) if after else None

    async def read(tx: Tx) -> Any:
        run, done = await the_run(tx, found)
        entries = await entries_of_run(tx, found, reason=reason, after=last, limit=ENTRIES_SHOWN + 1)
        return run, done, entries, await open_reasons(tx, found), await names_of(tx, [run.started_by], {})

    run, done, entries, reasons, names = await db.run(caller, read)
    return page(
        request,
        "orders/import_run.html",
        block="progress",
        now=now,
        run=run,
        done=done,
        path=path_of_run(found),
        who=names.who(run.started_by, spoken),
        states=STATES,
        report=run.report,
        days=run.report["days"][-DAYS_SHOWN:] if run.report else [],
        entries=[{"row": one, "href": f"/inbox/{to_text('exc', one.id)}"} for one in entries[:ENTRIES_SHOWN]],
        older=to_text("exc", entries[ENTRIES_SHOWN - 1].id) if len(entries) > ENTRIES_SHOWN else None,
        after=after,
        reason=reason,
        open_reasons=reasons,
        reason_said=lambda code: reason_said(code, spoken),
        amount=lambda minor, currency: cash(minor, currency) if currency != "unknown" else None,
    )


@get("/orders/import/runs/{run_id:str}/lines.csv", opt=WRITE, include_in_schema=False)
async def run_lines(principal: Principal, caller: Caller, db: Database, run_id: FromPath[str]) -> Stream:
    """What became of every line of the file."""
    whole_shop(principal)
    found = from_text(RUN_PREFIX, run_id)
    # Not straight to the browser: a slow one would hold the transaction open.
    kept = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by who reads it

    async def write(tx: Tx) -> str:
        run, _ = await the_run(tx, found)
        kept.seek(0)
        kept.truncate()
        await export_fates(tx, found, kept.write)
        return run.source

    await db.run(caller, write)
    kept.seek(0)

    async def pieces() -> AsyncIterator[bytes]:
        with kept:
            while piece := kept.read(PIECE):
                yield piece

    headers = {
        "content-disposition": f'attachment; filename="import-{run_id}.csv"',
        "cache-control": "no-store",
    }
    return Stream(pieces(), media_type="text/csv", headers=headers)


handlers: list[Any] = [run_page, run_lines]
