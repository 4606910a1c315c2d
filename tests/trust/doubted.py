"""A shop whose scoring has something of everything: orders held and judged, denials, an appeal, lists, a draft, models."""

from datetime import datetime

from flows.test_score_orders import FAST, act_on, cod, one, order_of
from given import World
from orderan.flows.judge_order import refuse_order
from orderan.flows.list_buyers import Typed, list_typed
from orderan.flows.try_trust import try_draft
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import from_text, to_text
from orderan.trust import (
    DENIAL_PREFIX,
    ENTRY_PREFIX,
    Bands,
    KeyKind,
    ListVerdict,
    Measure,
    Policy,
    Rule,
    TermsDenied,
    TooLittleHistory,
    appeal,
    ask_training,
    change_draft,
    decline_training,
    plain_policy,
)
from trust.learned import BETTER, WORSE, learn

FASTER = Rule("lebih cepat", Measure.PHONE_ORDERS_DAY, 2, 60)


async def doubted(world: World, keyring: Keyring, now: datetime) -> dict[str, str]:
    """`first` and `review` are of one phone, `review_over` was refused; `denial`, `denial_appealed`, `entry`."""
    floor = world.floor
    await act_on(floor, now, FAST, FASTER, cod=Bands(hold=50, refuse=100))
    first, held = [order_of(await one(world, keyring, cod("+6285600000001"), now)).order for _ in range(2)]
    denied = [await one(world, keyring, cod("+6285600000001"), now) for _ in range(2)]
    _, over = [
        order_of(await one(world, keyring, cod("+6285600000002", line="Jl. Melati 2"), now)).order
        for _ in range(2)
    ]
    await floor.run(lambda tx: refuse_order(tx, over.id, note="nomornya palsu", now=now))
    standing, appealed = [answer.denial_id for answer in denied if isinstance(answer, TermsDenied)]

    async def besides(tx: Tx) -> str:
        await appeal(tx, from_text(DENIAL_PREFIX, appealed), "Itu memang pesanan saya", now=now)
        entry = await list_typed(
            tx,
            keyring,
            Typed(KeyKind.PHONE, "0856 7777 8888"),
            ListVerdict.BLOCK,
            reason="minta kode pembeli",
            expires_at=None,
            now=now,
        )
        milder = Policy((FAST, FASTER), Bands(ask=50, refuse=110), Bands(hold=50), acts=True)
        made = await change_draft(tx, plain_policy(milder), expected=1, now=now)
        await try_draft(tx, made.revision, days=7, now=now)
        lost = await ask_training(tx, capacity=20, now=now)
        await decline_training(tx, lost.id, TooLittleHistory(12, 340), now=now)
        await learn(tx, WORSE, now=now, rules_version=1)
        await learn(tx, BETTER, now=now, rules_version=1)
        return to_text(ENTRY_PREFIX, entry.id)

    return {
        "first": to_text("ord", first.id),
        "review": to_text("ord", held.id),
        "review_over": to_text("ord", over.id),
        "denial": standing,
        "denial_appealed": appealed,
        "entry": await floor.run(besides),
    }
