"""The page of models and the same over the API: what was found, training, letting speak and silencing, and who may."""

from dataclasses import replace
from datetime import datetime

import pytest

from access.conftest import hire, house, password_hash
from conftest import ShopFloor
from orderan.access import Permission
from orderan.trust import Ranking
from trust.learned import BETTER, learn
from trust.test_judging_pages import Desk, desk
from trust.test_trust_api import Program, program

pytestmark = pytest.mark.anyio
__all__ = ["desk", "hire", "house", "password_hash", "program"]


async def test_the_page_tells_whether_a_model_speaks_how_it_does_and_trains_another(
    desk: Desk, floor: ShopFloor
) -> None:
    shown = await desk.shows("/trust/models")

    assert "Model versi 3 ikut menilai" in shown
    assert "62 % 81 %" in shown
    assert "Dari 380 pesanan berpoin tertinggi" in shown
    assert "IP dari provinsi lain · 75 %" in shown
    assert "tidak lebih baik dari aturan" in shown
    assert "Ada 12 berakhir buruk dan 340 berakhir baik." in shown

    wrong = await desk.sends("/trust/models", {"capacity": "0"})
    assert wrong.status_code == 422
    hushed = await desk.sends("/trust/models/3/silence", {})
    assert hushed.headers["location"] == "/trust/models?said=silenced"
    assert "Didiamkan oleh orang." in await desk.shows("/trust/models")
    worse = await desk.sends("/trust/models/2/speak", {})
    assert (worse.status_code, "tidak lebih baik dari aturan" in worse.text) == (409, True)
    assert (await desk.sends("/trust/models/9/speak", {})).status_code == 404
    begun = await desk.sends("/trust/models", {"capacity": "40"})
    assert begun.headers["location"] == "/trust/models?said=asked"
    assert (await desk.sends("/trust/models", {"capacity": "40"})).status_code == 409
    assert "Model versi 4 sedang dilatih" in await desk.shows("/trust/models")
    [job] = await floor.all("SELECT args FROM procrastinate_jobs WHERE task_name = 'trust.train'")
    assert job.args["capacity"] == 40
    speaks = await desk.sends("/trust/models/3/speak", {})
    assert speaks.headers["location"] == "/trust/models?said=speaks"


async def test_a_model_nobody_asked_for_is_proposed_beside_the_one_that_speaks_and_let_speak(
    desk: Desk, floor: ShopFloor, now: datetime
) -> None:
    beside = replace(BETTER, spoken=Ranking(0.7, 0.3, 0.2))
    await floor.run(lambda tx: learn(tx, beside, now=now, rules_version=1, proposes=True))

    shown = await desk.shows("/trust/models")
    assert "Model versi 3 ikut menilai" in shown
    assert "Model versi 4 diusulkan" in shown
    assert "62 % 81 % 70 %" in shown
    assert "dilatih sendiri" in shown
    speaks = await desk.sends("/trust/models/4/speak", {})
    assert speaks.headers["location"] == "/trust/models?said=speaks"
    shown = await desk.shows("/trust/models")
    assert "Model versi 4 ikut menilai" in shown
    assert "Model versi 4 diusulkan" not in shown


async def test_a_model_that_cannot_be_read_is_told_on_the_page(desk: Desk, floor: ShopFloor) -> None:
    await floor.all(
        "UPDATE trust_model SET model = '{}' WHERE shop_id = %(shop)s AND version = 3 RETURNING id"
    )
    assert "Model versi 3 tidak terbaca" in await desk.shows("/trust/models")


async def test_a_model_is_trained_and_silenced_over_the_api(program: Program) -> None:
    risk = await program.key("risiko", Permission.TRUST_READ, Permission.TRUST_WRITE)
    owner = await program.key("pemilik", Permission.TRUST_READ, Permission.SETTINGS_WRITE)

    listed = (await program.ask(risk, "GET", "/trust-models")).json()["data"]
    first = (await program.ask(risk, "GET", "/trust-models?limit=2")).json()
    second = (await program.ask(risk, "GET", f"/trust-models?limit=2&cursor={first['next_cursor']}")).json()
    refused = await program.ask(risk, "POST", "/trust-models", {})
    asked = await program.ask(owner, "POST", "/trust-models", {"capacity": 30}, key="satu")
    again = await program.ask(owner, "POST", "/trust-models", {"capacity": 30}, key="satu")
    another = await program.ask(owner, "POST", "/trust-models", {})
    silenced = await program.ask(owner, "POST", "/trust-models/3/silence")
    twice = await program.ask(owner, "POST", "/trust-models/3/silence")
    speaks = await program.ask(owner, "POST", "/trust-models/3/speak")
    worse = await program.ask(owner, "POST", "/trust-models/2/speak")
    unknown = await program.ask(owner, "POST", "/trust-models/9/speak")

    assert [(one["version"], one["state"], one["why"]) for one in listed] == [
        (3, "speaking", None),
        (2, "silent", "not_better"),
        (1, "declined", "too_little"),
    ]
    assert listed[0]["backtest"]["both"] == {"auc": 0.81, "average_precision": 0.47, "precision": 0.24}
    assert first["data"] + second["data"] == listed
    assert second["next_cursor"] is None
    assert refused.status_code == 403
    assert (asked.status_code, asked.json()["version"], asked.json()["capacity"]) == (202, 4, 30)
    assert again.json() == asked.json()
    assert (another.status_code, another.json()["code"]) == (409, "trust_training_under_way")
    assert (silenced.status_code, silenced.json()["why"]) == (200, "person")
    assert (twice.status_code, twice.json()["code"]) == (409, "illegal_move")
    assert (speaks.status_code, speaks.json()["state"]) == (200, "speaking")
    assert (worse.status_code, worse.json()["code"]) == (409, "trust_model_not_better")
    assert unknown.status_code == 404
