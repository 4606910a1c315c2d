"""A letter a day to whoever of the staff wants one: what waits in the exception inbox, and what it costs.

claim    whose hour has come is marked as told today, in one short transaction, with what is to be said
send     each letter goes out by the shop's first mail account, with no transaction open
back     what was surely not sent is tried again; where nobody knows, nobody gets a second one
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan import messaging, notifications
from orderan.access import Permission, Staff, StaffState, staff_by_id
from orderan.flows.pay_links import PayLinks
from orderan.flows.reach_clients import ReachClient, ReachClients
from orderan.flows.views_inbox import EntryRow, entry_kinds, entry_list
from orderan.kit import telemetry
from orderan.kit.clock import Clock
from orderan.kit.db import Caller, Database, Tx, refuse_outside_call
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_money, format_number
from orderan.kit.ids import to_text
from orderan.messaging import Button, Facts, Footer, Heading, Paragraph, render_email
from orderan.orders import Scope
from orderan.reach import Kind
from orderan.shops import Shop, shop_by_id

BATCH: Final = 100
SHOWN: Final = 8
AGAIN: Final = timedelta(minutes=10)
MOST_TRIES: Final = 5
LOOKED: Final = timedelta(seconds=30)
AT_STAKE: Final = N_("Nilainya %(money)s. Yang lewat batas waktu: %(late)s.")
ORDER: Final = N_("Pesanan %(number)s")
OTHER: Final = N_("Perkara lain")
OPEN: Final = N_("Buka Perlu tindakan")
WHY: Final = N_("Anda memilih ringkasan harian ini di halaman akun Anda.")
STOP: Final = N_("Ubah pilihan")

_log = telemetry.log("orderan.digests")


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What somebody of the staff is to be told."""

    staff: Staff
    many: int
    late: int
    money_minor: int
    entries: Sequence[EntryRow]


@dataclass
class Digests:
    """Sends daily letters for one process.

    Attributes:
        words: The words of a language.
    """

    db: Database
    clock: Clock
    clients: ReachClients
    links: PayLinks
    words: Callable[[str], Words]
    _looked: dict[int, datetime] = field(default_factory=dict)

    async def send_due(self, caller: Caller) -> int:
        """Send what is due by now, looking every half minute; how many letters were begun."""
        now = self.clock.now()
        if (last := self._looked.get(caller.shop_id)) is not None and now - last < LOOKED:
            return 0
        self._looked[caller.shop_id] = now
        accounts = await self.db.run(caller, lambda tx: self.clients.of(tx, Kind.EMAIL))
        if not accounts:
            return 0
        shop, waiting = await self.db.run(caller, lambda tx: self._claim(tx, now))
        refuse_outside_call("digests")
        sent = await asyncio.gather(*(self._send(accounts[0], shop, one) for one in waiting))
        ended = [one.staff.id for one, went in zip(waiting, sent, strict=True) if went]
        unsent = [one.staff.id for one, went in zip(waiting, sent, strict=True) if not went]
        day = now.astimezone(ZoneInfo(shop.time_zone)).date()

        async def note(tx: Tx) -> None:
            await notifications.note_digests(tx, ended)
            await notifications.put_back_digests(tx, unsent, day=day, again_at=now + AGAIN, most=MOST_TRIES)

        if waiting:
            await self.db.run(caller, note)
        return len(waiting)

    async def _claim(self, tx: Tx, now: datetime) -> tuple[Shop, list[_Waiting]]:
        shop = await shop_by_id(tx, tx.shop_id)
        local = now.astimezone(ZoneInfo(shop.time_zone))
        due = await notifications.claim_digests(tx, day=local.date(), hour=local.hour, limit=BATCH, now=now)
        found = [await self._waiting(tx, staff_id, now) for staff_id in due]
        return shop, [one for one in found if one is not None]

    async def _waiting(self, tx: Tx, staff_id: UUID, now: datetime) -> _Waiting | None:
        """What waits for somebody; None where nothing does, or they may not see it any more."""
        staff = await staff_by_id(tx, staff_id)
        if staff.state is not StaffState.ACTIVE or Permission.INBOX_READ not in staff.permissions:
            return None
        scope = Scope(staff.channel_ids, staff.location_ids)
        kinds = await entry_kinds(tx, scope, now=now)
        if not kinds:
            return None
        return _Waiting(
            staff,
            many=sum(one.many for one in kinds),
            late=sum(one.late for one in kinds),
            money_minor=sum(one.money_minor for one in kinds),
            entries=await entry_list(tx, scope, limit=SHOWN),
        )

    async def _send(self, account: ReachClient, shop: Shop, waiting: _Waiting) -> bool:
        """Hand one letter over; False where it was surely not sent."""
        if account.messenger is None:
            return True
        day = self.clock.now().astimezone(ZoneInfo(shop.time_zone)).date()
        outgoing = messaging.Outgoing(
            waiting.staff.email,
            f"{to_text('dig', waiting.staff.id)}-{day:%Y%m%d}",
            waiting.staff.locale or shop.locale,
            self._letter(shop, waiting),
        )
        try:
            await account.messenger.send(outgoing)
        except (messaging.RefusedForNow, messaging.SendFailed) as trouble:
            _log.warning("a digest was not sent", why=trouble.code)
            return False
        except messaging.MessageTrouble as trouble:
            _log.warning("a digest is given up", why=trouble.code)
        return True

    def _letter(self, shop: Shop, waiting: _Waiting) -> messaging.Letter:
        locale = waiting.staff.locale or shop.locale
        spoken = self.words(locale)
        subject = spoken.ngettext(
            "%(num)s perkara menunggu di %(shop)s",
            "%(num)s perkara menunggu di %(shop)s",
            waiting.many,
            shop=shop.name,
        )
        money = format_money(waiting.money_minor, shop.currency, locale)
        rows = tuple((_named(one, spoken), spoken.gettext(one.next_step)) for one in waiting.entries)
        written = render_email(
            [
                Heading(subject),
                Paragraph(spoken.gettext(AT_STAKE, money=money, late=format_number(waiting.late, locale))),
                Facts(rows),
                Button(spoken.gettext(OPEN), f"{self.links.base_url}/inbox"),
            ],
            Footer(
                shop.name,
                shop.legal_name,
                spoken.gettext(WHY),
                (spoken.gettext(STOP), f"{self.links.base_url}/account"),
            ),
            language=locale,
            subject=subject,
        )
        return messaging.Letter(subject, written.plain, written.html)


def _named(entry: EntryRow, spoken: Words) -> str:
    return spoken.gettext(ORDER, number=str(entry.number)) if entry.number else spoken.gettext(OTHER)
