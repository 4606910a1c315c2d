"""Why things come back is counted for what and who is behind it, the worst first, against the time before."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, pay, the_task
from given import World, a_shop
from orderan.access import Permission, make_key
from orderan.flows.hand_over import hand_over
from orderan.flows.pick_task import finish_tasks, pack, release_tasks, start_picking
from orderan.flows.settle_return import ask_return, decide_return
from orderan.flows.views_return_reasons import Reasons, return_reasons
from orderan.fulfilment import Box
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.orders import EVERYTHING, Order
from orderan.returns import Blamed, Cause, CountedBy, ReturnEvent, Share, Trend, Wanted, blamed
from orderan.returns.rules_reasons import trend_of
from returns.test_return_portal import words

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

DAY = timedelta(days=1)
NONE: Mapping[str, int] = {}
NOTHING = Share()


def of(key: str, now: Share, before: Share = NOTHING) -> tuple[str, str, Share, Share, Mapping[str, int]]:
    return (key, "", now, before, NONE)


def test_one_of_one_is_no_scandal_beside_a_tenth_of_hundreds() -> None:
    found = blamed(
        CountedBy.PRODUCT,
        [
            of("once", Share(1, 1)),
            of("often", Share(30, 300)),
            of("fine", Share(2, 700)),
            of("never", Share(0, 50)),
        ],
    )
    assert [one.key for one in found] == ["often", "once", "fine"]


def test_a_share_changed_only_by_more_than_chance_makes_of_it() -> None:
    """Of a hundred: five against one is more than chance makes of it, four against one is not."""
    assert trend_of(Share(5, 100), Share(1, 100)) is Trend.WORSE
    assert trend_of(Share(4, 100), Share(1, 100)) is Trend.SAME
    assert trend_of(Share(1, 100), Share(5, 100)) is Trend.BETTER
    assert trend_of(Share(1, 1), Share(0, 1)) is Trend.SAME
    assert trend_of(Share(9, 9), NOTHING) is Trend.UNTOLD
    assert trend_of(Share(0, 9), Share(0, 9)) is Trend.SAME


shares = st.builds(Share, st.integers(0, 50), st.integers(0, 50))


@given(st.lists(st.tuples(shares, shares), max_size=8))
def test_the_order_is_of_the_standing_whatever_is_counted(counted: list[tuple[Share, Share]]) -> None:
    """More came back than was sent, or nothing was: neither breaks it."""
    found = blamed(
        CountedBy.COURIER, [of(str(turn), now, before) for turn, (now, before) in enumerate(counted)]
    )
    assert [one.standing for one in found] == sorted((one.standing for one in found), reverse=True)
    assert len(found) == sum(now.returned + before.returned > 0 for now, before in counted)
    for now, before in counted:
        opposite = {one: one for one in Trend} | {Trend.WORSE: Trend.BETTER, Trend.BETTER: Trend.WORSE}
        assert trend_of(before, now) is opposite[trend_of(now, before)]


@dataclass
class Desk:
    """A shop some of whose goods came back, and when it is."""

    world: World
    keyring: Keyring
    now: datetime
    sent: int = 0

    async def order(
        self, *lines: tuple[str, int], courier: str, packer: str, picker: str, at: datetime
    ) -> Order:
        """An order that was picked by one, packed by another and left at a time."""
        order = await an_order(self.world, self.keyring, *lines, now=at)
        await pay(self.world, order, now=at)
        task = await the_task(self.world, order)
        for step in (release_tasks, start_picking):
            await self.world.floor.run(lambda tx, step=step: step(tx, [task], now=at))
        await self._as(picker, lambda tx: finish_tasks(tx, [task], take_all=True, now=at))
        await self._as(packer, lambda tx: pack(tx, [task], now=at))
        self.sent += 1
        box = Box(courier, f"00258998{self.sent:04}")
        await self.world.floor.run(lambda tx: hand_over(tx, task, [box], now=at))
        return order

    async def back(self, order: Order, line: int, units: int, cause: Cause | None, at: datetime) -> UUID:
        wanted = [Wanted(line, units, "Rusak", cause)]
        made = await self.world.floor.run(lambda tx: ask_return(tx, order.id, wanted, reason="Rusak", now=at))
        made_id: UUID = made.id
        return made_id

    async def _as(self, actor: str, work: Callable[[Tx], Awaitable[object]]) -> None:
        await self.world.floor.db.run(replace(self.world.floor.caller, actor=actor), work)

    async def told(self) -> Reasons:
        found: Reasons = await self.world.floor.run(
            lambda tx: return_reasons(tx, EVERYTHING, since=self.now - 30 * DAY, until=self.now)
        )
        return found


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime) -> Desk:
    """Sinta's two orders were fine before; now Budi packed the wrong thing, and J&T broke one."""
    world = await a_shop(floor, now - 90 * DAY, stock={"kopi": 50, "teh": 50})
    desk = Desk(world, keyring, now)
    then, lately = now - 45 * DAY, now - 10 * DAY
    old = await desk.order(("kopi", 4), courier="sicepat", packer="staff:sinta", picker="staff:ani", at=then)
    await desk.order(("teh", 2), courier="sicepat", packer="staff:sinta", picker="staff:ani", at=lately)
    new = await desk.order(
        ("kopi", 6), ("teh", 3), courier="jnt", packer="staff:budi", picker="staff:ani", at=lately
    )
    await desk.back(old, 1, 1, Cause.CHANGED_MIND, then + DAY)
    await desk.back(new, 1, 2, Cause.WRONG_ITEM, lately + DAY)
    await desk.back(new, 1, 1, Cause.DAMAGED, lately + DAY)
    await desk.back(new, 2, 1, Cause.NOT_AS_DESCRIBED, lately + DAY)
    await desk.back(new, 2, 1, None, lately + DAY)
    return desk


def counted(found: list[Blamed]) -> list[tuple[str, int, int, int, int]]:
    return [(one.key, one.now.returned, one.now.sent, one.before.returned, one.before.sent) for one in found]


async def test_each_is_counted_for_what_it_can_be_blamed_for(desk: Desk) -> None:
    told = await desk.told()

    assert told.causes == {
        "wrong_item": (2, 0), "": (1, 0), "damaged": (1, 0), "not_as_described": (1, 0), "changed_mind": (0, 1),
    }  # fmt: skip
    assert counted(told.found[CountedBy.PRODUCT]) == [("kopi", 3, 6, 1, 4), ("teh", 2, 5, 0, 0)]
    assert counted(told.found[CountedBy.DESCRIPTION]) == [("teh", 1, 5, 0, 0)]
    assert counted(told.found[CountedBy.COURIER]) == [("jnt", 1, 9, 0, 0)]
    assert counted(told.found[CountedBy.PACKER]) == [("staff:budi", 3, 9, 0, 0)]
    assert counted(told.found[CountedBy.PICKER]) == [("staff:ani", 2, 11, 0, 4)]
    assert told.found[CountedBy.PRODUCT][0].causes == {"wrong_item": 2, "damaged": 1}


async def test_what_was_rejected_or_never_taken_at_the_door_is_nobodys_fault(desk: Desk) -> None:
    lately = desk.now - 5 * DAY
    order = await desk.order(("kopi", 3), courier="jnt", packer="staff:budi", picker="staff:ani", at=lately)
    rejected = await desk.back(order, 1, 1, Cause.DAMAGED, lately)
    await desk.world.floor.run(
        lambda tx: decide_return(tx, rejected, ReturnEvent.REJECT, note="Bukan kami", now=lately)
    )
    wanted = [Wanted(1, 2, "returned_to_sender")]
    await desk.world.floor.run(
        lambda tx: ask_return(tx, order.id, wanted, reason="returned_to_sender", now=lately)
    )

    assert ("kopi", 3, 9, 1, 4) in counted((await desk.told()).found[CountedBy.PRODUCT])


@pytest.fixture
async def owner(desk: Desk, house: House, hire: Hire) -> AsyncIterator[AsyncClient]:
    await hire(name="Rina")
    async with house.browser() as browser:
        await sign_in(browser)
        yield browser


async def test_the_page_the_file_and_the_answer_tell_the_same(
    desk: Desk, house: House, owner: AsyncClient
) -> None:
    page = words(await owner.get("/returns/reasons"))
    assert "J&T" in page
    assert "3 / 6" in page
    assert "Barangnya lain dari yang dipesan" in page
    assert "Tanpa alasan" in page
    assert words(await owner.get("/returns/reasons?days=x'--")) == page

    file = await owner.get("/returns/reasons/export.csv?days=30")
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [(row["by"], row["key"], row["returned"], row["sent"]) for row in rows] == [
        ("product", "kopi", "3", "6"), ("product", "teh", "2", "5"), ("description", "teh", "1", "5"),
        ("courier", "jnt", "1", "9"), ("packer", "staff:budi", "3", "9"), ("picker", "staff:ani", "2", "11"),
    ]  # fmt: skip
    assert rows[0]["causes"] == "damaged=1 wrong_item=2"

    _, secret = await desk.world.floor.run(
        lambda tx: make_key(tx, name="uji", permissions=[Permission.RETURNS_READ], now=house.clock.at)
    )
    asked = {"authorization": f"Bearer {secret}"}
    async with house.browser() as program:
        told = (await program.get("/api/v1/return-reasons?days=30", headers=asked)).json()
        refused = await program.get("/api/v1/return-reasons?days=0", headers=asked)
    assert [(one["by"], one["key"], str(one["returned"]), str(one["sent"])) for one in told["data"]] == [
        (row["by"], row["key"], row["returned"], row["sent"]) for row in rows
    ]
    assert told["causes"][0] == {"cause": "wrong_item", "units": 2, "units_before": 0}
    assert refused.status_code in {400, 422}


async def test_an_empty_shop_is_told_what_belongs_here(floor: ShopFloor, house: House, hire: Hire) -> None:
    await hire(name="Rina")
    async with house.browser() as browser:
        await sign_in(browser)
        assert "Di sini terlihat barang, kurir" in words(await browser.get("/returns/reasons"))
