"""A draft is edited without losing an edit, tried on past payments, and followed only as it was tried."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg
import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from orderan.flows import try_routing
from orderan.flows.try_routing import known_to_rules, try_draft, try_rules
from orderan.kit.crypto import Keyring
from orderan.kit.db import WrongRows
from orderan.kit.rulebook import Rulebook
from orderan.payments import Fee, rails, set_fee
from orderan.routing import (
    Draft,
    DraftIsLive,
    DraftMovedOn,
    DraftNotTried,
    Edit,
    KeptTrial,
    LiveMovedOn,
    NoSuchRule,
    NoSuchRules,
    Rule,
    RulesNotUsable,
    RulesUnexplained,
    Trial,
    TrialTooLong,
    change_draft,
    draft,
    edit_rule,
    follow_rules,
    put_live,
    read_rules,
    restore_rules,
    set_rule,
    trial_of,
    versions,
    write_rules,
)
from orderan.routing.store import RULES

pytestmark = pytest.mark.anyio

DAY: Final = timedelta(days=1)
XENDIT_FIRST: Final = {"name": "Xendit dulu", "prefer": ["xendit"]}
CHEAPEST: Final = {"name": "Termurah", "cheapest": True}


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def pay(till: Till, times: int = 1) -> None:
    for _ in range(times):
        await till.cashier.charge(till.floor.caller, till.order.id, "va_bca", anew=True)


async def edited(till: Till, plain: Any, expected: int = 0) -> Draft:
    found: Draft = await till.floor.run(
        lambda tx: change_draft(tx, plain, expected=expected, now=till.clock.at)
    )
    return found


async def tried(till: Till, expected: int, days: int = 1) -> KeptTrial:
    found: KeptTrial = await till.floor.run(lambda tx: try_draft(tx, expected, days=days, now=till.clock.at))
    return found


async def live(till: Till, expected: int, note: str = "Xendit lebih cepat") -> int:
    async def command(tx: Any) -> int:
        known = await known_to_rules(tx)
        return await put_live(tx, expected=expected, note=note, known=known, now=till.clock.at)

    version: int = await till.floor.run(command)
    return version


async def state(till: Till) -> tuple[Any, ...]:
    """Everything that a refusal must leave alone."""
    tables = [
        await till.floor.all("SELECT * FROM routing_rules ORDER BY version"),
        await till.floor.all("SELECT * FROM routing_draft ORDER BY revision"),
        await till.floor.all("SELECT * FROM routing_trial ORDER BY revision"),
        await till.floor.all("SELECT * FROM audit_entry ORDER BY id"),
    ]
    return tuple(str(rows) for rows in tables)


async def play(till: Till, rules: list[Any], **others: Any) -> Trial:
    trial: Trial = await till.floor.run(
        lambda tx: try_rules(tx, read_rules(rules), now=till.clock.at, **{"days": 1, **others})
    )
    return trial


async def test_a_trial_says_what_would_have_gone_elsewhere_and_what_that_costs(till: Till) -> None:
    [first, second] = await till.floor.run(rails)
    day = till.clock.at.date()
    await till.floor.run(lambda tx: set_fee(tx, first.id, Fee(day, fixed_minor=1_000, tax_bp=1_100)))
    await till.floor.run(lambda tx: set_fee(tx, second.id, Fee(day, fixed_minor=1_500, tax_bp=1_100)))
    await pay(till, 3)

    trial = await play(till, [XENDIT_FIRST])

    assert (trial.payments, trial.moved, trial.more) == (3, 3, False)
    assert (trial.fee_minor, trial.fee_minor_now) == (3 * 1_110, 3 * 1_665)
    assert (trial.paid, trial.paid_now) == (2.94, 2.94)
    [move] = trial.moves
    assert (move.method, move.from_rail, move.to_rail) == ("va_bca", str(first.id), str(second.id))
    assert [one.subject_id for one in trial.examples] == [str(till.order.id)] * 3
    assert {one.rule for one in trial.examples} == {"Xendit dulu"}


async def test_the_rules_that_chose_choose_the_same_again(till: Till) -> None:
    version = await till.floor.run(lambda tx: write_rules(tx, [XENDIT_FIRST], note="", now=till.clock.at))
    await till.floor.run(lambda tx: follow_rules(tx, version, now=till.clock.at))
    await pay(till, 2)

    assert (await play(till, [XENDIT_FIRST])).moved == 0
    assert (await play(till, [])).moved == 2


async def test_only_the_days_that_were_asked_for_and_the_newest_of_those_are_played(till: Till) -> None:
    await pay(till)
    till.later(2 * DAY)
    for number in range(5):
        await till.floor.run(
            lambda tx, at=till.clock.at - timedelta(minutes=number): tx.run(
                """
                INSERT INTO decision (shop_id, id, subject_id, kind, rule, inputs, outcome, reasons, decided_at)
                SELECT shop_id, gen_random_uuid(), subject_id, kind, rule, inputs, outcome, reasons, %(at)s
                FROM decision WHERE kind = 'routing' ORDER BY decided_at LIMIT 1
                """,
                {"at": at},
            )
        )

    assert (await play(till, [], days=1)).payments == 5
    assert (await play(till, [], days=7)).payments == 6
    assert (await play(till, [], days=7, batch=2)).payments == 6
    for most, more in ((5, True), (6, False), (7, False)):
        trial = await play(till, [], days=7, batch=2, most=most)
        assert (trial.payments, trial.most, trial.more) == (min(most, 6), most, more)


@pytest.mark.parametrize("days", [0, -1, 91])
async def test_more_days_than_are_played_are_refused(till: Till, days: int) -> None:
    await edited(till, [XENDIT_FIRST])
    before = await state(till)
    with pytest.raises(TrialTooLong):
        await tried(till, 1, days)
    assert await state(till) == before


async def test_a_draft_is_followed_once_it_was_tried_and_payments_go_its_way(till: Till) -> None:
    await pay(till)
    await edited(till, [XENDIT_FIRST])
    kept = await tried(till, 1)
    assert (kept.trial.payments, kept.trial.moved, kept.against) == (1, 1, None)

    assert await live(till, 1) == 1

    [version] = await till.floor.run(versions)
    assert (version.version, version.active, version.note, version.made_by, version.revision) == (
        1,
        True,
        "Xendit lebih cepat",
        "staff:test",
        1,
    )
    [entry] = await till.floor.all(
        "SELECT action, entity_id, after FROM audit_entry WHERE action = 'routing.live'"
    )
    assert (entry.entity_id, entry.after["rules"]) == ("1", [XENDIT_FIRST])
    await pay(till)
    [made] = await till.floor.all(
        "SELECT inputs FROM decision WHERE kind = 'routing' ORDER BY id DESC LIMIT 1"
    )
    assert made.inputs["version"] == 1


async def test_a_draft_that_was_not_tried_or_was_edited_since_is_not_followed(till: Till) -> None:
    await edited(till, [XENDIT_FIRST])
    before = await state(till)
    with pytest.raises(DraftNotTried):
        await live(till, 1)
    assert await state(till) == before

    await tried(till, 1)
    await edited(till, [XENDIT_FIRST, CHEAPEST], 1)
    before = await state(till)
    with pytest.raises(DraftNotTried):
        await live(till, 2)
    with pytest.raises(DraftMovedOn):
        await live(till, 1)
    assert await state(till) == before


async def test_a_trial_against_other_rules_than_are_followed_now_does_not_count(till: Till) -> None:
    await edited(till, [XENDIT_FIRST])
    await tried(till, 1)
    version = await till.floor.run(lambda tx: write_rules(tx, [CHEAPEST], note="", now=till.clock.at))
    await till.floor.run(lambda tx: follow_rules(tx, version, now=till.clock.at))
    before = await state(till)

    with pytest.raises(LiveMovedOn) as refused:
        await live(till, 1)
    assert (refused.value.tried_against, refused.value.live) == (0, 1)
    assert await state(till) == before

    await tried(till, 1)
    assert await live(till, 1) == 2


@pytest.mark.parametrize("note", ["", "   ", "x" * 201])
async def test_nobody_changes_what_is_followed_without_a_reason(till: Till, note: str) -> None:
    await edited(till, [XENDIT_FIRST])
    await tried(till, 1)
    before = await state(till)
    with pytest.raises(RulesUnexplained):
        await live(till, 1, note)
    assert await state(till) == before


async def test_a_draft_that_says_what_is_followed_is_no_version(till: Till) -> None:
    before = await state(till)
    with pytest.raises(DraftIsLive):
        await live(till, 0)
    assert await state(till) == before


async def test_a_gateway_that_is_gone_since_is_refused_at_the_end_too(till: Till) -> None:
    await edited(till, [{"name": "Doku", "prefer": ["doku"]}])
    await tried(till, 1)
    before = await state(till)
    with pytest.raises(RulesNotUsable) as refused:
        await live(till, 1)
    assert refused.value.faults == ("1.prefer: gateway_not_there",)
    assert await state(till) == before


async def test_an_older_version_comes_back_as_a_new_one_and_is_tried_first(till: Till) -> None:
    for number, rules in enumerate(([XENDIT_FIRST], [CHEAPEST])):
        await edited(till, rules, number)
        await tried(till, number + 1)
        await live(till, number + 1)
    before = await till.floor.all("SELECT version, rules, note, made_at FROM routing_rules ORDER BY version")

    await till.floor.run(lambda tx: restore_rules(tx, 1, expected=2, now=till.clock.at))
    with pytest.raises(DraftNotTried):
        await live(till, 3)
    await tried(till, 3)
    assert await live(till, 3, "Kembali ke Xendit") == 3

    after = await till.floor.all("SELECT version, rules, note, made_at FROM routing_rules ORDER BY version")
    assert after[:2] == before
    assert after[2].rules == before[0].rules
    with pytest.raises(NoSuchRules):
        await till.floor.run(lambda tx: restore_rules(tx, 9, expected=3, now=till.clock.at))


async def test_rules_are_added_rewritten_moved_and_taken_out_one_by_one(till: Till) -> None:
    async def names() -> list[str]:
        return [rule.name for rule in (await till.floor.run(draft)).rules]

    now, floor = till.clock.at, till.floor
    await floor.run(lambda tx: set_rule(tx, None, XENDIT_FIRST, expected=0, now=now))
    await floor.run(lambda tx: set_rule(tx, None, CHEAPEST, expected=1, now=now))
    assert await names() == ["Xendit dulu", "Termurah"]
    await floor.run(lambda tx: edit_rule(tx, 2, Edit.UP, expected=2, now=now))
    assert await names() == ["Termurah", "Xendit dulu"]
    await floor.run(lambda tx: edit_rule(tx, 1, Edit.DOWN, expected=3, now=now))
    assert await names() == ["Xendit dulu", "Termurah"]
    # At the end of the list nothing changes, so there is no new state either.
    assert (await floor.run(lambda tx: edit_rule(tx, 1, Edit.UP, expected=4, now=now))).revision == 4
    await floor.run(lambda tx: set_rule(tx, 1, {**XENDIT_FIRST, "firm": True}, expected=4, now=now))
    await floor.run(lambda tx: edit_rule(tx, 2, Edit.REMOVE, expected=5, now=now))
    assert (await floor.run(draft)).rules == (Rule("Xendit dulu", prefer=("xendit",), firm=True),)

    before = await state(till)
    for place in (0, 2, -1):
        with pytest.raises(NoSuchRule):
            await floor.run(lambda tx, at=place: edit_rule(tx, at, Edit.REMOVE, expected=6, now=now))
        with pytest.raises(NoSuchRule):
            await floor.run(lambda tx, at=place: set_rule(tx, at, CHEAPEST, expected=6, now=now))
    assert await state(till) == before


async def test_whoever_edits_what_is_gone_hears_what_changed_since(till: Till) -> None:
    await edited(till, [XENDIT_FIRST, CHEAPEST])
    await edited(till, [{**XENDIT_FIRST, "firm": True}, {"name": "Baru", "last": ["midtrans"]}], 1)
    before = await state(till)

    with pytest.raises(DraftMovedOn) as refused:
        await edited(till, [], 1)

    assert (refused.value.expected, refused.value.revision, refused.value.made_by) == (1, 2, "staff:test")
    assert refused.value.changes == ("changed: Xendit dulu", "added: Baru", "removed: Termurah")
    assert await state(till) == before


async def test_of_editors_at_once_one_is_kept_and_the_others_hear_of_it(till: Till) -> None:
    rules = [[{"name": f"Editor {number}", "cheapest": True}] for number in range(6)]

    answers = await asyncio.gather(*(edited(till, one) for one in rules), return_exceptions=True)

    kept = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert [one.revision for one in kept] == [1]
    assert sum(isinstance(answer, DraftMovedOn) for answer in answers) == 5
    assert await till.floor.value("SELECT count(*) FROM routing_draft") == 1
    assert (await till.floor.run(draft)).rules == kept[0].rules


async def test_without_the_lock_two_editors_would_meet_in_one_row(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, insert = asyncio.Barrier(2), Rulebook._insert_draft

    async def together(*args: Any, **others: Any) -> None:
        await both.wait()
        await insert(*args, **others)

    async def no_lock(_book: Any, _tx: Any) -> None:
        return None

    monkeypatch.setattr(Rulebook, "_insert_draft", together)
    monkeypatch.setattr(Rulebook, "lock", no_lock)

    answers = await asyncio.gather(
        edited(till, [XENDIT_FIRST]), edited(till, [CHEAPEST]), return_exceptions=True
    )

    assert [type(answer) for answer in answers if isinstance(answer, BaseException)] == [
        psycopg.errors.UniqueViolation
    ]


async def test_a_version_that_is_not_there_is_not_followed_in_the_place_of_another(till: Till) -> None:
    await edited(till, [XENDIT_FIRST])
    await tried(till, 1)
    version = await live(till, 1)

    with pytest.raises(WrongRows):
        await till.floor.run(lambda tx: RULES.follow(tx, version + 1, now=till.clock.at))

    assert [one.version for one in await till.floor.run(versions) if one.active] == [version]


async def test_of_two_who_put_the_same_draft_live_one_does(till: Till) -> None:
    await edited(till, [XENDIT_FIRST])
    await tried(till, 1)

    answers = await asyncio.gather(*(live(till, 1) for _ in range(4)), return_exceptions=True)

    assert sorted(answer for answer in answers if isinstance(answer, int)) == [1]
    assert sum(isinstance(answer, DraftIsLive) for answer in answers) == 3
    assert await till.floor.value("SELECT count(*) FROM routing_rules") == 1


@pytest.mark.parametrize(
    ("plain", "faults"),
    [
        ([{"name": "a", "split": [{"gateway": "xendit", "parts": 0}]}], ("1.split: not_parts",)),
        ([{"name": "a", "split": [{"gateway": "xendit", "parts": -3}]}], ("1.split: not_parts",)),
        (
            [{"name": "a", "cheapest": True, "when": {"from_hour": 8, "to_hour": 8}}],
            ("1.when.to_hour: hours_empty",),
        ),
        (
            [{"name": "a", "cheapest": True, "when": {"methods": ["va_x"]}}],
            ("1.when.methods: method_not_there",),
        ),
        ([{"name": "a", "cheapest": True, "when": {"banks": ["x"]}}], ("1.when.banks: bank_not_there",)),
        ([{"name": "a", "prefer": ["doku"]}], ("1.prefer: gateway_not_there",)),
        ([{"name": "a", "cheapest": True, "x" * 5_000: 1}], (f"1.{'x' * 80}: not_known",)),
        ([{"name": f"{number}", "cheapest": True} for number in range(10_000)], ("rules: too_many",)),
        ("a" * 10_000, ("rules: not_a_list",)),
    ],
)
async def test_what_cannot_be_followed_gets_into_no_draft(
    till: Till, plain: Any, faults: tuple[str, ...]
) -> None:
    before = await state(till)

    async def command(tx: Any) -> Draft:
        known = await known_to_rules(tx)
        return await change_draft(tx, plain, expected=0, known=known, now=till.clock.at)

    with pytest.raises(RulesNotUsable) as refused:
        await till.floor.run(command)
    assert refused.value.faults == faults
    assert await state(till) == before


async def test_rules_whose_hours_overlap_are_kept_and_the_first_decides(till: Till) -> None:
    day = {"from_hour": 0, "to_hour": 24}
    await edited(till, [{**XENDIT_FIRST, "when": day}, {**CHEAPEST, "when": day}])
    await tried(till, 1)
    await live(till, 1)
    await pay(till)

    [made] = await till.floor.all("SELECT outcome FROM decision WHERE kind = 'routing'")
    assert made.outcome["rule"] == "Xendit dulu"


async def test_what_a_trial_found_stays_with_its_draft(till: Till) -> None:
    await pay(till)
    await edited(till, [XENDIT_FIRST])
    kept = await tried(till, 1, 7)
    assert await till.floor.run(lambda tx: trial_of(tx, 1)) == kept
    assert await till.floor.run(lambda tx: trial_of(tx, 2)) is None
    assert kept.days in try_routing.DAYS
