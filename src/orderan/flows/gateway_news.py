"""What gateways send us: looked at, kept word for word and answered at once; asking comes afterwards.

    check     the signature, by the account it came for; a forged letter is kept as evidence and refused
    keep      word for word but for card numbers, many at once in one statement; letters nobody can read wait
              for a person
    hear      the worker calls for the tries they are about, and the gateway is asked for the truth
    nobody's  a letter about nothing of ours is heard once and asks nothing; where it tells of money a person looks
    forged    refused letters and none signed well for an hour are more likely our key than a stranger: a person looks

So a notification moves no money, whatever it says: a gateway that does not sign the status, one that
sends old news late, and whoever found out a secret are all answered by the same question.
"""

import hashlib
from collections.abc import Sequence
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
from orderan.kit import inbox
from orderan.kit.cards import hide_cards
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.payments import (
    Notification,
    Verdict,
    accounts_due,
    hear_notices,
    heard_from,
    keep_notices,
    sweep_notices,
)

SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "x-callback-token", "x-api-key"})
LONGEST_NAME: Final = 200
FORGED_KEPT: Final = 8_192
"""Bytes of a forged letter that are kept: enough to see what was tried."""
SIGNED_WITHIN: Final = timedelta(hours=1)
"""Who sent a well signed letter so lately has the key we check with."""
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


async def keep_news(tx: Tx, letters: Sequence[Notification], *, now: datetime) -> None:
    """Keep what came; an account that got letters nobody can read waits for a person."""
    await keep_notices(tx, letters, now=now)
    unread = {letter.account_id for letter in letters if letter.verdict is Verdict.UNREADABLE}
    forged = {letter.account_id for letter in letters if letter.verdict is Verdict.FORGED}
    if forged:
        forged -= await heard_from(tx, forged, since=now - SIGNED_WITHIN)
    stuck = [_unread(account_id) for account_id in sorted(unread)]
    await inbox.report(tx, [*stuck, *(_forged(account_id) for account_id in sorted(forged))], now=now)


async def hear_news(tx: Tx, *, now: datetime) -> tuple[int, list[UUID]]:
    """Call for what letters are about; how many there were, and the accounts to be asked something by now."""
    heard = await hear_notices(tx, now=now)
    if heard.accounts:
        mended = [_forged(account_id).dedupe_key for account_id in sorted(heard.accounts)]
        await inbox.settle(tx, mended, note="signed well again", now=now)
    await inbox.report(tx, [_nobodys(account_id) for account_id in sorted(heard.strangers)], now=now)
    return heard.count, await accounts_due(tx, now=now)


async def sweep_old_news(tx: Tx, now: datetime) -> int:
    """Let go of letters nobody asks about any more."""
    return await sweep_notices(tx, before=now - KEPT)


def _unread(account_id: UUID) -> Stuck:
    step = N_(
        "Baca suratnya di halaman akun gateway, lalu cocokkan dengan dasbor gateway: bisa jadi ini kabar uang."
    )
    return _stuck("letters_unreadable", str(Verdict.UNREADABLE), account_id, step)


def _forged(account_id: UUID) -> Stuck:
    step = N_(
        "Cocokkan kunci akun ini dengan dasbor gateway. Bila kuncinya sudah benar, surat itu palsu dan boleh diabaikan."
    )
    return _stuck("letters_refused", str(Verdict.FORGED), account_id, step)


def _nobodys(account_id: UUID) -> Stuck:
    step = N_(
        "Cari pembayarannya di dasbor gateway. Bila milik toko, catat di pesanannya; bila milik sistem lain, pakai akun gateway sendiri."
    )
    return _stuck("letters_of_nobody", "nothing_of_ours", account_id, step)


def _stuck(kind: str, reason: str, account_id: UUID, next_step: str) -> Stuck:
    return Stuck(
        kind=kind,
        reason=reason,
        subject_kind="gateway_account",
        subject_id=account_id,
        dedupe_key=f"{kind}:{account_id}",
        payload={"account": to_text("gwa", account_id)},
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=next_step,
    )


def _kept(
    account_id: UUID, received: Received, verdict: Verdict, notice: Notice | None = None
) -> Notification:
    body = hide_cards(received.body if verdict is not Verdict.FORGED else received.body[:FORGED_KEPT])
    return Notification(
        account_id=account_id,
        verdict=verdict,
        dedupe_key=_name(hide_cards(notice.dedupe_key.encode("utf-8", "replace")).decode())
        if notice
        else hashlib.sha256(received.body).hexdigest(),
        reference=_name(notice.reference) if notice and notice.reference else None,
        gateway_id=_name(notice.gateway_id) if notice and notice.gateway_id else None,
        claims=str(notice.claims) if notice and notice.claims else None,
        headers={
            name: hide_cards(value.encode()).decode().replace("\0", "")
            for name, value in received.headers.items()
            if name not in SECRET_HEADERS
        },
        body=body,
    )


def _name(text: str) -> str:
    """As a column takes it: letters may spell halves of characters, which no encoding has."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:LONGEST_NAME]
