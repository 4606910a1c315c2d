"""A model trained on the shop's own orders: it speaks once it beats the rules, and orders are placed meanwhile."""

import asyncio
import json
import random
import sys
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict
from typer.testing import CliRunner

from conftest import ShopFloor
from flows.test_score_orders import act_on, cod, decision_of, one, order_of
from given import a_shop
from orderan.auditor import audit
from orderan.cli import app
from orderan.flows.replay_decision import replay
from orderan.flows.score_orders import Origin, decided
from orderan.flows.train_trust import CAPACITY, begin_training, train, train_again
from orderan.flows.watch_limits import watch_limits
from orderan.kit import decisions
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Database, Tx
from orderan.kit.ids import new_id
from orderan.kit.states import IllegalMove
from orderan.trust import (
    DEFAULT,
    DEFAULT_VERSION,
    Bands,
    Ended,
    Measure,
    ModelJudgedElsewhere,
    ModelNotBetter,
    Rule,
    Subject,
    TermsDenied,
    Training,
    TrainingUnderWay,
    Way,
    ask_training,
    keep_scores,
    let_speak,
    lived_orders,
    note_ends,
    silence,
    speaking_training,
    trainings,
)
from orderan.trust.rules_measure import assess
from orderan.web.dashboard.trust_words import reasons_told
from orderan.web.words import words
from trust.learned import BETTER, WORSE, learn
from worker.working import work_off

pytestmark = pytest.mark.anyio

FAR = Origin(ip_area="35")
"""The buyer asks from another province than the goods go to."""


async def history(floor: ShopFloor, now: datetime, *, count: int = 1_200, planted: bool = True) -> None:
    """Orders of the weeks before, scored by the rules a shop begins with, and how they ended."""
    dice = random.Random(4)
    subjects, ends = [], []
    for number in range(count):
        at = now - timedelta(hours=count - number + 48)
        far, way = int(dice.random() < 0.3), dice.choice(list(Way))
        signs = {
            Measure.AMOUNT_THOUSANDS: int(dice.lognormvariate(3, 0.8)),
            Measure.IP_ELSEWHERE: far,
            Measure.TEXT_SIGNS: int(dice.random() < 0.05),
        }
        subject = Subject(new_id(), at, way, 1_000 * signs[Measure.AMOUNT_THOUSANDS], {}, signs)
        bad = dice.random() < (0.6 if planted and far and way is Way.COD else 0.08 if planted else 0.15)
        subjects.append(subject)
        ends.append((subject.id, Ended.REFUSED if bad else Ended.DELIVERED, at + timedelta(days=2)))

    async def keep(tx: Tx) -> None:
        assessed = assess(subjects, {}, None, DEFAULT, version=DEFAULT_VERSION)
        await keep_scores(tx, assessed)
        await decisions.keep(tx, [decided(one) for one in assessed], now=now)
        await note_ends(tx, ends)

    await floor.run(keep)


async def trained(floor: ShopFloor, db: Database, now: datetime) -> Training:
    asked = await floor.run(lambda tx: ask_training(tx, capacity=5, now=now))
    await train(db, floor.caller, asked.id, capacity=5, clock=SetClock(now))
    newest: Training = (await floor.run(lambda tx: trainings(tx, limit=9)))[0]
    return newest


def reasons(made: Any) -> dict[str, int]:
    """Points of a model's reasons in a decision."""
    return {one["code"]: one["points"] for one in made.outcome["because"] if "model" in one}


async def test_a_model_that_beats_the_rules_adds_to_the_next_order_beside_them(
    floor: ShopFloor, keyring: Keyring, now: datetime, db: Database, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await history(floor, now)
    before = order_of(await one(world, keyring, cod("+62811001", origin=FAR), now)).order

    made = await trained(floor, db, now)

    assert (made.state, made.why, made.rules_version) == ("speaking", None, 0)
    assert made.backtest is not None
    assert made.backtest.beats
    assert made.backtest.both.auc > made.backtest.rules.auc
    placed = await one(world, keyring, cod("+62811002", line="Jl. Melati 2", origin=FAR), now)
    near = await one(world, keyring, cod("+62811003", line="Jl. Anggrek 3"), now)
    late = await decision_of(floor, order_of(placed).order.id)
    early = await decision_of(floor, before.id)
    assert reasons(early) == {}
    assert reasons(await decision_of(floor, order_of(near).order.id)) == {}
    said = reasons(late)
    assert set(said) <= {"ip_elsewhere", "cod", "amount_thousands"}
    assert sum(said.values()) >= 10
    assert late.outcome["points"] == early.outcome["points"] + sum(said.values())
    assert late.inputs["opinion"]["version"] == made.version
    told = reasons_told(late.outcome, words("en"))
    assert f"Its IP is from another province ({said['ip_elsewhere']:+d} from the model)" in told
    assert "ip_elsewhere" in late.reasons
    again = replay("trust", late.inputs, late.outcome)
    assert again is not None
    assert again.same
    checks = {finding.check for finding in audit(database_url, now=now).findings}
    # The orders of the history are scores alone.
    assert checks == {"trust.scores_are_of_orders"}


async def test_a_model_has_a_say_in_who_is_denied_and_says_why(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, Rule("jauh", Measure.IP_ELSEWHERE, 1, 10), cod=Bands(refuse=40))
    passed = await one(world, keyring, cod("+62811001", origin=FAR), now)
    await floor.run(lambda tx: learn(tx, BETTER, now=now, rules_version=1))

    denied = await one(world, keyring, cod("+62811002", line="Jl. Melati 2", origin=FAR), now)

    assert order_of(passed).order.open_holds == 0
    assert isinstance(denied, TermsDenied)
    assert denied.reasons == ("ip_elsewhere", "cod")


async def test_random_ends_teach_nothing_and_too_few_are_told(
    floor: ShopFloor, now: datetime, db: Database
) -> None:
    await a_shop(floor, now)

    few = await trained(floor, db, now)
    await history(floor, now, planted=False)
    silent = await trained(floor, db, now)

    assert (few.state, few.why, few.ends) == ("declined", "too_little", (0, 0))
    assert (silent.state, silent.why) == ("silent", "not_better")
    with pytest.raises(ModelNotBetter):
        await floor.run(lambda tx: let_speak(tx, silent.version, now=now))


async def test_what_a_model_learns_from_is_as_it_was_when_the_order_was_placed(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    first, second = [order_of(await one(world, keyring, cod(), now)).order for _ in range(2)]
    await floor.run(lambda tx: note_ends(tx, [(first.id, Ended.DELIVERED, now)]))

    async def read(tx: Tx) -> list[Any]:
        found, _ = await lived_orders(tx, since=now - timedelta(days=1), before=None, limit=9)
        return sorted(found, key=lambda one: one.facts.measures.get(Measure.PHONE_ORDERS_DAY, 0))

    [before] = await floor.run(read)
    # Ends of either order, the second's among them, would give both away.
    later = [
        (first.id, Ended.FRAUD, now + timedelta(days=9)),
        (second.id, Ended.REFUSED, now + timedelta(days=3)),
    ]
    await floor.run(lambda tx: note_ends(tx, later))
    after, other = await floor.run(read)

    assert after.facts == before.facts
    assert not {Measure.PERSON_FRAUD, Measure.PERSON_REFUSED, Measure.PERSON_DELIVERED} & set(
        after.facts.measures
    )
    assert Measure.PERSON_REFUSED not in other.facts.measures
    assert (after.good_at, after.bad_at) == (now, now + timedelta(days=9))
    assert after.ended_badly(by=now + timedelta(days=8)) is False
    assert after.ended_badly(by=now + timedelta(days=9)) is True


async def test_a_model_nobody_can_read_stops_no_order(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await floor.run(lambda tx: learn(tx, BETTER, now=now))
    await floor.all(
        """UPDATE trust_model SET model = '{"features": []}' WHERE shop_id = %(shop)s RETURNING id"""
    )

    placed = order_of(await one(world, keyring, cod(origin=FAR), now)).order

    made = await decision_of(floor, placed.id)
    assert "opinion" not in made.inputs
    assert made.outcome["points"] == 15


async def test_a_person_silences_models_until_they_let_one_speak(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})

    async def states() -> list[tuple[str, str | None]]:
        found = await floor.run(lambda tx: trainings(tx, limit=9))
        return [(str(one.state), None if one.why is None else str(one.why)) for one in found]

    async def model_points() -> int:
        number = await floor.value("SELECT count(*) FROM trust_score")
        placed = await one(
            world, keyring, cod(f"+6281100{number}", line=f"Jl. Melati {number}", origin=FAR), now
        )
        return sum(reasons(await decision_of(floor, order_of(placed).order.id)).values())

    await floor.run(lambda tx: learn(tx, BETTER, now=now))
    await floor.run(lambda tx: learn(tx, BETTER, now=now))
    assert await states() == [("speaking", None), ("silent", "newer")]
    assert await model_points() == 32
    await floor.run(lambda tx: silence(tx, 2, now=now))
    await floor.run(lambda tx: learn(tx, BETTER, now=now))
    await floor.run(lambda tx: learn(tx, WORSE, now=now))
    assert await states() == [
        ("silent", "not_better"),
        ("silent", "kept"),
        ("silent", "person"),
        ("silent", "newer"),
    ]
    assert await model_points() == 0
    with pytest.raises(IllegalMove):
        await floor.run(lambda tx: silence(tx, 2, now=now))
    with pytest.raises(ModelNotBetter):
        await floor.run(lambda tx: let_speak(tx, 4, now=now))
    await floor.run(lambda tx: let_speak(tx, 3, now=now))
    assert await model_points() == 32
    await floor.run(lambda tx: learn(tx, BETTER, now=now))
    assert (await states())[0] == ("speaking", None)

    await act_on(floor, now, Rule("jauh", Measure.IP_ELSEWHERE, 1, 10))
    assert (await states())[0] == ("silent", "other_rules")
    assert await model_points() == 0
    with pytest.raises(ModelJudgedElsewhere):
        await floor.run(lambda tx: let_speak(tx, 5, now=now))
    actions = await floor.all(
        "SELECT action FROM audit_entry WHERE shop_id = %(shop)s AND action LIKE 'trust.s%%' ORDER BY id"
    )
    assert [row.action for row in actions] == ["trust.silence", "trust.speak"]


async def test_one_model_is_trained_at_a_time_and_one_that_got_lost_makes_room(
    floor: ShopFloor, now: datetime, db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_shop(floor, now)

    async def begin() -> Training:
        begun: Training = await floor.run(lambda tx: begin_training(tx, capacity=5, now=now))
        return begun

    both = await asyncio.gather(begin(), begin(), return_exceptions=True)

    assert sorted(type(one).__name__ for one in both) == ["Training", "TrainingUnderWay"]
    assert await floor.run(lambda tx: watch_limits(tx, now=now + timedelta(hours=2))) == 1
    assert (
        await floor.value("SELECT kind FROM exception_entry WHERE shop_id = %(shop)s") == "training_waiting"
    )
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    await history(floor, now)
    later = now + timedelta(hours=2)
    second = await floor.run(lambda tx: begin_training(tx, capacity=5, now=later))
    for _ in range(2):
        # Two jobs of one lock: the second is taken up once the first is over.
        await work_off(db, database_url, later)
    found = await floor.run(lambda tx: trainings(tx, limit=9))
    assert [(one.version, one.state, one.why) for one in found] == [
        (second.version, "declined", "not_installed"),
        (1, "declined", "lost"),
    ]
    with pytest.raises(TrainingUnderWay):
        await floor.run(lambda tx: _twice(tx, now))


async def _twice(tx: Tx, now: datetime) -> None:
    await ask_training(tx, capacity=5, now=now)
    await ask_training(tx, capacity=5, now=now)


async def test_each_month_a_model_is_trained_by_itself_and_a_person_lets_it_speak(
    floor: ShopFloor, now: datetime, db: Database, database_url: str
) -> None:
    await a_shop(floor, now)

    async def again(at: datetime) -> int:
        begun: int = await floor.run(lambda tx: train_again(tx, now=at))
        return begun

    async def newest() -> Training:
        found: Training = (await floor.run(lambda tx: trainings(tx, limit=1)))[0]
        return found

    assert await again(now) == 0
    await history(floor, now)
    both = await asyncio.gather(again(now), again(now))
    assert (sorted(both), await again(now)) == ([0, 1], 0)
    await work_off(db, database_url, now)
    first = await newest()
    assert (first.state, first.why, first.proposes, first.capacity) == ("silent", "proposed", True, CAPACITY)
    assert first.backtest is not None
    assert (first.backtest.beats, first.backtest.spoken) == (True, None)
    await floor.run(lambda tx: let_speak(tx, first.version, now=now))

    month = now + timedelta(days=31)
    assert await again(month) == 0
    await history(floor, month, count=200)
    assert (await again(now + timedelta(days=29)), await again(month)) == (0, 1)
    await work_off(db, database_url, month)
    second = await newest()
    assert (second.version, second.why) == (2, "proposed")
    assert second.backtest is not None
    assert second.backtest.spoken is not None
    assert second.backtest.spoken.auc > second.backtest.rules.auc
    speaking = await floor.run(speaking_training)
    assert (speaking.version, speaking.asked_by) == (1, floor.caller.actor)

    await act_on(floor, month, Rule("jauh", Measure.IP_ELSEWHERE, 1, 10))
    told = await floor.run(lambda tx: trainings(tx, limit=9))
    assert [(one.state, one.why) for one in told] == [("silent", "other_rules")] * 2


async def test_the_command_prints_what_the_back_test_found(
    floor: ShopFloor, now: datetime, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_shop(floor, now)
    monkeypatch.setenv("ORDERAN_DATABASE_URL", f"postgresql://?{urlencode(conninfo_to_dict(database_url))}")

    async def ran(*arguments: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, app, ["train", "fraud", *arguments])

    refused = await ran("--json")
    await history(floor, datetime.now(now.tzinfo))
    told = await ran("--capacity", "5")
    again = await ran("--json")

    assert refused.exit_code != 0
    assert "trust_too_little_history" in str(refused.exception)
    assert told.exit_code == 0, (told.output, told.exception)
    assert "version 2 is speaking" in told.output
    assert "average precision" in told.output
    plain = json.loads(again.output)
    assert (plain["version"], plain["state"], plain["backtest"]["beats"]) == (3, "speaking", True)
