"""What a courier lost or damaged is claimed from it: once, with evidence, before its deadline, for no more than it is worth."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from fulfilment.working import an_order, delivered, pay, shipped
from given import World, a_shop
from orderan.auditor import audit
from orderan.flows.claim_parcels import claim_by_hand, pursue_claim
from orderan.flows.deliver import move_on
from orderan.flows.watch_limits import watch_limits
from orderan.kit.crypto import Keyring
from orderan.kit.states import IllegalMove
from orderan.orders import Terms
from orderan.shipping import (
    OWN_FLEET,
    USUAL_CLAIM_DAYS,
    ClaimAmountUnusable,
    ClaimDaysUnusable,
    ClaimEvent,
    ClaimKindUnknown,
    ClaimNotFound,
    ClaimThereAlready,
    ClaimWithoutEvidence,
    EvidenceUnusable,
    Parcel,
    ParcelEvent,
    ParcelNotClaimable,
    ParcelNotFound,
    add_claim_evidence,
    claims_paid,
    forget_claim_words,
    set_claim_days,
)

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
KOPI = 10_000
"""Price of one unit, rupiah."""


class Desk:
    """A shop whose parcels get lost."""

    def __init__(self, world: World, keyring: Keyring, now: datetime) -> None:
        self.world, self.keyring, self.now = world, keyring, now

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def parcel(self, *lines: tuple[str, int], awb: str = "002589984055") -> Parcel:
        order = await an_order(self.world, self.keyring, *(lines or (("kopi", 2),)), now=self.now)
        await pay(self.world, order, now=self.now)
        [parcel] = await shipped(self.world, order, awb=awb, now=self.now)
        return parcel

    async def goes(
        self, *parcels: Parcel, event: ParcelEvent = ParcelEvent.LOSE, reason: str | None = "Hilang di hub"
    ) -> None:
        ids = [parcel.id for parcel in parcels]
        await self.floor.run(lambda tx: move_on(tx, ids, event, reason=reason, now=self.now))

    async def claims(self) -> list[Any]:
        rows: list[Any] = await self.floor.all("SELECT * FROM parcel_claim ORDER BY opened_at, parcel_id")
        return rows

    async def moves(self, event: ClaimEvent, amount: int | None = None, reference: str = "") -> None:
        [claim] = await self.claims()
        await self.floor.run(
            lambda tx: pursue_claim(
                tx, claim.id, event, amount_minor=amount, reference=reference, now=self.now
            )
        )

    async def entries(self, at: datetime) -> list[tuple[str, datetime]]:
        await self.floor.run(lambda tx: watch_limits(tx, now=at))
        rows = await self.floor.all(
            "SELECT reason, deadline FROM exception_entry WHERE kind = 'claim_waiting' AND state = 'open'"
        )
        return [(row.reason, row.deadline) for row in rows]


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    world = await a_shop(
        floor, now, stock={"kopi": 50, "gula": 50}, bundles={"paket": {"kopi": 2, "gula": 1}}
    )
    return Desk(world, keyring, now)


async def test_a_lost_parcel_has_one_claim_with_what_its_courier_said(desk: Desk, database_url: str) -> None:
    parcel = await desk.parcel()
    await desk.goes(parcel)

    [claim] = await desk.claims()
    assert (claim.parcel_id, claim.courier, claim.kind, claim.state) == (parcel.id, "sicepat", "lost", "open")
    assert claim.amount_minor == 2 * KOPI
    assert claim.deadline == desk.now + USUAL_CLAIM_DAYS * DAY
    [evidence] = await desk.floor.all("SELECT kind, words FROM claim_evidence")
    assert tuple(evidence) == ("told", "Hilang di hub")
    with pytest.raises(IllegalMove):
        await desk.goes(parcel)
    assert len(await desk.claims()) == 1
    [fact] = await desk.floor.all("SELECT payload FROM event WHERE kind = 'shipping.claim_moved.v1'")
    assert (fact.payload["was"], fact.payload["state"]) == (None, "open")
    assert audit(database_url, now=desk.now).findings == []


async def test_what_is_inside_is_worth_what_its_buyer_pays_and_a_bundle_counts_whole(desk: Desk) -> None:
    parcel = await desk.parcel(("kopi", 1), ("paket", 2))
    await desk.goes(parcel, event=ParcelEvent.DAMAGE, reason=None)

    [claim] = await desk.claims()
    goods = await desk.floor.value("SELECT goods_minor FROM sales_order")
    assert (claim.kind, claim.amount_minor) == ("damaged", goods)
    assert await desk.floor.all("SELECT 1 FROM claim_evidence") == []


async def test_many_at_once_have_a_claim_each(desk: Desk) -> None:
    parcels = [await desk.parcel(awb=f"00258998400{turn}") for turn in range(3)]
    await desk.goes(*parcels)

    assert {claim.parcel_id for claim in await desk.claims()} == {parcel.id for parcel in parcels}


async def test_the_shops_own_couriers_are_asked_for_nothing(desk: Desk) -> None:
    parcel = await desk.parcel()
    await desk.floor.all("UPDATE parcel SET courier = 'own' RETURNING id")
    await desk.goes(parcel)

    assert await desk.claims() == []
    with pytest.raises(ParcelNotClaimable):
        await desk.floor.run(lambda tx: claim_by_hand(tx, parcel.awb, "lost", now=desk.now))


async def test_the_deadline_is_the_couriers_own_and_comes_into_the_inbox_before_it_is_over(
    desk: Desk,
) -> None:
    await desk.floor.run(lambda tx: set_claim_days(tx, "sicepat", 5, now=desk.now))
    await desk.goes(await desk.parcel())

    deadline = desk.now + 5 * DAY
    assert await desk.entries(desk.now + DAY) == []
    assert await desk.entries(desk.now + 2 * DAY) == [("open", deadline)]
    await desk.moves(ClaimEvent.FILE)
    assert await desk.entries(desk.now + 3 * DAY) == []
    assert [reason for reason, _ in await desk.entries(desk.now + 14 * DAY)] == ["filed"]


async def test_a_claim_goes_from_its_evidence_to_its_money_and_the_orders_money_stays(desk: Desk) -> None:
    await desk.goes(await desk.parcel(), reason=None)
    before = await desk.floor.all("SELECT money, paid_minor, refunded_minor FROM sales_order")
    with pytest.raises(ClaimWithoutEvidence):
        await desk.moves(ClaimEvent.FILE)
    [claim] = await desk.claims()
    await desk.floor.run(lambda tx: add_claim_evidence(tx, claim.id, " Berita acara 12 ", now=desk.now))
    with pytest.raises(ClaimAmountUnusable) as refused:
        await desk.moves(ClaimEvent.FILE, 10_000_000)
    assert refused.value.most_minor >= 2 * KOPI
    await desk.moves(ClaimEvent.FILE, 2 * KOPI)
    with pytest.raises(ClaimAmountUnusable):
        await desk.moves(ClaimEvent.ACCEPT, 2 * KOPI + 1)
    await desk.moves(ClaimEvent.ACCEPT, 15_000)
    with pytest.raises(ClaimAmountUnusable):
        await desk.moves(ClaimEvent.PAY, 15_001)
    await desk.moves(ClaimEvent.PAY, reference=" TRF-9 ")

    [claim] = await desk.claims()
    paid = (claim.state, claim.amount_minor, claim.accepted_minor, claim.paid_minor, claim.reference)
    assert paid == ("paid", 2 * KOPI, 15_000, 15_000, "TRF-9")
    assert await desk.floor.run(lambda tx: claims_paid(tx, since=desk.now - DAY)) == 15_000
    assert await desk.floor.run(lambda tx: claims_paid(tx, since=desk.now + DAY)) == 0
    assert await desk.floor.all("SELECT money, paid_minor, refunded_minor FROM sales_order") == before
    with pytest.raises(IllegalMove):
        await desk.moves(ClaimEvent.PAY)


async def test_what_was_refused_is_filed_again_or_dropped(desk: Desk) -> None:
    await desk.goes(await desk.parcel())
    for event in (ClaimEvent.FILE, ClaimEvent.REFUSE, ClaimEvent.FILE, ClaimEvent.REFUSE, ClaimEvent.DROP):
        await desk.moves(event)

    [claim] = await desk.claims()
    assert (claim.state, claim.accepted_minor, claim.paid_minor) == ("dropped", None, None)
    trail = await desk.floor.all(
        "SELECT action FROM audit_entry WHERE entity_kind = 'parcel_claim' ORDER BY at, id"
    )
    assert sorted(row.action for row in trail) == [
        "claim.drop", "claim.file", "claim.file", "claim.refuse", "claim.refuse",
    ]  # fmt: skip


async def test_a_parcel_that_arrived_broken_is_claimed_by_hand_once(desk: Desk) -> None:
    order = await an_order(desk.world, desk.keyring, ("kopi", 2), now=desk.now, terms=Terms.COD)
    [parcel] = await delivered(desk.world, order, now=desk.now)
    made = await desk.floor.run(lambda tx: claim_by_hand(tx, " 002589 984055 ", "damaged", now=desk.now))
    assert (made.parcel_id, made.amount_minor, made.kind) == (parcel.id, 2 * KOPI, "damaged")

    for awb, kind, refusal in (
        (parcel.awb, "damaged", ClaimThereAlready),
        ("ENTAH", "lost", ParcelNotFound),
        (parcel.awb, "bosan", ClaimKindUnknown),
    ):
        with pytest.raises(refusal):
            await desk.floor.run(lambda tx, awb=awb, kind=kind: claim_by_hand(tx, awb, kind, now=desk.now))
    assert len(await desk.claims()) == 1


async def test_words_and_days_that_cannot_be_used_change_nothing(desk: Desk) -> None:
    await desk.goes(await desk.parcel(), reason=None)
    [claim] = await desk.claims()
    for words in (" ", "x" * 2_001):
        with pytest.raises(EvidenceUnusable):
            await desk.floor.run(
                lambda tx, words=words: add_claim_evidence(tx, claim.id, words, now=desk.now)
            )
    for courier, days in (("sicepat", 0), ("sicepat", 366), ("entah", 5), (OWN_FLEET, 5)):
        with pytest.raises(ClaimDaysUnusable):
            await desk.floor.run(lambda tx, c=courier, d=days: set_claim_days(tx, c, d, now=desk.now))
    with pytest.raises(ClaimNotFound):
        await desk.floor.run(lambda tx: pursue_claim(tx, claim.order_id, ClaimEvent.DROP, now=desk.now))
    assert await desk.floor.all("SELECT 1 FROM claim_evidence") == []
    assert await desk.floor.all("SELECT 1 FROM claim_days") == []


async def test_erasing_a_buyer_takes_notes_out_and_leaves_what_the_courier_said(desk: Desk) -> None:
    await desk.goes(await desk.parcel())
    [claim] = await desk.claims()
    await desk.floor.run(lambda tx: add_claim_evidence(tx, claim.id, "Bu Siti menelepon", now=desk.now))
    await desk.floor.run(lambda tx: forget_claim_words(tx, [claim.order_id], "[dihapus]"))

    rows = await desk.floor.all("SELECT kind, words FROM claim_evidence ORDER BY kind")
    assert [tuple(row) for row in rows] == [("note", "[dihapus]"), ("told", "Hilang di hub")]
