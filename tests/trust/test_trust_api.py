"""Trust over the API: the queue, denials and who may appeal, lists, rules from a draft into force."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import House, hire, house, password_hash
from conftest import ShopFloor
from flows.test_score_orders import cod, one, order_of
from given import World, a_shop
from orderan.access import Permission, make_key
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id
from orderan.shops import ChannelKind, add_channel
from orderan.trust import TermsDenied
from trust.doubted import doubted

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@dataclass
class Program:
    """Programs with keys of their own."""

    floor: ShopFloor
    client: AsyncClient
    now: datetime
    world: World
    names: dict[str, str]
    secrets: dict[str, str] = field(default_factory=dict)

    async def key(self, name: str, *may: Permission, **scope: Any) -> str:
        _, secret = await self.floor.run(
            lambda tx: make_key(tx, name=name, permissions=list(may), now=self.now, **scope)
        )
        return str(secret)

    async def ask(self, secret: str, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {"authorization": f"Bearer {secret}"}
        if method == "POST":
            headers["idempotency-key"] = key or new_id().hex
        return await self.client.request(
            method, f"/api/v1{path.format(**self.names)}", json=body, headers=headers
        )


@pytest.fixture
async def program(floor: ShopFloor, keyring: Keyring, house: House, now: datetime) -> AsyncIterator[Program]:
    world = await a_shop(floor, now, stock={"kopi": 50})
    names = await doubted(world, keyring, now)
    async with house.browser() as client:
        yield Program(floor, client, now, world, names)


async def test_the_queue_is_read_and_an_order_of_it_judged_once(program: Program) -> None:
    secret = await program.key("risiko", Permission.TRUST_READ, Permission.TRUST_WRITE)

    [waiting] = (await program.ask(secret, "GET", "/reviews")).json()["data"]
    whole = (await program.ask(secret, "GET", "/reviews/{review}")).json()
    asked = {"decision": "clear", "note": "sudah ditelepon"}
    done = await program.ask(secret, "POST", "/reviews/{review}/judge", asked, key="satu")
    repeat = await program.ask(secret, "POST", "/reviews/{review}/judge", asked, key="satu")
    late = await program.ask(secret, "POST", "/reviews/{review}/judge", asked, key="dua")

    assert waiting["order_id"] == program.names["review"]
    assert whole["reasons"] == [{"code": "phone_orders_day", "value": 1, "points": 50, "model": None}]
    assert [(tied["order_id"], tied["shares"]) for tied in whole["tied"]] == [
        (program.names["first"], ["address", "phone"])
    ]
    assert (done.status_code, done.json()["state"]) == (200, "cleared")
    assert repeat.json() == done.json()
    assert (late.status_code, late.json()["code"]) == (409, "illegal_move")
    assert (await program.ask(secret, "GET", "/reviews/{first}")).status_code == 404
    assert (await program.ask(secret, "GET", "/reviews")).json() == {"data": []}


async def test_the_hold_of_a_doubted_order_takes_somebody_who_judges(program: Program) -> None:
    clerk = await program.key("situs", Permission.ORDERS_READ, Permission.ORDERS_WRITE)
    judge = await program.key(
        "risiko", Permission.ORDERS_READ, Permission.ORDERS_WRITE, Permission.TRUST_WRITE
    )
    [hold] = (await program.ask(clerk, "GET", "/orders/{review}")).json()["hold_list"]
    release = f"/orders/{{review}}/holds/{hold['id']}/release"

    refused = await program.ask(clerk, "POST", release, {})
    still = (await program.ask(clerk, "GET", "/orders/{review}")).json()["holds"]
    released = await program.ask(judge, "POST", release, {})

    assert (refused.status_code, refused.json()["needs"]) == (403, "trust.write")
    assert still == 1
    assert (released.status_code, released.json()["holds"]) == (200, 0)


async def test_the_shops_site_appeals_for_its_buyer_and_sees_nothing_else(
    program: Program, keyring: Keyring
) -> None:
    site = await program.key("situs", Permission.ORDERS_WRITE)
    web = (await program.floor.all("SELECT id FROM channel WHERE code = 'web'"))[0].id
    here = await program.key("situs web", Permission.ORDERS_WRITE, channel_ids=frozenset({web}))
    await program.floor.run(
        lambda tx: add_channel(tx, code="pasar", name="Pasar", kind=ChannelKind.WEB, now=program.now)
    )
    other = (await program.floor.all("SELECT id FROM channel WHERE code = 'pasar'"))[0].id
    elsewhere = await program.key("pasar", Permission.ORDERS_WRITE, channel_ids=frozenset({other}))
    care = await program.key("layanan", Permission.TRUST_READ, Permission.TRUST_WRITE)
    said = {"words": "Itu dua hadiah"}

    assert (await program.ask(site, "GET", "/denials/{denial}")).status_code == 403
    assert (await program.ask(elsewhere, "POST", "/denials/{denial}/appeal", said)).status_code == 404
    made = await program.ask(here, "POST", "/denials/{denial}/appeal", said)
    again = await program.ask(site, "POST", "/denials/{denial}/appeal", said)
    wordless = await program.ask(site, "POST", "/denials/{denial}/appeal", {"words": " "})

    assert (made.status_code, made.json()["state"]) == (200, "appealed")
    assert made.json()["reasons"] == ["phone_orders_day"]
    assert set(made.json()) == {"id", "state", "outcome", "reasons", "appealed_at"}
    assert (again.status_code, wordless.status_code) == (409, 400)
    listed = (await program.ask(care, "GET", "/denials?state=appealed&limit=1")).json()
    assert listed["next_cursor"]
    answer = {"decision": "overturn", "words": "Benar"}
    judged = await program.ask(care, "POST", "/denials/{denial}/judge", answer)
    assert (judged.json()["state"], judged.json()["judgement"]) == ("overturned", "Benar")
    assert (
        order_of(await one(program.world, keyring, cod("+6285600000001"), program.now)).order.open_holds == 0
    )


async def test_lists_are_kept_over_the_api_and_tell_no_phone(program: Program, keyring: Keyring) -> None:
    secret = await program.key("risiko", Permission.TRUST_READ, Permission.TRUST_WRITE)
    asked = {"kind": "phone", "value": "0812-3333-4444", "verdict": "block", "reason": "menipu"}

    made = await program.ask(secret, "POST", "/trust-entries", asked)
    twice = await program.ask(secret, "POST", "/trust-entries", asked)
    unread = await program.ask(secret, "POST", "/trust-entries", {**asked, "value": "dua"})
    denied = await one(program.world, keyring, cod("+6281233334444", line="Jl. Anggrek 5"), program.now)
    listed = await program.ask(secret, "GET", "/trust-entries")
    first = (await program.ask(secret, "GET", "/trust-entries?limit=1")).json()
    second = (
        await program.ask(secret, "GET", f"/trust-entries?limit=1&cursor={first['next_cursor']}")
    ).json()
    removed = await program.ask(secret, "POST", f"/trust-entries/{made.json()['id']}/remove")
    gone = await program.ask(secret, "POST", f"/trust-entries/{made.json()['id']}/remove")

    assert (made.status_code, made.json()["shown"]) == (201, "0812-****-4444")
    assert (twice.status_code, twice.json()["code"]) == (409, "trust_entry_there")
    assert (unread.status_code, unread.json()["code"]) == (422, "trust_key_unusable")
    assert isinstance(denied, TermsDenied)
    assert len(listed.json()["data"]) == 2
    assert first["data"] + second["data"] == listed.json()["data"]
    assert second["next_cursor"] is None
    assert "33334444" not in listed.text.replace("-", "")
    assert (removed.status_code, gone.status_code) == (200, 404)


async def test_rules_go_from_a_draft_over_a_trial_into_force(program: Program) -> None:
    risk = await program.key("risiko", Permission.TRUST_READ, Permission.TRUST_WRITE)
    owner = await program.key("pemilik", Permission.TRUST_READ, Permission.SETTINGS_WRITE)
    before = (await program.ask(owner, "GET", "/trust-rules")).json()
    policy = before["followed"]
    policy["rules"][0] |= {"off": True, "points": 40}
    policy["cod"] = {"refuse": 60}
    policy["prepaid"] = {}
    asked = {"revision": before["draft"]["revision"], "policy": policy}

    assert (before["version"], before["draft"]["trial"]["orders"]) == (1, 6)
    assert (await program.ask(risk, "POST", "/trust-rules/draft", asked)).status_code == 403
    crossed = {**asked, "policy": {**policy, "cod": {"ask": 90, "refuse": 60}}}
    wrong = await program.ask(owner, "POST", "/trust-rules/draft", crossed)
    assert (wrong.status_code, wrong.json()["faults"]) == (422, ["cod.refuse: bands_cross"])
    drafted = await program.ask(owner, "POST", "/trust-rules/draft", asked)
    stale = await program.ask(owner, "POST", "/trust-rules/draft", asked)
    assert (drafted.status_code, stale.status_code) == (200, 409)
    seen = {"revision": drafted.json()["revision"]}
    untried = await program.ask(owner, "POST", "/trust-rules/activate", {**seen, "note": "lebih tegas"})
    assert untried.json()["code"] == "trust_draft_not_tried"
    tried = (await program.ask(owner, "POST", "/trust-rules/trial", {**seen, "days": 7})).json()["trial"]
    assert (tried["then"]["hold"]["orders"], tried["now"]["refuse"]["orders"]) == (2, 2)
    live = await program.ask(owner, "POST", "/trust-rules/activate", {**seen, "note": "lebih tegas"})
    assert (live.json()["version"], live.json()["followed"]["rules"][0]["off"]) == (2, True)
