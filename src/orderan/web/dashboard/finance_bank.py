"""Money on the bank account that no payout was found for: a person says what it is."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.views_finance import (
    BankMoney,
    PayoutShown,
    bank_money,
    payouts_it_could_be,
)
from orderan.flows.views_transfers import OrderItCouldBe, orders_it_could_be
from orderan.gateways import GATEWAY_NAMES
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.settlements import (
    BANK_PREFIX,
    PAYOUT_PREFIX,
    BankMoneyNotFound,
    PayoutNotWaiting,
    WordMissing,
    place_bank_money,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.finance import whole_shop
from orderan.web.forms import Sent, one, posted, refused
from orderan.web.pages import page

HOME: Final = "/payments/payouts"
BANK: Final = f"{HOME}?tab=bank"
WRITE: Final = {"needs": Permission.PAYMENTS_WRITE}
NONE: Final = "none"
"""It is no payout of a gateway."""


def bank_path(line_id: UUID) -> str:
    return f"{HOME}/bank/{to_text(BANK_PREFIX, line_id)}"


@get(f"{HOME}/bank/{{line_id:str}}", opt=WRITE, include_in_schema=False)
async def bank_money_page(visit: NamedDependency[Visit], line_id: FromPath[str]) -> Response[Any]:
    """One sum that came in, with the payouts and the orders it could be."""
    whole_shop(visit.principal)
    return await _shown(visit, from_text(BANK_PREFIX, line_id), Sent())


@post(f"{HOME}/bank/{{line_id:str}}", opt=WRITE, include_in_schema=False, status_code=200)
async def bank_money_placed(visit: NamedDependency[Visit], line_id: FromPath[str]) -> Response[Any]:
    """A person says which payout it is, or that it is none."""
    whole_shop(visit.principal)
    form = await posted(visit.request)
    line = from_text(BANK_PREFIX, line_id)
    chosen = one(form, "payout")
    try:
        if not chosen:
            raise PayoutNotWaiting("")
        payout = None if chosen == NONE else from_text(PAYOUT_PREFIX, chosen)
        await visit.db.run(
            visit.caller, lambda tx: place_bank_money(tx, line, payout, one(form, "word"), now=visit.now)
        )
    except (WordMissing, PayoutNotWaiting) as refusal:
        beside: dict[type[Refusal], str] = {WordMissing: "word", PayoutNotWaiting: "payout"}
        return await _shown(visit, line, refused(visit.request, "place", form, refusal, beside))
    return Redirect(BANK, status_code=303)


async def _shown(visit: Visit, line: UUID, sent: Sent) -> Response[Any]:
    async def read(tx: Tx) -> tuple[BankMoney, list[PayoutShown], list[OrderItCouldBe]]:
        money = await bank_money(tx, line)
        if money is None:
            raise BankMoneyNotFound(to_text(BANK_PREFIX, line))
        return money, await payouts_it_could_be(tx, money), await orders_it_could_be(tx, money)

    money, could_be, orders = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "finance/bank.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent.of("place"),
        money=money,
        could_be=could_be,
        orders=orders,
        order_path=lambda order_id: f"/payments/orders/{to_text('ord', order_id)}",
        name_of=lambda payout: to_text(PAYOUT_PREFIX, payout),
        gateways=GATEWAY_NAMES,
        path=bank_path(line),
        home=BANK,
    )


handlers: list[Any] = [bank_money_page, bank_money_placed]
