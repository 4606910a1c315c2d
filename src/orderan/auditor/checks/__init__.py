"""Every check, in the order of the promises."""

from orderan.auditor.checks import (
    answers,
    facts,
    fleet,
    messages,
    money,
    orders,
    promotions,
    settlements,
    shipping,
    stock,
    trust,
    verification,
    vouchers,
    waiting,
)
from orderan.auditor.models import Check

CHECKS: tuple[Check, ...] = tuple(
    sorted(
        (
            check
            for module in (
                stock,
                promotions,
                money,
                vouchers,
                settlements,
                orders,
                trust,
                verification,
                answers,
                facts,
                fleet,
                shipping,
                messages,
                waiting,
            )
            for check in module.CHECKS
        ),
        key=lambda check: check.promise,
    )
)
