"""What gateways send us: looked at, kept word for word and answered at once; asking comes afterwards.

    check     the signature, by the account it came for; a forged letter is kept as evidence and refused
    keep      many at once in one statement
    hear      the worker calls for the tries they are about, and the gateway is asked for the truth

So a notification moves no money, whatever it says: a gateway that does not sign the status, one that
sends old news late, and whoever found out a secret are all answered by the same question.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.gateways import (
    Acknowledgement,
    Gateway,
    Notice,
    NoticeForged,
    NoticeUnreadable,
    Received,
    acknowledged,
)
from orderan.kit.db import Tx
from orderan.payments import Notification, Verdict, accounts_due, hear_notices, sweep_notices

SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "x-callback-token", "x-api-key"})
LONGEST_NAME: Final = 200
FORGED_KEPT: Final = 8_192
"""Bytes of a forged letter that are kept: enough to see what was tried."""
KEPT: Final = timedelta(days=400)
"""Disputes come within a year; nobody asks what a gateway said before that."""


def check(
    gateway: Gateway, account_id: UUID, received: Received
) -> tuple[Notification, Acknowledgement | None]:
    """Look at a letter, which is kept whatever it is; what to answer once it is, nothing to a forged one."""
    try:
        notice = gateway.read_notice(received)
    except NoticeForged:
        return _kept(account_id, received, Verdict.FORGED), None
    except NoticeUnreadable:
        # Sent again it would be no clearer: a person reads it.
        return _kept(account_id, received, Verdict.UNREADABLE), gateway.acknowledgement(taken=True)
    return _kept(account_id, received, Verdict.GENUINE, notice), acknowledged(gateway, notice)


async def hear_news(tx: Tx, *, now: datetime) -> tuple[int, list[UUID]]:
    """Call for what letters are about; how many there were, and the accounts to be asked something by now."""
    return await hear_notices(tx, now=now), await accounts_due(tx, now=now)


async def sweep_old_news(tx: Tx, now: datetime) -> int:
    """Let go of letters nobody asks about any more."""
    return await sweep_notices(tx, before=now - KEPT)


def _kept(
    account_id: UUID, received: Received, verdict: Verdict, notice: Notice | None = None
) -> Notification:
    body = received.body if verdict is not Verdict.FORGED else received.body[:FORGED_KEPT]
    return Notification(
        account_id=account_id,
        verdict=verdict,
        dedupe_key=_name(notice.dedupe_key) if notice else hashlib.sha256(received.body).hexdigest(),
        reference=_name(notice.reference) if notice and notice.reference else None,
        gateway_id=_name(notice.gateway_id) if notice and notice.gateway_id else None,
        claims=str(notice.claims) if notice and notice.claims else None,
        headers={
            name: value.replace("\0", "")
            for name, value in received.headers.items()
            if name not in SECRET_HEADERS
        },
        body=body,
    )


def _name(text: str) -> str:
    return text.replace("\0", "")[:LONGEST_NAME]
