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
    stock,
    trust,
    verification,
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
                settlements,
                orders,
                trust,
                verification,
                answers,
                facts,
                fleet,
                messages,
                waiting,
            )
            for check in module.CHECKS
        ),
        key=lambda check: check.promise,
    )
)
