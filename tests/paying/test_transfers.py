"""The shop's own bank accounts: what a buyer is shown, when, and the order a bank line may have paid."""

from datetime import date

import pytest

from access.conftest import Hire, send, sign_in
from orderan.flows.payment_incident import open_incident
from orderan.flows.telling_words import Voice, values
from orderan.flows.views_finance import BankMoney
from orderan.flows.views_telling import abouts
from orderan.flows.views_transfers import orders_it_could_be
from orderan.incidents import Kind, Severity
from orderan.kit.ids import new_id, to_text
from orderan.notifications import Kind as Message
from orderan.notifications import policy_of
from orderan.payments import (
    AccountMistyped,
    HolderMissing,
    NoSuchTransferAccount,
    UnknownBank,
    add_transfer_account,
    show_transfer_account,
    transfer_accounts,
)
from orderan.shops import shop_by_id
from paying.conftest import Counter

pytestmark = pytest.mark.anyio


async def an_account(counter: Counter, number: str = "123-456-7890", holder: str = "Toko Nusantara") -> str:
    account = await counter.floor.run(
        lambda tx: add_transfer_account(tx, bank="014", number=number, holder=holder, now=counter.clock.at)
    )
    return to_text("tac", account)


async def seen(counter: Counter, query: str = "") -> str:
    answer = await counter.buyer.get(counter.page + query)
    assert answer.status_code == 200
    text: str = answer.text
    return text


async def test_a_buyer_is_shown_accounts_the_exact_sum_and_the_order_number_to_copy(counter: Counter) -> None:
    assert "Salin berita" not in await seen(counter)
    await an_account(counter)

    page = await seen(counter)
    assert 'data-copy="1234567890"' in page
    assert "Toko Nusantara" in page
    assert page.count('data-copy="20000"') == 2
    assert f'data-copy="{counter.order.number}"' in page
    assert "Transfer dicek toko" in page
    part = await seen(counter, "?part=10000")
    assert part.count('data-copy="10000"') == 2


async def test_while_a_number_waits_accounts_are_shown_only_where_its_rail_has_trouble(
    counter: Counter,
) -> None:
    await an_account(counter)
    await counter.choose("va_bca")
    assert "1234567890" not in await seen(counter)

    [rail] = await counter.floor.all("SELECT id FROM rail WHERE method = 'va_bca'")
    now = counter.clock.at
    await counter.floor.run(
        lambda tx: open_incident(tx, [rail.id], kind=Kind.DOWN, severity=Severity.MAJOR, since=now, now=now)
    )
    page = await seen(counter)
    assert 'data-copy="1234567890"' in page
    assert "Jangan membayar keduanya" in page


async def test_a_hidden_account_is_shown_to_nobody(counter: Counter) -> None:
    await an_account(counter)
    [account] = await counter.floor.run(transfer_accounts)
    for _ in range(2):
        await counter.floor.run(
            lambda tx: show_transfer_account(tx, account.id, shown=False, now=counter.clock.at)
        )
    assert "1234567890" not in await seen(counter)
    assert (
        await counter.floor.value("SELECT count(*) FROM audit_entry WHERE action = 'transfer_account.hide'")
        == 1
    )
    with pytest.raises(NoSuchTransferAccount):
        await counter.floor.run(
            lambda tx: show_transfer_account(tx, new_id(), shown=True, now=counter.clock.at)
        )


async def test_the_same_account_twice_is_one_and_what_is_mistyped_is_none(counter: Counter) -> None:
    assert await an_account(counter) == await an_account(counter, "1234567890", "PT Toko Nusantara")
    [account] = await counter.floor.run(transfer_accounts)
    assert (account.holder, account.bank_name, account.state) == ("PT Toko Nusantara", "BCA", "shown")

    for refusal, typed in {
        UnknownBank: {"bank": "999", "number": "1234567890", "holder": "T"},
        AccountMistyped: {"bank": "014", "number": "12345", "holder": "T"},
        HolderMissing: {"bank": "014", "number": "1234567891", "holder": " 1 "},
    }.items():
        with pytest.raises(refusal):
            await counter.floor.run(lambda tx: add_transfer_account(tx, **typed, now=counter.clock.at))  # noqa: B023
    assert len(await counter.floor.run(transfer_accounts)) == 1


async def test_staff_add_an_account_on_its_page_and_show_it_again(counter: Counter, hire: Hire) -> None:
    await hire()
    async with counter.house.browser() as owner:
        await sign_in(owner)
        typed = {"bank": "014", "number": "12 34 56 78 90", "holder": "Toko Nusantara"}
        wrong = await send(owner, "/settings/transfers", typed | {"number": "1"}, page="/settings/transfers")
        assert (wrong.status_code, "Toko Nusantara" in wrong.text) == (422, True)
        assert (
            await send(owner, "/settings/transfers", typed, page="/settings/transfers")
        ).status_code == 303
        [account] = await counter.floor.run(transfer_accounts)
        path = f"/settings/transfers/{to_text('tac', account.id)}"
        assert (await send(owner, path, {}, page="/settings/transfers")).status_code == 303
        assert (await counter.floor.run(transfer_accounts))[0].state == "hidden"
        assert (await send(owner, path, {"shown": "1"}, page="/settings/transfers")).status_code == 303
        assert (await counter.floor.run(transfer_accounts))[0].state == "shown"


@pytest.mark.parametrize("locale", ["id", "en"])
async def test_a_message_of_trouble_names_accounts_sum_and_note(counter: Counter, locale: str) -> None:
    async def said() -> str:
        [about] = await counter.floor.run(lambda tx: abouts(tx, [(counter.order.id, counter.order.id, None)]))
        shop = await counter.floor.run(lambda tx: shop_by_id(tx, tx.shop_id))
        own = await counter.floor.run(lambda tx: transfer_accounts(tx, shown_only=True))
        policy = await counter.floor.run(policy_of)
        assert about is not None
        told = values(
            Message.TROUBLE, about, Voice(shop, counter.links, policy, own), buyer="Budi", locale=locale,
            zone=shop.time_zone, now=counter.clock.at,
        )  # fmt: skip
        return told["pay_other"]

    assert "BCA" not in await said()
    await an_account(counter)
    words = await said()
    assert "BCA 1234567890" in words
    assert str(counter.order.number) in words
    assert "20" in words


@pytest.mark.parametrize(
    ("words", "amount", "found"),
    [
        ("TRF {number} BUDI", 20_000, [(True, 20_000)]),
        ("TRF BUDI", 20_000, [(False, 20_000)]),
        ("TRF {number}", 19_000, [(True, 20_000)]),
        ("TRF 9{number}9", 19_000, []),
        ("TRF BUDI", 19_000, []),
    ],
)
async def test_a_bank_line_proposes_orders_by_sum_and_number(
    counter: Counter, words: str, amount: int, found: list[tuple[bool, int]]
) -> None:
    day: date = counter.clock.at.date()
    told = words.format(number=counter.order.number)
    money = BankMoney(new_id(), "1234567890", day, amount, "IDR", told, None)
    proposed = await counter.floor.run(lambda tx: orders_it_could_be(tx, money))
    assert [(one.named, one.due_minor) for one in proposed] == found
