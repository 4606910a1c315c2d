"""What the demo shop's scoring is busy with: rules that act since this morning, and a house that orders too much.

One house, one device and a new number for every order: the first three pass, the next are held; one of them
somebody looked at and refused, so the next of its number is not taken, and its buyer appeals. A number stands on
the list of the blocked, and is turned away once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from orderan.customers import Buyer, BuyerAddress, atlas
from orderan.demo import views
from orderan.demo.scene import Scene
from orderan.flows.judge_order import refuse_order
from orderan.flows.list_buyers import Typed, list_typed
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.score_orders import Origin
from orderan.flows.try_trust import try_draft
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text
from orderan.orders import Terms, take_numbers
from orderan.trust import (
    DEFAULT,
    DENIAL_PREFIX,
    Bands,
    KeyKind,
    ListVerdict,
    TermsDenied,
    appeal,
    change_draft,
    draft,
    followed,
    plain_policy,
    put_live,
)

DOUBTED: Final = 6
"""Orders it places; they count among those the demo shop was asked to have."""
VILLAGE: Final = "31.74.09.1001"
LINE: Final = "Jl. Kenanga No. 14"
DEVICE: Final = "peramban-7f3a91"
NUMBER: Final = "+6285700000{:02d}"
NAMES: Final = ("Andi S", "Andy Santoso", "A. Santosa", "Ani Santoso", "Andini S", "Santoso")
BLOCKED: Final = 9
"""Of the numbers the one on the list."""
ACTING: Final = replace(
    DEFAULT, cod=Bands(hold=50, refuse=160), prepaid=Bands(hold=70, refuse=150), acts=True
)


class Doubts:
    """The last hour of it."""

    def __init__(self, scene: Scene, now: datetime) -> None:
        self._scene = scene
        self._now = now

    async def stand_still(self) -> None:
        """Everything of it, as it stands at this instant."""
        await self._scene.do("operasi", lambda tx: self._let_rules_act(tx, self._ago(55)))
        held = [await self._order(turn, minutes=50 - 3 * turn) for turn in range(5)]
        fraud = _placed(held[3])
        why = "Nomornya tidak aktif, dan serumah dengan empat pesanan lain."
        await self._scene.do("layanan", lambda tx: refuse_order(tx, fraud, note=why, now=self._ago(30)))
        again = _denied(await self._order(3, minutes=25))
        words = "Saya memang pesan lagi, yang tadi dibatalkan bukan mau saya."
        await self._scene.do("web", lambda tx: appeal(tx, again, words, now=self._ago(20)))
        await self._scene.do("layanan", lambda tx: self._block(tx, self._ago(18)))
        _denied(await self._order(BLOCKED, minutes=12))
        _placed(await self._order(5, minutes=8))
        await self._scene.do("operasi", lambda tx: self._draft_next(tx, self._ago(4)))

    def _ago(self, minutes: int) -> datetime:
        return self._now - timedelta(minutes=minutes)

    async def _let_rules_act(self, tx: Tx, at: datetime) -> None:
        made = await change_draft(tx, plain_policy(ACTING), expected=0, now=at)
        await try_draft(tx, made.revision, days=7, now=at)
        why = "Sebulan hanya menilai; sekarang yang paling meragukan ditahan."
        await put_live(tx, expected=made.revision, note=why, now=at)

    async def _draft_next(self, tx: Tx, at: datetime) -> None:
        """A milder outcome for those that are a little doubtful, tried but not followed yet."""
        policy, _ = await followed(tx)
        standing = await draft(tx)
        milder = replace(policy, cod=Bands(ask=30, hold=60, refuse=160))
        made = await change_draft(tx, plain_policy(milder), expected=standing.revision, now=at)
        await try_draft(tx, made.revision, days=30, now=at)

    async def _block(self, tx: Tx, at: datetime) -> None:
        await list_typed(
            tx,
            self._scene.keyring,
            Typed(KeyKind.PHONE, NUMBER.format(BLOCKED)),
            ListVerdict.BLOCK,
            reason="Mengaku kurir dan meminta kode pembeli.",
            expires_at=None,
            now=at,
        )

    async def _ware(self) -> str:
        """The cheapest thing that still lies somewhere."""
        scene = self._scene
        there: set[UUID] = set()
        for place in scene.ground.places.values():
            free = await scene.do("demo", partial(views.free_units, place=place))
            there |= {sku for sku, units in free.items() if units > 0}
        return min(
            (ware for ware in scene.ground.wares if ware.sku_id in there),
            key=lambda ware: (ware.price_minor, ware.code),
        ).code

    async def _order(self, turn: int, *, minutes: int) -> Placed | Refusal:
        place = atlas().place(VILLAGE)
        buyer = Buyer(
            name=NAMES[turn % len(NAMES)],
            phone=NUMBER.format(turn),
            email=None,
            address=BuyerAddress(LINE, VILLAGE, None, place.written() if place else ""),
        )
        asked = Placement(
            channel="web",
            lines=[PlacementLine(await self._ware(), 1)],
            buyer=buyer,
            terms=Terms.COD,
            shipping_service="reguler",
            origin=Origin(device=DEVICE, ip="203.0.113.24"),
        )
        at = self._ago(minutes)

        async def placing(tx: Tx) -> Sequence[Placed | Refusal]:
            numbers = iter(await take_numbers(tx, 1))
            return await place_orders(
                tx,
                self._scene.ground.shop,
                [asked],
                keyring=self._scene.keyring,
                next_number=lambda: next(numbers),
                now=at,
            )

        [answer] = await self._scene.do("web", placing)
        return answer


def _placed(answer: Placed | Refusal) -> UUID:
    if isinstance(answer, Refusal):
        raise answer
    return answer.order.id


def _denied(answer: Placed | Refusal) -> UUID:
    if not isinstance(answer, TermsDenied):
        raise TypeError(f"this order should not have been taken: {answer}")
    return from_text(DENIAL_PREFIX, answer.denial_id)
