"""Files brought in with a browser: where each is kept, how far it is, why it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx


@dataclass(frozen=True, slots=True)
class Upload:
    """One file a person brought.

    Attributes:
        source: What the person calls the file. `stored`: its name in the folder of uploads.
        digest: SHA-256 of its bytes.
        state: `chosen`, the mapping is still open; `waiting` for the worker; `running`; `finished`;
            `failed`, in which case `fault` says why.
        channel, fingerprint: Of the run that was asked for; with them it is found.
    """

    shop_id: int
    id: UUID
    source: str
    stored: str
    digest: str
    bytes: int
    state: str
    mapping: dict[str, Any] | None
    channel: str | None
    fingerprint: str | None
    fault: dict[str, Any] | None
    uploaded_by: str
    uploaded_at: datetime
    ended_at: datetime | None


async def insert(tx: Tx, upload: Upload) -> bool:
    """Keep a file that was not brought before; False when it was."""
    return bool(
        await tx.run(
            """
            INSERT INTO import_upload (shop_id, id, source, stored, digest, bytes, state, uploaded_by, uploaded_at)
            VALUES (%(shop)s, %(id)s, %(source)s, %(stored)s, %(digest)s, %(bytes)s, 'chosen', %(actor)s, %(now)s)
            ON CONFLICT (shop_id, digest) DO NOTHING
            """,
            {
                "shop": tx.shop_id,
                "id": upload.id,
                "source": upload.source,
                "stored": upload.stored,
                "digest": upload.digest,
                "bytes": upload.bytes,
                "actor": upload.uploaded_by,
                "now": upload.uploaded_at,
            },
        )
    )


async def by_digest(tx: Tx, digest: str) -> Upload | None:
    row = await tx.maybe(
        "SELECT * FROM import_upload WHERE shop_id = %(shop)s AND digest = %(digest)s",
        {"shop": tx.shop_id, "digest": digest},
    )
    return Upload(**row._asdict()) if row is not None else None


async def get(tx: Tx, upload_id: UUID, *, locked: bool = False) -> Upload | None:
    sql: LiteralString = "SELECT * FROM import_upload WHERE shop_id = %(shop)s AND id = %(id)s"
    row = await tx.maybe(sql + (" FOR UPDATE" if locked else ""), {"shop": tx.shop_id, "id": upload_id})
    return Upload(**row._asdict()) if row is not None else None


async def ask_for(
    tx: Tx, upload_id: UUID, mapping: dict[str, Any], *, channel: str, fingerprint: str
) -> None:
    """The mapping is chosen; the worker may begin."""
    await tx.run(
        """
        UPDATE import_upload
        SET state = 'waiting', mapping = %(mapping)s, channel = %(channel)s, fingerprint = %(fingerprint)s,
            fault = NULL, ended_at = NULL
        WHERE shop_id = %(shop)s AND id = %(id)s AND state IN ('chosen', 'failed')
        """,
        {
            "shop": tx.shop_id,
            "id": upload_id,
            "mapping": Jsonb(mapping),
            "channel": channel,
            "fingerprint": fingerprint,
        },
    )


async def reopen(tx: Tx, upload_id: UUID, *, now: datetime) -> None:
    """A file that is in was brought again; its mapping is open once more."""
    await tx.run(
        """
        UPDATE import_upload
        SET state = 'chosen', mapping = NULL, channel = NULL, fingerprint = NULL, ended_at = NULL,
            uploaded_by = %(actor)s, uploaded_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'finished'
        """,
        {"shop": tx.shop_id, "id": upload_id, "actor": tx.actor, "now": now},
    )


async def take_up(tx: Tx, upload_id: UUID) -> Upload | None:
    """The worker begins, or begins again; None when there is nothing to do."""
    row = await tx.maybe(
        """
        UPDATE import_upload SET state = 'running'
        WHERE shop_id = %(shop)s AND id = %(id)s AND state IN ('waiting', 'running')
        RETURNING *
        """,
        {"shop": tx.shop_id, "id": upload_id},
    )
    return Upload(**row._asdict()) if row is not None else None


async def end(tx: Tx, upload_id: UUID, *, fault: dict[str, Any] | None, now: datetime) -> None:
    """The import is in, or stopped for a reason."""
    await tx.run(
        """
        UPDATE import_upload SET state = %(state)s, fault = %(fault)s, ended_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'running'
        """,
        {
            "shop": tx.shop_id,
            "id": upload_id,
            "state": "finished" if fault is None else "failed",
            "fault": None if fault is None else Jsonb(fault),
            "now": now,
        },
    )


async def forget(tx: Tx, *, upload_id: UUID | None, before: datetime | None) -> Sequence[Upload]:
    """Take off one file, or all brought before a moment, that no import is made of; what they were."""
    rows = await tx.all(
        """
        DELETE FROM import_upload
        WHERE shop_id = %(shop)s AND state IN ('chosen', 'failed')
          AND (%(id)s::uuid IS NULL OR id = %(id)s::uuid)
          AND (%(before)s::timestamptz IS NULL OR uploaded_at < %(before)s::timestamptz)
        RETURNING *
        """,
        {"shop": tx.shop_id, "id": upload_id, "before": before},
    )
    return [Upload(**row._asdict()) for row in rows]
