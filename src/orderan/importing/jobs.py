"""An uploaded file from the browser to a finished run: kept, asked for, worked off by a job.

One row per file and shop: who sends the same bytes twice, or presses twice, is led to the first.
The transaction that records what is wanted defers the job. A killed worker's job is begun again
and goes on from the last commit of the run. Imports of one shop run one after another, because a
run that is still reading gives way to another one of its channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg_pool import PoolTimeout

from orderan.importing.errors import (
    MappingRefused,
    Problem,
    RunTaken,
    SourceRefused,
    UploadInUse,
    UploadNotFound,
)
from orderan.importing.mapping import Mapping
from orderan.importing.running import start
from orderan.importing.store import uploads as store
from orderan.importing.store.uploads import Upload
from orderan.importing.uploads import Coming, UploadFolder
from orderan.importing.views import runs_of_bytes
from orderan.kit import inbox, jobs, telemetry
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Caller, Tx, connection_lost
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.shops import shop_by_id

UPLOAD_PREFIX: Final = "upl"
UNEXPECTED: Final = "unexpected"
KIND: Final = "import_run"
KEPT_FOR: Final = timedelta(days=7)

_log = telemetry.log("orderan.importing")


async def keep_upload(tx: Tx, coming: Coming, *, now: datetime) -> tuple[Upload, Sequence[Upload]]:
    """The row of a file that is there whole, and rows of files that nobody came back for.

    If these bytes were brought before, it is the row of then.
    """
    forgotten = await store.forget(tx, upload_id=None, before=now - KEPT_FOR)
    made = Upload(
        tx.shop_id, coming.upload_id, coming.source, coming.stored, coming.digest, coming.size, "chosen",
        None, None, None, None, tx.actor, now, None,
    )  # fmt: skip
    await store.insert(tx, made)
    there = await store.by_digest(tx, coming.digest)
    assert there is not None
    return there, forgotten


async def get_upload(tx: Tx, upload_id: UUID) -> Upload:
    """Raises UploadNotFound."""
    found = await store.get(tx, upload_id)
    if found is None:
        raise UploadNotFound(to_text(UPLOAD_PREFIX, upload_id))
    return found


async def ask_for_import(
    tx: Tx, upload_id: UUID, mapping: Mapping, *, fingerprint: str, now: datetime
) -> Upload:
    """Start the import of a file; asked again while it runs, or after it is in, does nothing.

    A file that was read before stays with the channel account it was read into, whatever the mapping is
    called, so that the run takes up what waited.

    Raises:
        UploadNotFound: There is no such file.
    """
    found = await store.get(tx, upload_id, locked=True)
    if found is None:
        raise UploadNotFound(to_text(UPLOAD_PREFIX, upload_id))
    if found.state not in {"chosen", "failed"}:
        return found
    written = mapping.model_dump(mode="json")
    # Under another channel account its invoices would be other invoices, and be sold twice.
    before = await runs_of_bytes(tx, found.digest)
    channel = before[0].channel if before else mapping.name
    await store.ask_for(tx, upload_id, written, channel=channel, fingerprint=fingerprint)
    await inbox.settle(tx, [_stopped_key(upload_id)], note="begun again", now=now)
    after = {"source": found.source, "mapping": mapping.name}
    await leave(
        tx, Trace("import.started", "import", to_text(UPLOAD_PREFIX, upload_id), after=after), now=now
    )
    await jobs.defer(tx, import_file, lock=f"import:{tx.shop_id}", upload_id=str(upload_id), actor=tx.actor)
    return await get_upload(tx, upload_id)


async def reopen_upload(tx: Tx, upload_id: UUID, *, now: datetime) -> Upload:
    """A file that is in was brought again: another mapping may be chosen for it. Otherwise nothing changes.

    Raises:
        UploadNotFound: There is no such file.
    """
    await store.reopen(tx, upload_id, now=now)
    return await get_upload(tx, upload_id)


async def forget_upload(tx: Tx, upload_id: UUID, *, now: datetime) -> Upload:
    """Take off a file that nothing came of.

    Raises:
        UploadNotFound: There is no such file.
        UploadInUse: Its import runs or is finished.
    """
    found = await get_upload(tx, upload_id)
    if not await store.forget(tx, upload_id=upload_id, before=None):
        raise UploadInUse(found.source)
    await inbox.settle(tx, [_stopped_key(upload_id)], note="file taken off", now=now)
    return found


@jobs.job("importing.file")
async def import_file(tools: jobs.Tools, *, shop_id: int, upload_id: str, actor: str) -> None:
    """Import an uploaded file on behalf of who asked for it."""
    caller, found = Caller(shop_id, actor), UUID(upload_id)
    upload = await tools.db.run(caller, lambda tx: store.take_up(tx, found))
    if upload is None:
        return
    folder = UploadFolder(tools.data_dir)
    fault = await _attempt(tools, caller, upload, folder)

    async def ending(tx: Tx) -> None:
        now = tools.clock.now()
        await store.end(tx, upload.id, fault=fault, now=now)
        if fault is not None:
            await inbox.report(tx, [_stopped(upload, fault)], now=now)

    await tools.db.run(caller, ending)
    if fault is None:
        # The lines are in the database now; the file holds people's names and is not kept.
        folder.forget(upload.stored)


async def _attempt(
    tools: jobs.Tools, caller: Caller, upload: Upload, folder: UploadFolder
) -> dict[str, Any] | None:
    """Why the import cannot go on without a person; None when it is in.

    Raises:
        RunTaken: The command line imports the same file; a later try finds it done.
        psycopg.OperationalError, PoolTimeout: The database went away; a later try goes on.
    """
    try:
        shop = await tools.db.run(caller, lambda tx: shop_by_id(tx, tx.shop_id))
        await start(
            tools.db,
            shop,
            folder.path(upload.stored),
            Mapping.model_validate(upload.mapping),
            clock=tools.clock,
            actor=caller.actor,
            channel=upload.channel,
            source_name=upload.source,
        )
    except RunTaken:
        raise
    except Refusal as refusal:
        return fault_of(refusal)
    except Exception as fault:
        if connection_lost(fault) or isinstance(fault, PoolTimeout):
            raise
        _log.exception("an import stopped", upload=str(upload.id), shop=caller.shop_id)
        return {"code": UNEXPECTED, "facts": {"fault": type(fault).__name__}, "problems": []}
    return None


def fault_of(refusal: Refusal) -> dict[str, Any]:
    """A refusal as it is kept beside the file."""
    problems: Sequence[Problem] = ()
    if isinstance(refusal, SourceRefused | MappingRefused):
        problems = refusal.problems
    facts = {name: str(fact) for name, fact in refusal.facts().items() if name != "problems"}
    return {
        "code": refusal.code,
        "facts": facts,
        "problems": [[problem.where, problem.what] for problem in problems],
    }


def _stopped_key(upload_id: UUID) -> str:
    return f"import_upload:{upload_id}"


def _stopped(upload: Upload, fault: dict[str, Any]) -> Stuck:
    return Stuck(
        kind=KIND,
        reason=str(fault["code"]),
        subject_kind="import_upload",
        subject_id=upload.id,
        dedupe_key=_stopped_key(upload.id),
        payload={"source": upload.source},
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=N_(
            "Impor ini berhenti. Buka halamannya, lihat sebabnya, lalu mulai lagi atau buang berkasnya."
        ),
    )
