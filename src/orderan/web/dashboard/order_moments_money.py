"""A sentence for each thing that happened to the money of an order."""

from collections.abc import Mapping
from typing import Final

from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_money
from orderan.orders import Moment
from orderan.web.dashboard.names import Names
from orderan.web.dashboard.order_moments import Sentence, Teller
from orderan.web.dashboard.order_words import METHODS
from orderan.web.dashboard.routing_words import rail_named

PAID: Final = {
    "pending": (N_("Pembayaran %(amount)s sedang diproses"), "wait"),
    "pending_cleared": (N_("Proses pembayaran %(amount)s berakhir"), "calm"),
    "unknown": (N_("Hasil pembayaran %(amount)s belum diketahui"), "wait"),
    "unknown_cleared": (N_("Hasil pembayaran %(amount)s sudah jelas"), "calm"),
    "captured": (N_("Pembayaran %(amount)s diterima"), "done"),
    "capture_reversed": (N_("Pembayaran %(amount)s ditarik kembali"), "loss"),
    "cod_collected": (N_("COD %(amount)s ditagih kurir"), "done"),
    "cod_remitted": (N_("COD %(amount)s disetor kurir"), "done"),
    "refunded": (N_("Dana %(amount)s dikembalikan ke pembeli"), "calm"),
    "refund_reversed": (N_("Pengembalian dana %(amount)s batal"), "loss"),
    "forgone": (N_("%(amount)s tidak ditagih: barangnya kembali sebelum dibayar"), "calm"),
    "credited": (N_("%(amount)s tidak ditagih lagi: uangnya kembali bersama barangnya"), "calm"),
    "promotion_granted": (N_("%(amount)s ditanggung promo pembayaran"), "done"),
    "promotion_withdrawn": (N_("%(amount)s batal ditanggung promo: pembayarannya ditarik kembali"), "loss"),
    "promotion_returned": (N_("%(amount)s promo kembali ke penanggungnya bersama pengembalian dana"), "calm"),
}


def _deposit(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    amount = format_money(moment.facts["amount_minor"], moment.facts["currency"], words.locale)
    return words.gettext("Uang muka %(amount)s disepakati", amount=amount), "", "calm", "cash"


def _paid(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    facts = moment.facts
    title, tone = PAID[facts["what"]]
    amount = format_money(facts["amount_minor"], facts["currency"], words.locale)
    method = words.gettext(METHODS.get(facts["method"], facts["method"]))
    text = " · ".join(part for part in (method, facts.get("reference") or "") if part)
    return words.gettext(title, amount=amount), text, tone, "cash"


def _refund_granted(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    amount = format_money(moment.facts["amount_minor"], moment.facts["currency"], words.locale)
    title = words.gettext("Pengembalian dana %(amount)s disetujui", amount=amount)
    return title, "", "wait", "receipt-refund"


def _refund_closed(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence | None:
    if moment.facts["state"] == "executed":
        return None
    amount = format_money(moment.facts["amount_minor"], moment.facts["currency"], words.locale)
    return (
        words.gettext("Pengembalian dana %(amount)s tidak jadi", amount=amount),
        "",
        "calm",
        "receipt-refund",
    )


def _refund_judged(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    amount = format_money(moment.facts["amount_minor"], moment.facts["currency"], words.locale)
    if moment.facts["approval"] == "approved":
        title, tone = N_("Pengembalian dana %(amount)s disetujui orang kedua"), "done"
    else:
        title, tone = N_("Pengembalian dana %(amount)s ditolak orang kedua"), "loss"
    return words.gettext(title, amount=amount), "", tone, "receipt-refund"


_PROMOTED: Final = {
    "reserve": (N_("Promo pembayaran %(amount)s disiapkan"), "wait"),
    "confirm": (N_("Promo pembayaran %(amount)s terpakai"), "done"),
    "release": (N_("Promo pembayaran %(amount)s dilepas"), "calm"),
    "reverse": (N_("Promo pembayaran %(amount)s kembali"), "calm"),
}


def _promoted(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title, tone = _PROMOTED[moment.facts["what"]]
    amount = format_money(moment.facts["amount_minor"], moment.facts["currency"], words.locale)
    return words.gettext(title, amount=amount), "", tone, "tag"


def _routed(moment: Moment, words: Words, names: Names, _currency: str) -> Sentence:
    rails = moment.facts["outcome"]["rails"]
    to_pay = moment.facts["inputs"].get("to_pay")
    if not rails:
        return words.gettext("Jalur pembayaran dipilih"), "", "calm", "route"
    title = words.gettext("Jalur pembayaran dipilih: %(rail)s", rail=rail_named(rails[0], rails, names.rails))
    if to_pay is None:
        return title, "", "calm", "route"
    method = words.gettext(METHODS.get(to_pay["method"], to_pay["method"]))
    amount = format_money(to_pay["amount_minor"], "IDR", words.locale)
    return title, f"{method} · {amount}", "calm", "route"


MONEY: Final[Mapping[str, Teller]] = {
    "orders.deposit_agreed.v1": _deposit,
    "payments.money_moved.v1": _paid,
    "payments.refund_granted.v1": _refund_granted,
    "payments.refund_judged.v1": _refund_judged,
    "payments.refund_closed.v1": _refund_closed,
    "promotions.redemption_moved.v1": _promoted,
    "decision.routing": _routed,
}
