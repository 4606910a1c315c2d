"""Payments of the simulated SNAP provider, as it answers and writes of them.

Source: the technical standard of BI SNAP (virtual accounts, QR MPM).
"""

from typing import Any, Final

from orderan.sandbox.gateways.snap_wire import local, money
from orderan.sandbox.models import ChargeState, SimCharge

STATES: Final = {
    ChargeState.PENDING: "03",
    ChargeState.HELD: "02",
    ChargeState.PAID: "00",
    ChargeState.DECLINED: "06",
    ChargeState.EXPIRED: "08",
    ChargeState.CANCELLED: "05",
    ChargeState.REFUNDED: "04",
}


def account_paid(charge: SimCharge) -> dict[str, Any]:
    """A virtual account that was paid, as a letter tells of it."""
    return charge.extra | {
        "trxId": charge.reference,
        "paymentRequestId": f"pay-{charge.id}",
        "paidAmount": money(charge.paid),
        "totalAmount": money(charge.amount),
        "trxDateTime": local(charge.changed_at or charge.made_at),
        "additionalInfo": {"channel": charge.method},
    }


def qr(charge: SimCharge) -> dict[str, Any]:
    """A QR, as a letter and an answer tell of it."""
    told: dict[str, Any] = {
        "originalReferenceNo": charge.id,
        "originalPartnerReferenceNo": charge.reference,
        "latestTransactionStatus": "04" if charge.refunds else STATES[charge.state],
        "transactionStatusDesc": charge.state.value,
        "amount": money(charge.amount),
    }
    if charge.paid and charge.changed_at is not None:
        told["paidTime"] = local(charge.changed_at)
    if charge.refunds:
        told["refundHistory"] = [
            {"refundNo": one.id, "partnerRefundNo": one.key, "refundAmount": money(one.amount)}
            for one in charge.refunds
        ]
    return told
