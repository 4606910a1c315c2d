"""Where an order's money stands (derived from its events, never set by hand), the lives of a refund and of a try to get money.

    granted  --execute---> executed    the money left the shop
             --withdraw--> withdrawn   it will not be paid after all
    executed --reopen----> granted     the bank sent it back: it is owed again

Granting is a promise to the buyer and executing it is a bank transfer: two people may do them,
and what was promised counts against what may still be promised. Beside it stand a second person's
word, and the tries to send it back:

    not_needed --ask-----> waiting     it is above the limit
    waiting    --approve-> approved    somebody else agrees that it is paid
               --refuse--> refused     and the promise is taken back

A refund nobody had to look at can be approved or refused as well: the limit may have been lowered since.

    asking --lose----> unknown    it may have been sent, and the gateway did not say
           --put_off-> waiting    it is sent once the payment has settled, and nothing was yet
           --wait----> pending    the gateway has it, its bank not yet
           --finish--> done
           --fail----> failed     nothing was sent, or it came back

Only what failed may be tried again: while a try is asked for, unknown, waiting or pending, its part of the
refund goes no other way. What is done can still fail: banks send refunds back days later.

    waiting  --enter--> entered --approve--> approved --export--> exported --pay--> paid
    exported, paid --bounce-> waiting

Where no gateway can send a refund, it is paid out to the buyer's bank account.

    open --send--> evidence_sent, --expire--> expired; each of them --win--> won, --lose--> lost

A chargeback is money the buyer's bank took back, or wants to.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class Money(StrEnum):
    """The words of the money axis."""

    UNPAID = auto()
    PENDING = auto()
    UNKNOWN = auto()
    PARTLY_PAID = auto()
    PAID = auto()
    OVERPAID = auto()
    PARTLY_REFUNDED = auto()
    REFUNDED = auto()
    COD_DUE = auto()
    COD_COLLECTED = auto()
    COD_REMITTED = auto()


class RefundState(StrEnum):
    """Where a refund stands."""

    GRANTED = auto()
    EXECUTED = auto()
    WITHDRAWN = auto()


class RefundEvent(StrEnum):
    """What moves it."""

    EXECUTE = auto()
    WITHDRAW = auto()
    REOPEN = auto()


REFUND = Machine(
    name="payments.refund",
    initial=RefundState.GRANTED,
    moves={
        (RefundState.GRANTED, RefundEvent.EXECUTE): RefundState.EXECUTED,
        (RefundState.GRANTED, RefundEvent.WITHDRAW): RefundState.WITHDRAWN,
        (RefundState.EXECUTED, RefundEvent.REOPEN): RefundState.GRANTED,
    },
)


class Approval(StrEnum):
    """Whether a second person agreed that a refund is paid."""

    NOT_NEEDED = auto()
    WAITING = auto()
    APPROVED = auto()
    REFUSED = auto()


class ApprovalEvent(StrEnum):
    """What makes one necessary, and what that person says."""

    ASK = auto()
    APPROVE = auto()
    REFUSE = auto()


APPROVAL = Machine(
    name="payments.approval",
    initial=Approval.NOT_NEEDED,
    moves={
        (Approval.NOT_NEEDED, ApprovalEvent.ASK): Approval.WAITING,
        (Approval.NOT_NEEDED, ApprovalEvent.APPROVE): Approval.APPROVED,
        (Approval.NOT_NEEDED, ApprovalEvent.REFUSE): Approval.REFUSED,
        (Approval.WAITING, ApprovalEvent.APPROVE): Approval.APPROVED,
        (Approval.WAITING, ApprovalEvent.REFUSE): Approval.REFUSED,
    },
)


class TryState(StrEnum):
    """Where a try to send a refund back stands."""

    ASKING = auto()
    UNKNOWN = auto()
    WAITING = auto()
    PENDING = auto()
    DONE = auto()
    FAILED = auto()


class TryEvent(StrEnum):
    """What moves it; all but the first are what the gateway says."""

    LOSE = auto()
    PUT_OFF = auto()
    WAIT = auto()
    FINISH = auto()
    FAIL = auto()


_UNSENT = (TryState.ASKING, TryState.UNKNOWN, TryState.WAITING)

REFUND_TRY = Machine(
    name="payments.refund_try",
    initial=TryState.ASKING,
    moves={
        **{(state, TryEvent.LOSE): TryState.UNKNOWN for state in (TryState.ASKING, TryState.WAITING)},
        **{(state, TryEvent.PUT_OFF): TryState.WAITING for state in (TryState.ASKING, TryState.UNKNOWN)},
        **{(state, TryEvent.WAIT): TryState.PENDING for state in _UNSENT},
        **{(state, TryEvent.FINISH): TryState.DONE for state in (*_UNSENT, TryState.PENDING)},
        **{(state, TryEvent.FAIL): TryState.FAILED for state in (*_UNSENT, TryState.PENDING, TryState.DONE)},
    },
)


class PayoutState(StrEnum):
    """Where a payout to a buyer's bank account stands.

    WAITING    for the account
    ENTERED    somebody has to look at the account
    APPROVED   it goes with the next transfer file
    EXPORTED   it stands in a transfer file
    """

    WAITING = auto()
    ENTERED = auto()
    APPROVED = auto()
    EXPORTED = auto()
    PAID = auto()
    CANCELLED = auto()


class PayoutEvent(StrEnum):
    """What moves it; BOUNCE is the bank's word that there is no such account."""

    ENTER = auto()
    APPROVE = auto()
    EXPORT = auto()
    PAY = auto()
    BOUNCE = auto()
    CANCEL = auto()


PAYOUT = Machine(
    name="payments.payout",
    initial=PayoutState.WAITING,
    moves={
        (PayoutState.WAITING, PayoutEvent.ENTER): PayoutState.ENTERED,
        (PayoutState.ENTERED, PayoutEvent.ENTER): PayoutState.ENTERED,
        (PayoutState.ENTERED, PayoutEvent.APPROVE): PayoutState.APPROVED,
        (PayoutState.APPROVED, PayoutEvent.EXPORT): PayoutState.EXPORTED,
        (PayoutState.APPROVED, PayoutEvent.PAY): PayoutState.PAID,
        (PayoutState.EXPORTED, PayoutEvent.PAY): PayoutState.PAID,
        (PayoutState.EXPORTED, PayoutEvent.BOUNCE): PayoutState.WAITING,
        # The bank took the transfer and sent it back days later.
        (PayoutState.PAID, PayoutEvent.BOUNCE): PayoutState.WAITING,
        **{
            (state, PayoutEvent.CANCEL): PayoutState.CANCELLED
            for state in (PayoutState.WAITING, PayoutState.ENTERED, PayoutState.APPROVED)
        },
    },
)


class ChargebackState(StrEnum):
    """Where a buyer's bank's claim on a payment stands.

    OPEN            the shop has not answered yet
    EVIDENCE_SENT   it has, and the bank thinks
    EXPIRED         its time to answer is over; the bank may still decide either way
    """

    OPEN = auto()
    EVIDENCE_SENT = auto()
    WON = auto()
    LOST = auto()
    EXPIRED = auto()


class ChargebackEvent(StrEnum):
    """What moves it."""

    SEND = auto()
    WIN = auto()
    LOSE = auto()
    EXPIRE = auto()


_CLAIMED = (ChargebackState.OPEN, ChargebackState.EVIDENCE_SENT, ChargebackState.EXPIRED)

CHARGEBACK = Machine(
    name="payments.chargeback",
    initial=ChargebackState.OPEN,
    moves={
        (ChargebackState.OPEN, ChargebackEvent.SEND): ChargebackState.EVIDENCE_SENT,
        (ChargebackState.OPEN, ChargebackEvent.EXPIRE): ChargebackState.EXPIRED,
        **{(state, ChargebackEvent.WIN): ChargebackState.WON for state in _CLAIMED},
        **{(state, ChargebackEvent.LOSE): ChargebackState.LOST for state in _CLAIMED},
    },
)


class VoucherState(StrEnum):
    """Where a voucher stands.

    WAITING   for a second person; there is nothing on it
    BLOCKED   what is on it stays, and pays for nothing
    """

    WAITING = auto()
    ACTIVE = auto()
    BLOCKED = auto()
    DECLINED = auto()


class VoucherEvent(StrEnum):
    """What moves it."""

    APPROVE = auto()
    DECLINE = auto()
    BLOCK = auto()
    UNBLOCK = auto()


VOUCHER = Machine(
    name="payments.voucher",
    initial=VoucherState.WAITING,
    moves={
        (VoucherState.WAITING, VoucherEvent.APPROVE): VoucherState.ACTIVE,
        (VoucherState.WAITING, VoucherEvent.DECLINE): VoucherState.DECLINED,
        (VoucherState.ACTIVE, VoucherEvent.BLOCK): VoucherState.BLOCKED,
        (VoucherState.BLOCKED, VoucherEvent.UNBLOCK): VoucherState.ACTIVE,
    },
)


class AttemptState(StrEnum):
    """Where a try to get money through a rail stands.

    ASKING     the gateway is being asked; written before it is
    UNKNOWN    it may have taken the charge, and did not say
    OFFERED    the buyer has something to pay with
    HELD       the money is there, and the gateway's fraud desk thinks
    FAILED     nothing happened
    REFUNDED   some of it, or all, went back through the gateway; a card that was voided as well
    """

    ASKING = auto()
    UNKNOWN = auto()
    OFFERED = auto()
    HELD = auto()
    PAID = auto()
    DECLINED = auto()
    EXPIRED = auto()
    CANCELLED = auto()
    FAILED = auto()
    REVERSED = auto()
    REFUNDED = auto()
    DISPUTED = auto()


class AttemptEvent(StrEnum):
    """What moves it; all but the first three are what the gateway says of it."""

    OFFER = auto()
    LOSE = auto()
    FAIL = auto()
    HOLD = auto()
    PAY = auto()
    DECLINE = auto()
    EXPIRE = auto()
    CANCEL = auto()
    REVERSE = auto()
    REFUND = auto()
    DISPUTE = auto()


_ASKING, _UNKNOWN, _OFFERED, _HELD = (
    AttemptState.ASKING,
    AttemptState.UNKNOWN,
    AttemptState.OFFERED,
    AttemptState.HELD,
)
_CLOSED = (AttemptState.DECLINED, AttemptState.EXPIRED, AttemptState.CANCELLED, AttemptState.FAILED)
_ENDINGS = {
    AttemptEvent.PAY: AttemptState.PAID,
    AttemptEvent.DECLINE: AttemptState.DECLINED,
    AttemptEvent.EXPIRE: AttemptState.EXPIRED,
    AttemptEvent.CANCEL: AttemptState.CANCELLED,
}

ATTEMPT = Machine(
    name="payments.attempt",
    initial=_ASKING,
    moves={
        **{
            (state, event): end
            for state in (_ASKING, _UNKNOWN, _OFFERED, _HELD)
            for event, end in _ENDINGS.items()
        },
        **{(state, AttemptEvent.OFFER): _OFFERED for state in (_ASKING, _UNKNOWN)},
        **{(state, AttemptEvent.FAIL): AttemptState.FAILED for state in (_ASKING, _UNKNOWN)},
        **{(state, AttemptEvent.HOLD): _HELD for state in (_ASKING, _UNKNOWN, _OFFERED)},
        (_ASKING, AttemptEvent.LOSE): _UNKNOWN,
        # Money comes late: after the account number expired, or after it was taken back.
        **{(state, AttemptEvent.PAY): AttemptState.PAID for state in _CLOSED},
        (AttemptState.PAID, AttemptEvent.REFUND): AttemptState.REFUNDED,
        # What was paid back, in part or whole, can be taken by a bank as well.
        **{
            (state, event): end
            for state in (AttemptState.PAID, AttemptState.REFUNDED)
            for event, end in (
                (AttemptEvent.REVERSE, AttemptState.REVERSED),
                (AttemptEvent.DISPUTE, AttemptState.DISPUTED),
            )
        },
        (AttemptState.REVERSED, AttemptEvent.PAY): AttemptState.PAID,
        (AttemptState.DISPUTED, AttemptEvent.PAY): AttemptState.PAID,
        (AttemptState.DISPUTED, AttemptEvent.REVERSE): AttemptState.REVERSED,
    },
)

IN_THE_AIR = frozenset({_ASKING, _UNKNOWN, _HELD})
"""While one of an order's tries stands so, nobody may try to get its money another way."""
