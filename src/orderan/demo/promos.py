"""The demo shop's payment promotions: two that run, one that is still a draft; and a deposit somebody agreed on."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.demo import views
from orderan.flows.agree_deposit import agree_deposit
from orderan.kit.db import Tx
from orderan.promotions import (
    Months,
    Payer,
    PayerKind,
    PromotionEvent,
    PromotionKind,
    Terms,
    make_promotion,
    move_promotion,
)

SHOP: Final = Payer(PayerKind.SHOP, "Nusantara Pilihan", 10_000)
DEPOSIT_MINOR: Final = 50_000


async def write_promotions(tx: Tx, *, now: datetime) -> None:
    """Write them down, and start those that run."""
    since, until = now - timedelta(days=3), now + timedelta(days=20)
    bca = (Payer(PayerKind.BANK, "BCA", 6_000), Payer(PayerKind.SHOP, SHOP.name, 4_000))
    running = (
        Terms(
            "Hemat BCA akhir tahun",
            PromotionKind.DISCOUNT,
            "IDR",
            since,
            bca,
            valid_until=until,
            banks=("bca",),
            rate_bp=1_000,
            cap_minor=25_000,
            minimum_minor=100_000,
            budget_minor=5_000_000,
        ),
        Terms(
            "Cashback QRIS 5%",
            PromotionKind.CASHBACK,
            "IDR",
            since,
            (SHOP,),
            valid_until=until,
            methods=("qris",),
            rate_bp=500,
            cap_minor=10_000,
            budget_minor=2_000_000,
        ),
    )
    plan = Terms(
        "Cicilan 0% tiga dan enam bulan",
        PromotionKind.INSTALMENT,
        "IDR",
        now,
        (Payer(PayerKind.BANK, "BNI", 10_000),),
        valid_until=until,
        methods=("card_instalment",),
        months=(Months(3, 250), Months(6, 400)),
        minimum_minor=500_000,
        budget_minor=10_000_000,
    )
    for terms in running:
        made = await make_promotion(tx, terms, now=since)
        await move_promotion(tx, made.id, PromotionEvent.START, now=since)
    await make_promotion(tx, plan, now=now)


async def agree_a_deposit(tx: Tx, *, now: datetime) -> None:
    """Of the first order that waits for its money and costs enough."""
    order_id: UUID | None = await views.dear_and_unpaid(tx, above=4 * DEPOSIT_MINOR)
    if order_id is not None:
        await agree_deposit(tx, order_id, DEPOSIT_MINOR, now=now)
