"""Each night every rupiah of a gateway account is accounted for, or a person is told which is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from flows.settling import another_order, bring, paid
from orderan.flows.prove_balances import prove_nightly
from orderan.flows.reconcile import reconcile_nightly
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from settlements.sheets import midtrans, midtrans_row

pytestmark = pytest.mark.anyio

NIGHT = timedelta(days=1)


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def a_night(till: Till) -> int:
    await till.floor.run(lambda tx: reconcile_nightly(tx, now=till.clock.at))
    proved: int = await till.floor.run(lambda tx: prove_nightly(tx, now=till.clock.at))
    return proved


async def told(till: Till) -> list[Any]:
    return await till.floor.all(
        """
        SELECT reason, money_minor, payload->>'gateway_account' AS account, state FROM exception_entry
        WHERE kind = 'balance_adrift' ORDER BY opened_at
        """
    )


async def test_each_night_has_its_proof_and_a_rupiah_adrift_is_told_until_it_is_not(
    till: Till, keyring: Keyring
) -> None:
    short, whole = await paid(till), await paid(till, await another_order(till, keyring))
    rows = [midtrans_row(short.reference, 19_000), midtrans_row(whole.reference, 20_000)]
    await bring(till, midtrans(*rows))

    # No proof before the account files told of was held against its ledger this night.
    assert await till.floor.run(lambda tx: prove_nightly(tx, now=till.clock.at)) == 0
    assert await a_night(till) == 2
    [proof, empty] = await till.floor.all("SELECT * FROM balance_proof ORDER BY captured_minor DESC")
    assert (proof.captured_minor, proof.settled_minor, proof.open_minor) == (40_000, 39_000, 1_000)
    assert (proof.adrift_minor, empty.captured_minor, await told(till)) == (0, 0, [])
    assert await a_night(till) == 0

    till.later(NIGHT)
    await till.floor.run(lambda tx: reconcile_nightly(tx, now=till.clock.at))
    await changed(till, "UPDATE reconciliation_entry SET gap_minor = 400")
    # What holding the account against its ledger once more mends is nobody's work.
    assert await till.floor.run(lambda tx: prove_nightly(tx, now=till.clock.at)) == 2
    assert await told(till) == []

    await changed(till, "UPDATE payment_event SET amount_minor = amount_minor - 1 WHERE kind = 'captured'")
    till.later(NIGHT)
    assert (await a_night(till), await told(till)) == (2, [("adrift", 1, "midtrans", "open")])
    await changed(till, "UPDATE payment_event SET amount_minor = amount_minor + 1 WHERE kind = 'captured'")
    till.later(NIGHT)
    assert (await a_night(till), await told(till)) == (2, [("adrift", 1, "midtrans", "resolved")])


async def changed(till: Till, statement: str) -> None:
    async def work(tx: Tx) -> None:
        await tx.connection.execute(statement.encode())

    await till.floor.run(work)
