"""Open, renew and end sessions. The token is only ever in the browser; we keep its hash."""

from datetime import datetime
from uuid import UUID

from orderan.access import store
from orderan.access.models import SESSION_LASTS, Session
from orderan.access.secrets import new_session_token, secret_hash
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.ids import new_id

_LONGEST_BROWSER = 200


async def open_session(tx: Tx, staff_id: UUID, *, address: str, browser: str, now: datetime) -> str:
    """A new session of a person of the transaction's shop; returns its token."""
    token = new_session_token(tx.shop_id)
    session = Session(
        id=new_id(),
        staff_id=staff_id,
        address=address,
        browser="".join(letter for letter in browser if letter.isprintable())[:_LONGEST_BROWSER],
        created_at=now,
        seen_at=now,
        expires_at=now + SESSION_LASTS,
    )
    await store.insert_session(tx, session, token_hash=secret_hash(token))
    await leave(tx, Trace("session.open", "staff", str(staff_id)), now=now)
    return token


async def renew_token(tx: Tx, session_id: UUID) -> str:
    """Another token for the same session, after a right changed; the old one is worth nothing."""
    token = new_session_token(tx.shop_id)
    await store.replace_token(tx, session_id, secret_hash(token))
    return token


async def end_session(tx: Tx, staff_id: UUID, session_id: UUID) -> int:
    """End one session of a person; returns 1, or 0 when it was not theirs or had ended."""
    return await store.delete_sessions(tx, staff_id, only=session_id)


async def end_other_sessions(tx: Tx, staff_id: UUID, session_id: UUID | None) -> int:
    """End every session of a person but this one; returns how many."""
    return await store.delete_sessions(tx, staff_id, but=session_id)


async def sweep_sessions(tx: Tx, now: datetime) -> int:
    """Drop sessions that can no longer be used."""
    return await store.delete_expired_sessions(tx, now=now)
