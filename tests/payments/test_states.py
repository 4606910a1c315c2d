"""The machines of a refund and of a try to get money, redrawn as grids: every square, blanks too."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import pytest

from orderan.kit.states import IllegalMove, Machine
from orderan.payments import (
    APPROVAL,
    ATTEMPT,
    CHARGEBACK,
    PAYOUT,
    REFUND,
    REFUND_TRY,
    VOUCHER,
    Approval,
    ApprovalEvent,
    AttemptEvent,
    AttemptState,
    ChargebackEvent,
    ChargebackState,
    PayoutEvent,
    PayoutState,
    RefundEvent,
    RefundState,
    TryEvent,
    TryState,
    VoucherEvent,
    VoucherState,
)

# state     execute     withdraw    reopen
REFUND_GRID = """
granted     executed    withdrawn   -
executed    -           -           granted
withdrawn   -           -           -
"""

# state     ask       approve    refuse
APPROVAL_GRID = """
not_needed  waiting   approved   refused
waiting     -         approved   refused
approved    -         -          -
refused     -         -          -
"""

# state     lose      put_off   wait      finish   fail
TRY_GRID = """
asking      unknown   waiting   pending   done     failed
unknown     -         waiting   pending   done     failed
waiting     unknown   -         pending   done     failed
pending     -         -         -         done     failed
done        -         -         -         -        failed
failed      -         -         -         -        -
"""

# state     enter     approve    export     pay    bounce    cancel
PAYOUT_GRID = """
waiting     entered   -          -          -      -         cancelled
entered     entered   approved   -          -      -         cancelled
approved    -         -          exported   paid   -         cancelled
exported    -         -          -          paid   waiting   -
paid        -         -          -          -      waiting   -
cancelled   -         -          -          -      -         -
"""

# state     approve   decline    block     unblock
VOUCHER_GRID = """
waiting     active    declined   -         -
active      -         -          blocked   -
blocked     -         -          -         active
declined    -         -          -         -
"""

# state         send            win    lose   expire
CHARGEBACK_GRID = """
open            evidence_sent   won    lost   expired
evidence_sent   -               won    lost   -
won             -               -      -      -
lost            -               -      -      -
expired         -               won    lost   -
"""

# state     offer    lose     fail    hold  pay   decline   expire   cancel     reverse   refund    dispute
ATTEMPT_GRID = """
asking      offered  unknown  failed  held  paid  declined  expired  cancelled  -         -         -
unknown     offered  -        failed  held  paid  declined  expired  cancelled  -         -         -
offered     -        -        -       held  paid  declined  expired  cancelled  -         -         -
held        -        -        -       -     paid  declined  expired  cancelled  -         -         -
paid        -        -        -       -     -     -         -        -          reversed  refunded  disputed
declined    -        -        -       -     paid  -         -        -          -         -         -
expired     -        -        -       -     paid  -         -        -          -         -         -
cancelled   -        -        -       -     paid  -         -        -          -         -         -
failed      -        -        -       -     paid  -         -        -          -         -         -
reversed    -        -        -       -     paid  -         -        -          -         -         -
refunded    -        -        -       -     -     -         -        -          reversed  -         disputed
disputed    -        -        -       -     paid  -         -        -          reversed  -         -
"""

Square = tuple[StrEnum, StrEnum, StrEnum | None]


def drawn(grid: str, states: type[StrEnum], events: Iterable[StrEnum]) -> list[Square]:
    columns = list(events)
    return [
        (states(row[0]), event, None if cell == "-" else states(cell))
        for row in (line.split() for line in grid.strip().splitlines())
        for event, cell in zip(columns, row[1:], strict=True)
    ]


REFUND_SQUARES = drawn(
    REFUND_GRID, RefundState, [RefundEvent.EXECUTE, RefundEvent.WITHDRAW, RefundEvent.REOPEN]
)
APPROVAL_SQUARES = drawn(APPROVAL_GRID, Approval, ApprovalEvent)
TRY_SQUARES = drawn(TRY_GRID, TryState, TryEvent)
PAYOUT_SQUARES = drawn(PAYOUT_GRID, PayoutState, PayoutEvent)
CHARGEBACK_SQUARES = drawn(CHARGEBACK_GRID, ChargebackState, ChargebackEvent)
VOUCHER_SQUARES = drawn(VOUCHER_GRID, VoucherState, VoucherEvent)
ATTEMPT_SQUARES = drawn(ATTEMPT_GRID, AttemptState, AttemptEvent)
SQUARES = [
    *REFUND_SQUARES,
    *APPROVAL_SQUARES,
    *TRY_SQUARES,
    *PAYOUT_SQUARES,
    *CHARGEBACK_SQUARES,
    *VOUCHER_SQUARES,
    *ATTEMPT_SQUARES,
]
MACHINES: dict[type[StrEnum], Machine[Any, Any]] = {
    RefundState: REFUND,
    Approval: APPROVAL,
    TryState: REFUND_TRY,
    PayoutState: PAYOUT,
    ChargebackState: CHARGEBACK,
    VoucherState: VOUCHER,
    AttemptState: ATTEMPT,
}


def test_the_grids_have_every_state_and_every_event() -> None:
    assert len(REFUND_SQUARES) == len(RefundState) * len(RefundEvent)
    assert REFUND.initial is RefundState.GRANTED
    assert REFUND.finals == {RefundState.WITHDRAWN}
    assert len(APPROVAL_SQUARES) == len(Approval) * len(ApprovalEvent)
    assert APPROVAL.initial is Approval.NOT_NEEDED
    assert APPROVAL.finals == {Approval.APPROVED, Approval.REFUSED}
    assert len(TRY_SQUARES) == len(TryState) * len(TryEvent)
    assert REFUND_TRY.initial is TryState.ASKING
    assert REFUND_TRY.finals == {TryState.FAILED}
    assert len(PAYOUT_SQUARES) == len(PayoutState) * len(PayoutEvent)
    assert PAYOUT.initial is PayoutState.WAITING
    assert PAYOUT.finals == {PayoutState.CANCELLED}
    assert len(CHARGEBACK_SQUARES) == len(ChargebackState) * len(ChargebackEvent)
    assert CHARGEBACK.initial is ChargebackState.OPEN
    assert CHARGEBACK.finals == {ChargebackState.WON, ChargebackState.LOST}
    assert len(VOUCHER_SQUARES) == len(VoucherState) * len(VoucherEvent)
    assert VOUCHER.initial is VoucherState.WAITING
    assert VOUCHER.finals == {VoucherState.DECLINED}
    assert len(ATTEMPT_SQUARES) == len(AttemptState) * len(AttemptEvent)
    assert ATTEMPT.initial is AttemptState.ASKING
    assert ATTEMPT.finals == set()


@pytest.mark.parametrize(("state", "event", "following"), SQUARES)
def test_a_square(state: StrEnum, event: StrEnum, following: StrEnum | None) -> None:
    machine = MACHINES[type(state)]
    if following is not None:
        assert machine.after(state, event) is following
        return
    with pytest.raises(IllegalMove):
        machine.after(state, event)
