"""A gateway that refuses who we are: a key that was revoked, a method out of contract, an account that was closed.

refused    whatever we ask there is refused as well, and no other word of the gateway tells so: one entry for the
           account, at the first refusal, says what was refused and by which word
served     what was refused is done again: the entry is gone

To the watch such a refusal is a failure like any other, so that the rail is down, is tried last and has its
incident; only a person can mend it, at the gateway.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Final
from uuid import UUID

from orderan.gateways import GatewayRefused, GatewayTrouble
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.payments import rails_by_id

KIND: Final = "gateway_refuses_us"


class Asked(StrEnum):
    """What we asked: a gateway may answer questions for an account that takes no money any more."""

    CHARGE = auto()
    STATUS = auto()
    REFUND = auto()


@dataclass(frozen=True, slots=True)
class Call:
    """A call through a rail, by what was asked there."""

    rail_id: UUID
    asked: Asked


def refuses_us(trouble: GatewayTrouble) -> bool:
    return isinstance(trouble, GatewayRefused) and trouble.of_account


async def note_calls(tx: Tx, *, refused: Mapping[Call, str], served: Collection[Call], now: datetime) -> None:
    """Keep which accounts refuse us, and which do so no longer.

    Args:
        refused: The gateway's word, by call.
        served: Calls that went well, or were refused for what they asked.
    """
    if not refused and not served:
        return
    calls = {*refused, *served}
    rails = await rails_by_id(tx, {call.rail_id for call in calls})
    if served:
        keys = {_key(rails[call.rail_id].account_id) for call in served}
        there = await inbox.open_payloads(tx, sorted(keys))
        again = {
            (_key(rails[one.rail_id].account_id), rails[one.rail_id].method, one.asked) for one in served
        }
        mended = [key for key, told in there.items() if (key, told["method"], told["asked"]) in again]
        if mended:
            await inbox.settle(tx, mended, note="the gateway takes us again", now=now)
    stuck = {}
    for call, reason in refused.items():
        rail = rails[call.rail_id]
        stuck[rail.account_id] = _stuck(rail.account_id, rail.gateway, rail.method, call.asked, reason)
    await inbox.report(tx, list(stuck.values()), now=now)


def _stuck(account_id: UUID, gateway: str, method: str, asked: Asked, reason: str) -> Stuck:
    return Stuck(
        kind=KIND,
        reason=reason[:60],
        subject_kind="gateway_account",
        subject_id=account_id,
        dedupe_key=_key(account_id),
        payload={
            "account": to_text("gwa", account_id),
            "gateway": gateway,
            "method": method,
            "asked": str(asked),
        },
        money_minor=0,
        currency="IDR",
        deadline=None,
        next_step=N_("Periksa kunci dan kontrak akun gateway ini."),
    )


def _key(account_id: UUID) -> str:
    return f"{KIND}:{account_id}"
