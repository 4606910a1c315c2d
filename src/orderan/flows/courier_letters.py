"""What couriers send us: looked at, kept word for word and answered at once.

check     that it shows what this account's letters show; a forged letter is kept as evidence and refused
keep      many at once in one statement, sealed; an account that got letters nobody can read waits for a person
hear      the worker takes what waits: see `follow_parcels`
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from orderan.couriers import Acknowledgement, Does, NoticeForged, NoticeUnreadable, Received
from orderan.flows.courier_clients import OpenCourier
from orderan.flows.pay_links import PayLinks
from orderan.kit import inbox, telemetry
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.shipping import (
    PREFIX,
    CourierAccountNotFound,
    CourierLetter,
    Verdict,
    keep_letters,
    sealed_courier_letter,
    sweep_letters,
)

KEPT_HEADERS: Final = frozenset({"content-type", "user-agent", "x-forwarded-for", "date"})
"""Others may hold the account's own secret, under a name the shop chose."""
FORGED_KEPT: Final = 8_192
"""Bytes of a forged letter that are kept: enough to see what was tried."""
KEPT: Final = timedelta(days=120)
"""Couriers pay for what they lost within weeks; the letters hold names of people, and go after that."""

_log = telemetry.log("orderan.couriers")


def check(
    courier: OpenCourier, shop_id: int, received: Received
) -> tuple[CourierLetter, Acknowledgement | None]:
    """Look at a letter, which is kept whatever it is; what to answer once it is, nothing to a forged one.

    Raises:
        CourierAccountNotFound: The account's courier sends no word.
    """
    client = courier.client
    if Does.TELLS not in client.does:
        raise CourierAccountNotFound(to_text(PREFIX, courier.account.id))
    verdict = Verdict.GENUINE
    try:
        client.check_notice(received)
        _try_to_read(courier, received)
    except NoticeForged:
        return _kept(courier, shop_id, received, Verdict.FORGED), None
    except NoticeUnreadable:
        # Sent again it would be no clearer: a person reads it.
        verdict = Verdict.UNREADABLE
    return _kept(courier, shop_id, received, verdict), client.acknowledgement()


def _try_to_read(courier: OpenCourier, received: Received) -> None:
    """Whether it can be understood; one that breaks us is the courier's all the same, see `hear_couriers`."""
    try:
        courier.client.read_notice(received.body)
    except (NoticeForged, NoticeUnreadable):
        raise
    except Exception:  # noqa: BLE001 - it is kept, and told again when it is heard
        _log.exception("a courier's letter breaks us", account=str(courier.account.id))


async def keep_news(tx: Tx, letters: Sequence[CourierLetter], *, now: datetime) -> None:
    """Keep what came; an account that got letters nobody can read waits for a person."""
    await keep_letters(tx, letters, now=now)
    unread = {letter.account_id for letter in letters if letter.verdict is Verdict.UNREADABLE}
    await inbox.report(tx, [_unread(account_id) for account_id in sorted(unread)], now=now)


async def sweep_old_letters(tx: Tx, now: datetime) -> int:
    """Let go of letters nobody asks about any more."""
    return await sweep_letters(tx, before=now - KEPT)


def news_address(links: PayLinks, shop_id: int, account_id: UUID, hook_token: str) -> str:
    """Where an account's courier sends word; one whose letters show nothing shows that we told it the address."""
    address = links.courier_news(shop_id, account_id)
    return f"{address}?{urlencode({'token': hook_token})}" if hook_token else address


def _unread(account_id: UUID) -> Stuck:
    return Stuck(
        kind="courier_letters_unreadable",
        reason=str(Verdict.UNREADABLE),
        subject_kind="courier_account",
        subject_id=account_id,
        dedupe_key=f"courier_letters_unreadable:{account_id}",
        payload={"account": to_text(PREFIX, account_id)},
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=N_("Cocokkan paket dari kurir ini dengan dasbornya: ada kabar yang tidak bisa dibaca."),
    )


def _kept(courier: OpenCourier, shop_id: int, received: Received, verdict: Verdict) -> CourierLetter:
    body = received.body if verdict is not Verdict.FORGED else received.body[:FORGED_KEPT]
    headers = {name: value for name, value in received.headers.items() if name in KEPT_HEADERS}
    return sealed_courier_letter(
        shop_id, courier.account.id, courier.key, verdict, headers=headers, body=body
    )
