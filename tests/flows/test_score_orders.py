"""Orders scored as they are placed: what each outcome does, batches, races, and what comes back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan.auditor import audit
from orderan.customers import BuyerAddress
from orderan.flows.erase_customer import erase_customer
from orderan.flows.hear_buyer import answer_by_hand
from orderan.flows.judge_order import clear_order, refuse_order
from orderan.flows.learn_ends import LEARNING
from orderan.flows.place_order import Placed, Placement, place_orders
from orderan.flows.replay_decision import replay
from orderan.flows.score_orders import TRUST, Asked, Origin, keep, weigh
from orderan.flows.try_trust import try_draft
from orderan.kit import decisions, events
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id, to_text
from orderan.kit.states import IllegalMove
from orderan.orders import (
    Terms,
    holds_of,
    release_hold,
    take_numbers,
)
from orderan.shops import ChannelKind, add_channel, channels_by_code
from orderan.trust import (
    DEFAULT,
    DENIAL_PREFIX,
    Bands,
    DenialEvent,
    Ended,
    EntryThere,
    KeyKind,
    ListVerdict,
    Measure,
    Policy,
    PolicyNotTried,
    Rule,
    TermsDenied,
    Traces,
    TrustUnexplained,
    appeal,
    change_draft,
    decide,
    denials,
    entries,
    fairness,
    judge,
    key_of,
    keys_of,
    learn_norm,
    links_of,
    note_ends,
    open_reviews_of,
    plain_policy,
    put_live,
    put_on_list,
    read_facts,
    scores_of,
    take_off_list,
)
from orderan.verification import AttemptEvent
from orderan.verification import Policy as Asking

pytestmark = pytest.mark.anyio

FAST = Rule("cepat", Measure.PHONE_ORDERS_DAY, 1, 50)
BANDS = Bands(ask=50, prepaid_only=100, hold=150, refuse=200)


async def act_on(
    floor: ShopFloor, now: datetime, *rules: Rule, cod: Bands = BANDS, prepaid: Bands | None = None
) -> None:
    """Let these rules act."""

    async def live(tx: Tx) -> None:
        policy = Policy(rules, cod, prepaid or Bands(hold=50), acts=True)
        made = await change_draft(tx, plain_policy(policy), expected=0, now=now)
        await try_draft(tx, made.revision, days=7, now=now)
        await put_live(tx, expected=made.revision, note="uji", now=now)

    await floor.run(live)


def cod(phone: str = "+628111", *, line: str = "Jl. Mawar No. 1", **others: Any) -> Placement:
    address = BuyerAddress(line, "31.71.01.1001", "10110", "Gambir, Jakarta Pusat")
    return asked(("kopi", 1), buyer=replace(a_buyer(phone=phone), address=address), terms=Terms.COD, **others)


async def one(world: World, keyring: Keyring, placement: Placement, now: datetime) -> Placed | Refusal:
    [answer] = await place(world, keyring, placement, now=now)
    return answer


async def numbered(
    world: World, keyring: Keyring, placement: Placement, number: int, now: datetime
) -> Placed | Refusal:
    """Place with a number drawn before: drawing one makes others wait."""

    async def placing(tx: Tx) -> Placed | Refusal:
        [answer] = await place_orders(
            tx, world.floor.shop, [placement], keyring=keyring, next_number=lambda: number, now=now
        )
        return answer

    answer: Placed | Refusal = await world.floor.run(placing)
    return answer


async def decision_of(floor: ShopFloor, subject: UUID) -> Any:
    made = await floor.run(lambda tx: decisions.about(tx, subject))
    [found] = [row for row in made if row.kind == TRUST]
    return found


async def learn(floor: ShopFloor) -> None:
    await floor.run(events.sequence)
    await floor.run(lambda tx: events.consume(tx, LEARNING))


def order_of(answer: Placed | Refusal) -> Placed:
    assert isinstance(answer, Placed), answer
    return answer


async def test_a_shop_without_rules_has_every_order_scored_and_nobody_stopped(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})

    placed = [
        order_of(one)
        for one in await place(world, keyring, *[cod() for _ in range(12)], asked(("kopi", 1)), now=now)
    ]

    assert {one.order.verification for one in placed} == {"not_needed"}
    assert {one.order.open_holds for one in placed} == {0}
    scores = await floor.run(lambda tx: scores_of(tx, [one.order.id for one in placed]))
    assert len(scores) == 13
    assert {str(score.outcome) for score in scores.values()} == {"accept"}
    last = await decision_of(floor, placed[11].order.id)
    assert (last.outcome["would"], last.outcome["points"]) == ("prepaid_only", 75)
    assert last.reasons == ["accept", "phone_orders_day", "address_orders_day"]
    assert audit(database_url, now=now).findings == []


async def test_each_outcome_does_what_it_says(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    tiers = [Rule(f"ke-{number}", Measure.PHONE_ORDERS_DAY, number, 50) for number in (1, 2, 3, 4)]
    # Nobody is counted who was denied, so the third order is denied again and again until rules change.
    await act_on(floor, now, *tiers[:2])

    accepted, doubted, denied, again = await place(world, keyring, *[cod() for _ in range(4)], now=now)

    assert order_of(accepted).order.verification == "not_needed"
    assert order_of(doubted).order.verification == "waiting"
    assert isinstance(denied, TermsDenied)
    assert isinstance(again, TermsDenied)
    assert (denied.outcome, denied.reasons) == ("prepaid_only", ("phone_orders_day",))
    assert await world.stock("kopi") == (50, 0, 2)
    [second, first] = await floor.run(lambda tx: denials(tx, limit=9))
    assert {denied.denial_id, again.denial_id} == {
        to_text(DENIAL_PREFIX, first.id),
        to_text(DENIAL_PREFIX, second.id),
    }
    moves = await floor.all(
        "SELECT from_state, event, to_state FROM order_move WHERE shop_id = %(shop)s AND axis = 'verification'"
    )
    assert {tuple(move) for move in moves} == {
        ("not_needed", "ask", "waiting"),
        ("not_needed", "waive", "waived"),
    }
    kinds = {row.kind for row in await floor.all("SELECT kind FROM event WHERE shop_id = %(shop)s")}
    assert {"orders.verification_moved.v1", "trust.denied.v1"} <= kinds
    assert audit(database_url, now=now).findings == []


async def test_an_order_that_is_held_waits_for_a_look_and_goes_on_once_it_is_cleared(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST)
    buyer = a_buyer()
    orders = [
        order_of(await one(world, keyring, asked(("kopi", 1), buyer=buyer), now)).order for _ in range(2)
    ]

    assert [order.open_holds for order in orders] == [0, 1]
    [review] = await floor.run(lambda tx: open_reviews_of(tx, now=now, limit=9))
    assert (review.id, review.amount_minor) == (orders[1].id, orders[1].total_minor)
    [hold] = await floor.run(lambda tx: holds_of(tx, orders[1].id))
    assert (hold.kind, hold.released_at) == ("fraud", None)

    with pytest.raises(TrustUnexplained):
        await floor.run(lambda tx: clear_order(tx, orders[1].id, note=" ", now=now))
    await floor.run(lambda tx: clear_order(tx, orders[1].id, note="sudah ditelepon", now=now))

    [hold] = await floor.run(lambda tx: holds_of(tx, orders[1].id))
    assert hold.released_at == now
    assert await floor.run(lambda tx: open_reviews_of(tx, now=now, limit=9)) == []
    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: refuse_order(tx, orders[1].id, note="x", now=now))
    assert audit(database_url, now=now).findings == []


async def test_an_order_refused_by_a_person_is_cancelled_and_its_buyer_remembered(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST, cod=Bands(hold=50))
    _, held = [order_of(await one(world, keyring, cod(), now)).order for _ in range(2)]

    await floor.run(lambda tx: refuse_order(tx, held.id, note="nomor palsu", now=now))

    assert await floor.value(
        "SELECT commercial FROM sales_order WHERE shop_id = %(shop)s AND id = %(id)s", id=held.id
    ) == ("cancelled")
    later = order_of(await one(world, keyring, cod(), now + timedelta(days=2)))
    measures = (await decision_of(floor, later.order.id)).inputs["measures"]
    assert measures["person_fraud"] == 1
    assert audit(database_url, now=now).findings == []


async def test_a_look_lapses_when_its_hold_was_let_go_by_another_road(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST, cod=Bands(hold=50))
    _, held = [order_of(await one(world, keyring, cod(), now)).order for _ in range(2)]

    async def let_go(tx: Tx) -> None:
        [hold] = await holds_of(tx, held.id)
        await release_hold(tx, held, hold.id, reason=None, now=now)

    await floor.run(let_go)
    await learn(floor)

    assert await floor.value("SELECT state FROM trust_review WHERE shop_id = %(shop)s") == "lapsed"


async def test_an_order_of_a_marketplace_is_held_where_another_is_denied(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await floor.run(
        lambda tx: add_channel(tx, code="pasar", name="Pasar", kind=ChannelKind.MARKETPLACE, now=now)
    )
    await act_on(floor, now, FAST, cod=Bands(refuse=50))

    await one(world, keyring, cod(), now)
    here = await one(world, keyring, cod(), now)
    there = await one(world, keyring, replace(cod(), channel="pasar"), now)

    assert isinstance(here, TermsDenied)
    assert order_of(there).order.open_holds == 1


def crowd(count: int) -> list[Placement]:
    """Orders of few phones, houses, devices and networks, in no order."""
    return [
        cod(
            f"+62811{number % 7}",
            line=f"Jl. Mawar No. {number % 3}",
            external_id=f"x{number}",
            origin=Origin(
                device=f"d{number % 5}", ip=f"10.0.0.{number % 4}", ip_area="35" if number % 2 else "31"
            ),
        )
        for number in range(count)
    ]


async def _shown(floor: ShopFloor) -> list[Any]:
    rows = await floor.all(
        """
        SELECT placed.external_id, decision.inputs, decision.outcome, decision.reasons
        FROM decision JOIN sales_order AS placed ON placed.shop_id = decision.shop_id AND placed.id = decision.subject_id
        WHERE decision.shop_id = %(shop)s AND decision.kind = 'trust'
        ORDER BY placed.external_id
        """
    )
    return [tuple(row) for row in rows]


async def test_a_batch_scores_as_its_orders_would_one_by_one(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 500})
    await place(world, keyring, *crowd(40), now=now)
    together = await _shown(floor)
    for table in ("decision", "trust_key", "trust_score"):
        await floor.run(lambda tx, table=table: tx.connection.execute(f"DELETE FROM {table}".encode()))
    await floor.run(lambda tx: tx.connection.execute(b"UPDATE sales_order SET external_id = NULL"))
    await floor.run(
        lambda tx: tx.connection.execute(
            b"UPDATE customer SET state = 'erased', name_enc = NULL, phone_enc = NULL, email_enc = NULL, phone_index = NULL, email_index = NULL, note_enc = NULL"
        )
    )

    for placement in crowd(40):
        await one(world, keyring, placement, now)

    assert await _shown(floor) == together
    assert max(row[2]["points"] for row in together) > 50


async def test_two_orders_of_one_phone_at_once_see_each_other(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 500, "gula": 500})
    await act_on(floor, now, FAST, cod=Bands(refuse=50))
    # Different goods, so that no row of stock makes one wait for the other.
    wanted = [cod(), replace(cod(), lines=asked(("gula", 1)).lines)]

    answers = await asyncio.gather(
        *(numbered(world, keyring, placement, number, now) for number, placement in enumerate(wanted, 1))
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Placed", "TermsDenied"]


async def test_control_without_the_lock_both_pass(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 500, "gula": 500})
    await act_on(floor, now, FAST, cod=Bands(refuse=50))
    wanted = [cod(), replace(cod(), lines=asked(("gula", 1)).lines)]
    both = asyncio.Barrier(2)

    async def unlocked(_tx: Tx, _subjects: Sequence[Any]) -> None:
        """Nobody waits for anybody."""

    from orderan.trust import store

    seen = store.seen

    async def seen_by_both(*given: Any, **named: Any) -> Any:
        found = await seen(*given, **named)
        async with asyncio.timeout(5):
            await both.wait()
        return found

    monkeypatch.setattr(store, "lock_keys", unlocked)
    monkeypatch.setattr(store, "seen", seen_by_both)

    answers = await asyncio.gather(
        *(numbered(world, keyring, placement, number, now) for number, placement in enumerate(wanted, 1))
    )

    assert [type(answer).__name__ for answer in answers] == ["Placed", "Placed"]


async def test_a_batch_of_any_size_takes_the_same_number_of_statements(
    floor: ShopFloor, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_shop(floor, now)
    await act_on(
        floor, now, Rule("semua", Measure.AMOUNT_THOUSANDS, 1, 50), FAST, cod=Bands(ask=50, refuse=100)
    )
    sent: list[str] = []
    for verb in ("all", "maybe", "run", "send"):
        plain = getattr(Tx, verb)

        async def counted(self: Tx, sql: Any, *given: Any, plain: Any = plain, **named: Any) -> Any:
            if "trust" in sql:
                sent.append(sql)
            return await plain(self, sql, *given, **named)

        monkeypatch.setattr(Tx, verb, counted)

    async def statements(first: int, count: int) -> int:
        async def scoring(tx: Tx) -> int:
            channel = (await channels_by_code(tx, ["web"]))["web"]
            batch = [
                Asked(new_id(), channel, Terms.COD, 10_000, a_buyer(phone=f"+62812{number // 2:06}"))
                for number in range(first, first + count)
            ]
            passed, denied = await weigh(tx, floor.shop, batch, keyring=keyring, now=now)
            await decisions.keep(tx, await keep(tx, list(passed.values())), now=now)
            return len(denied)

        sent.clear()
        assert await floor.run(scoring) == count // 2
        return len(sent)

    few = await statements(0, 2)
    many = [await statements(500 * (number + 1), 500) for number in range(20)]

    assert set(many) == {few}
    assert await floor.value("SELECT count(*) FROM trust_score WHERE shop_id = %(shop)s") == 5_001
    assert await floor.value("SELECT count(*) FROM trust_denial WHERE shop_id = %(shop)s") == 5_001


async def test_how_orders_ended_is_counted_once_for_phone_house_and_area(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    first, second = [order_of(await one(world, keyring, cod(), now)).order for _ in range(2)]
    ended = [
        (first.id, Ended.DELIVERED, now),
        (second.id, Ended.REFUSED, now),
        (second.id, Ended.REFUSED, now + timedelta(hours=1)),
    ]

    assert await floor.run(lambda tx: note_ends(tx, ended)) == 2
    assert await floor.run(lambda tx: note_ends(tx, ended)) == 0

    third = order_of(await one(world, keyring, cod("+628222"), now))
    measures = (await decision_of(floor, third.order.id)).inputs["measures"]
    assert measures["address_refused"] == 1
    tallies = await floor.all(
        "SELECT DISTINCT kind, delivered, refused, delivered_minor FROM trust_tally WHERE shop_id = %(shop)s ORDER BY 1"
    )
    assert [tuple(row) for row in tallies] == [
        (kind, 1, 1, first.total_minor) for kind in ("address", "area", "phone")
    ]
    assert audit(database_url, now=now).findings == []


async def test_an_order_its_buyer_disowned_counts_against_the_house_and_not_the_phone(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50}, policy=Asking())
    order = order_of(await one(world, keyring, cod(), now)).order
    refuse = partial(answer_by_hand, order_id=order.id, event=AttemptEvent.REFUSE, note="bukan saya", now=now)
    await floor.run(refuse)
    await floor.run(events.sequence)
    await floor.run(lambda tx: events.consume(tx, LEARNING))

    tallies = await floor.all(
        "SELECT DISTINCT kind, refused FROM trust_tally WHERE shop_id = %(shop)s ORDER BY kind"
    )
    assert [tuple(row) for row in tallies] == [("address", 1), ("area", 0), ("phone", 0)]
    measures = (await decision_of(floor, order_of(await one(world, keyring, cod(), now)).order.id)).inputs[
        "measures"
    ]
    assert (measures["address_refused"], measures.get("person_refused", 0)) == (1, 0)
    assert audit(database_url, now=now).findings == []


async def test_the_audit_finds_a_tally_that_is_not_what_happened_and_a_score_without_reasons(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    order = order_of(await one(world, keyring, cod(), now)).order
    await floor.run(lambda tx: note_ends(tx, [(order.id, Ended.DELIVERED, now)]))

    await floor.run(
        lambda tx: tx.connection.execute(b"UPDATE trust_tally SET refused = 3 WHERE kind = 'phone'")
    )
    await floor.run(lambda tx: tx.connection.execute(b"DELETE FROM decision WHERE kind = 'trust'"))

    assert {finding.check for finding in audit(database_url, now=now).findings} == {
        "trust.tallies_equal_ends",
        "trust.scores_have_decisions",
    }


async def test_a_denial_that_is_appealed_and_heard_lets_the_buyer_through(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST)
    phone = key_of(keyring, floor.shop.shop_id, KeyKind.PHONE, "+628111")

    async def block(tx: Tx) -> None:
        await put_on_list(
            tx,
            KeyKind.PHONE,
            phone,
            ListVerdict.BLOCK,
            shown="0811-****",
            reason="menipu",
            expires_at=None,
            now=now,
        )

    await floor.run(block)
    with pytest.raises(EntryThere):
        await floor.run(block)
    refused = await one(world, keyring, cod(), now)
    assert isinstance(refused, TermsDenied)
    assert (refused.outcome, refused.reasons) == ("refuse", ("blocked_phone",))
    [denial] = await floor.run(lambda tx: denials(tx, limit=1))

    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: judge(tx, denial.id, DenialEvent.OVERTURN, "benar", now=now))
    await floor.run(lambda tx: appeal(tx, denial.id, "Itu bukan saya", now=now))
    await floor.run(lambda tx: judge(tx, denial.id, DenialEvent.OVERTURN, "benar, salah orang", now=now))

    assert order_of(await one(world, keyring, cod(), now)).order.open_holds == 0
    [entry] = await floor.run(lambda tx: entries(tx, now=now, limit=9))
    assert (entry.verdict, entry.expires_at) == (ListVerdict.ALLOW, now + timedelta(days=30))
    assert await floor.run(lambda tx: entries(tx, now=now + timedelta(days=31), limit=9)) == []
    await floor.run(lambda tx: take_off_list(tx, entry.id, now=now))
    assert await floor.run(lambda tx: entries(tx, now=now, limit=9)) == []


async def test_a_list_that_ran_out_says_nothing(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST)
    phone = key_of(keyring, floor.shop.shop_id, KeyKind.PHONE, "+628111")
    until = now + timedelta(hours=1)
    await floor.run(
        lambda tx: put_on_list(
            tx, KeyKind.PHONE, phone, ListVerdict.BLOCK, shown="x", reason="y", expires_at=until, now=now
        )
    )

    assert isinstance(await one(world, keyring, cod(), now), TermsDenied)
    assert isinstance(await one(world, keyring, cod(), until), Placed)


async def test_a_draft_is_tried_on_the_past_before_it_acts_and_a_decision_can_be_made_again(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    placed = [order_of(await one(world, keyring, cod(), now)).order for _ in range(4)]
    await floor.run(
        lambda tx: note_ends(tx, [(placed[3].id, Ended.REFUSED, now), (placed[0].id, Ended.DELIVERED, now)])
    )
    policy = Policy((replace(FAST, at_least=2),), Bands(refuse=50), acts=True)
    draft = await floor.run(lambda tx: change_draft(tx, plain_policy(policy), expected=0, now=now))

    with pytest.raises(PolicyNotTried):
        await floor.run(lambda tx: put_live(tx, expected=draft.revision, note="coba", now=now))
    tried = await floor.run(lambda tx: try_draft(tx, draft.revision, days=7, now=now + timedelta(hours=1)))
    assert await floor.run(lambda tx: put_live(tx, expected=draft.revision, note="coba", now=now)) == 1

    assert (tried.trial.orders, tried.trial.now["refuse"].orders, tried.trial.now["refuse"].bad) == (4, 2, 1)
    assert tried.trial.now["accept"].good == 1
    made = await decision_of(floor, placed[3].id)
    then, today = (
        replay(TRUST, made.inputs, made.outcome),
        replay(TRUST, made.inputs, made.outcome, policy=policy),
    )
    assert then is not None
    assert today is not None
    assert then.same
    assert (today.same, today.outcome["would"]) == (False, "refuse")
    assert decide(read_facts(made.inputs), DEFAULT).points == made.outcome["points"]


async def test_what_is_usual_is_learned_once_an_hour(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    assert await floor.run(lambda tx: learn_norm(tx, now=now)) == 0
    await place(world, keyring, *[cod() for _ in range(3)], now=now)

    later = now + timedelta(minutes=1)
    assert await floor.run(lambda tx: learn_norm(tx, now=later)) == 1
    assert await floor.run(lambda tx: learn_norm(tx, now=later)) == 0

    norm = await floor.all("SELECT orders, median_minor, hours FROM trust_norm WHERE shop_id = %(shop)s")
    assert [(row.orders, row.median_minor, row.hours[11]) for row in norm] == [(3, 10_000, 3)]


async def test_links_tie_orders_of_one_house_and_an_erased_buyer_is_tied_to_nobody(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    first = order_of(await one(world, keyring, cod(), now)).order
    second = order_of(await one(world, keyring, cod("+628222", line="jalan mawar 1 rt 3 rw 5"), now)).order
    await floor.run(
        lambda tx: note_ends(tx, [(first.id, Ended.REFUSED, now), (second.id, Ended.DELIVERED, now)])
    )
    assert [
        (link.other_id, str(link.kind)) for link in await floor.run(lambda tx: links_of(tx, first.id))
    ] == [(second.id, "address")]
    await floor.run(
        lambda tx: tx.connection.execute(
            b"UPDATE sales_order SET commercial = 'cancelled', headline = 'cancelled'"
        )
    )

    assert first.customer_id is not None
    customer = first.customer_id
    await floor.run(lambda tx: erase_customer(tx, customer, reason="permintaan", now=now))

    assert await floor.run(lambda tx: links_of(tx, second.id)) == []
    left = await floor.all(
        "SELECT kind, refused, delivered FROM trust_tally WHERE shop_id = %(shop)s ORDER BY kind"
    )
    # A house has two keys here: by its district and by its postcode.
    assert [tuple(row) for row in left] == [
        ("address", 0, 1),
        ("address", 0, 1),
        ("area", 1, 1),
        ("phone", 0, 1),
    ]
    assert [one.check for one in audit(database_url, now=now).findings if one.check.startswith("trust")] == []


async def test_a_house_is_found_by_its_postcode_alone_and_no_order_of_it_counts_twice(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    by_postcode = BuyerAddress("jalan mawar 1", None, "10110", "")
    [whole, again] = [order_of(await one(world, keyring, cod(), now)).order for _ in range(2)]
    await floor.run(
        lambda tx: note_ends(tx, [(whole.id, Ended.REFUSED, now), (again.id, Ended.REFUSED, now)])
    )

    short = cod("+628333")
    assert short.buyer is not None
    short = replace(short, buyer=replace(short.buyer, address=by_postcode))
    third = order_of(await one(world, keyring, short, now)).order
    fourth = order_of(await one(world, keyring, cod("+628444"), now)).order

    async def measured(tx: Tx) -> list[dict[str, int]]:
        made = [await decisions.about(tx, order.id) for order in (third, fourth)]
        return [next(row.inputs["measures"] for row in rows if row.kind == TRUST) for rows in made]

    of_third, of_fourth = await floor.run(measured)
    for measures, orders, others in ((of_third, 2, 1), (of_fourth, 3, 2)):
        assert measures["address_orders_day"] == orders
        assert measures["phones_at_address"] == others
        assert measures["address_refused"] == 2
    linked = await floor.run(lambda tx: links_of(tx, fourth.id))
    assert sorted((link.other_id, str(link.kind)) for link in linked) == sorted(
        (order.id, "address") for order in (whole, again, third)
    )
    assert [one.check for one in audit(database_url, now=now).findings if one.check.startswith("trust")] == []


async def test_whoever_refused_is_known_by_their_mailbox_behind_another_number(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})

    def wanted(phone: str, email: str, line: str) -> Placement:
        plain = cod(phone, line=line)
        assert plain.buyer is not None
        return replace(plain, buyer=replace(plain.buyer, email=email))

    first = order_of(await one(world, keyring, wanted("+628111", "budi@gmail.com", "Jl. Mawar 1"), now)).order
    await floor.run(lambda tx: note_ends(tx, [(first.id, Ended.REFUSED, now)]))
    again = await one(world, keyring, wanted("+628222", "bu.di+cod@gmail.com", "Jl. Melati 9"), now)
    stranger = await one(world, keyring, wanted("+628333", "ani@gmail.com", "Jl. Kenanga 3"), now)

    assert (await decision_of(floor, order_of(again).order.id)).inputs["measures"]["email_refused"] == 1
    assert "email_refused" not in (await decision_of(floor, order_of(stranger).order.id)).inputs["measures"]


async def test_two_orders_of_one_house_at_once_see_each_other_whichever_key_they_share(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    two = Rule("serumah", Measure.ADDRESS_ORDERS_DAY, 1, 50)
    await act_on(floor, now, two, cod=Bands(refuse=50))
    short = cod("+628222")
    assert short.buyer is not None
    short = replace(
        short, buyer=replace(short.buyer, address=BuyerAddress("jl mawar no 1 10110", None, None, ""))
    )
    answers = await asyncio.gather(one(world, keyring, cod(), now), one(world, keyring, short, now))
    assert sorted(type(answer).__name__ for answer in answers) == ["Placed", "TermsDenied"]


async def test_a_house_that_is_blocked_by_one_key_is_let_through_by_all_of_them_once_an_appeal_is_heard(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST)
    traces = Traces(line="Jl. Mawar 1", postcode="10110")
    key = keys_of(keyring, floor.shop.shop_id, traces)[KeyKind.ADDRESS]
    await floor.run(
        lambda tx: put_on_list(
            tx, KeyKind.ADDRESS, key, ListVerdict.BLOCK, shown="#1", reason="kosong", expires_at=None, now=now
        )
    )
    refused = await one(world, keyring, cod(), now)
    assert isinstance(refused, TermsDenied)
    assert refused.reasons == ("blocked_address",)
    [denial] = await floor.run(lambda tx: denials(tx, limit=2))

    async def heard(tx: Tx) -> None:
        await appeal(tx, denial.id, "rumah saya", now=now)
        await judge(tx, denial.id, DenialEvent.OVERTURN, "benar", now=now)

    await floor.run(heard)
    assert isinstance(await one(world, keyring, cod(), now), Placed)


async def test_fairness_counts_denials_by_area_and_by_first_time(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST, cod=Bands(refuse=50))
    await place(world, keyring, cod("+628111"), cod("+628111"), cod("+628222"), asked(("kopi", 1)), now=now)

    areas = await floor.run(lambda tx: fairness(tx, since=now, by_area=True))
    buyers = await floor.run(lambda tx: fairness(tx, since=now, by_area=False))

    assert [(share.group, share.tried, share.denied) for share in areas] == [("31.71.01", 3, 1), ("", 1, 0)]
    assert [(share.group, share.tried, share.denied) for share in buyers] == [
        ("first_time", 3, 0),
        ("returning", 1, 1),
    ]


async def test_nothing_of_a_buyer_is_kept_in_clear(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST, cod=Bands(refuse=50))
    secret = cod("+6281298765432", origin=Origin(device="perangkat-rahasia", ip="203.0.113.77"))
    await place(world, keyring, secret, secret, now=now)

    for table in ("trust_score", "trust_key", "trust_denial", "trust_tally", "decision"):
        for row in await floor.all(f"SELECT t::text AS told FROM {table} AS t"):
            assert not any(word in row.told for word in ("81298765432", "rahasia", "203.0.113", "Mawar"))


async def test_a_place_in_the_lane_is_not_taken_twice_by_a_repeat_of_a_denied_order(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, FAST, cod=Bands(refuse=50))
    await one(world, keyring, cod(), now)
    same = cod(external_id="T-1")

    async def batch(tx: Tx) -> list[Placed | Refusal]:
        numbers = iter(await take_numbers(tx, 2))
        return await place_orders(
            tx, floor.shop, [same, same], keyring=keyring, next_number=lambda: next(numbers), now=now
        )

    answers = await floor.run(batch)

    assert [type(answer).__name__ for answer in answers] == ["TermsDenied", "TermsDenied"]
    assert await floor.value("SELECT count(*) FROM sales_order WHERE shop_id = %(shop)s") == 1
