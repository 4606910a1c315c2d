"""What pages call vouchers: where they stand, and what came onto them and went off."""

from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.payments import Voucher, VoucherMoveKind, VoucherState

STATES: Final = {
    VoucherState.ACTIVE: (N_("Bisa dipakai"), "done", "circle-check"),
    VoucherState.WAITING: (N_("Menunggu orang kedua"), "wait", "hourglass"),
    VoucherState.BLOCKED: (N_("Diblokir"), "loss", "ban"),
    VoucherState.DECLINED: (N_("Ditolak"), "calm", "x"),
}
OVER: Final = (N_("Lewat masa berlaku"), "calm", "clock")
EMPTY: Final = (N_("Saldo habis"), "calm", "check")
MOVES: Final = {
    VoucherMoveKind.ISSUED: N_("Diterbitkan"),
    VoucherMoveKind.SPENT: N_("Dipakai membayar"),
    VoucherMoveKind.TAKEN_OFF: N_("Dilepas, pesanan tidak jadi"),
    VoucherMoveKind.RETURNED: N_("Kembali dari pengembalian dana"),
    VoucherMoveKind.CREDITED: N_("Pengganti pengembalian dana"),
}


def voucher_path(voucher_id: UUID) -> str:
    return f"/payments/vouchers/{to_text('vch', voucher_id)}"


def look_of(one: Voucher, now: datetime) -> tuple[str, str, str]:
    """How a voucher stands for whoever looks: one that is over or empty is not called usable."""
    if one.state == VoucherState.ACTIVE and one.valid_until <= now:
        return OVER
    if one.state == VoucherState.ACTIVE and not one.balance_minor:
        return EMPTY
    return STATES[VoucherState(one.state)]
