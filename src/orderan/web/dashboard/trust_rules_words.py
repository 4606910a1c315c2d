"""What pages say of the rules of scoring: rules, what differs, what is wrong, and what a trial found."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_number
from orderan.orders import Order
from orderan.trust import (
    Change,
    Difference,
    Ends,
    Fault,
    KeptTrial,
    Measure,
    Outcome,
    PolicyNotUsable,
    Rule,
    stopped,
)
from orderan.web.dashboard.order_looks import path_of
from orderan.web.dashboard.routing_words import signed_money, signed_number
from orderan.web.dashboard.trust import denial_path
from orderan.web.dashboard.trust_words import OUTCOMES, WAYS, codes_told, end_told

MEASURED: Final[Mapping[str, str]] = {
    Measure.PHONE_ORDERS_DAY: N_("Pesanan lain dari nomor ini dalam sehari"),
    Measure.ADDRESS_ORDERS_DAY: N_("Pesanan lain ke rumah ini dalam sehari"),
    Measure.DEVICE_ORDERS_DAY: N_("Pesanan lain dari perangkat ini dalam sehari"),
    Measure.IP_ORDERS_HOUR: N_("Pesanan lain dari IP ini dalam sejam"),
    Measure.CARD_ORDERS_DAY: N_("Pesanan lain dengan jenis kartu ini dalam sehari"),
    Measure.PHONES_AT_ADDRESS: N_("Nomor lain di rumah ini dalam sebulan"),
    Measure.PHONES_AT_DEVICE: N_("Nomor lain di perangkat ini dalam sebulan"),
    Measure.PERSON_REFUSED: N_("Paket yang pernah ditolak pembeli"),
    Measure.PERSON_RETURNED: N_("Retur pembeli"),
    Measure.PERSON_DISPUTED: N_("Pembayaran yang disengketakan pembeli"),
    Measure.PERSON_FRAUD: N_("Pesanan pembeli yang dinyatakan penipuan"),
    Measure.ADDRESS_REFUSED: N_("Paket yang ditolak orang lain di rumah ini"),
    Measure.DEVICE_REFUSED: N_("Paket yang ditolak orang lain dari perangkat ini, di atas yang diterima"),
    Measure.EMAIL_REFUSED: N_("Paket yang ditolak dengan email ini dan nomor lain, di atas yang diterima"),
    Measure.DEVICE_FRAUD: N_("Penipuan dan sengketa dari perangkat ini"),
    Measure.AREA_REFUSED_PERCENT: N_("Paket yang ditolak di kecamatan ini, dalam persen"),
    Measure.AREA_RETURNED_PERCENT: N_("Barang yang diretur dari kecamatan ini, dalam persen yang diterima"),
    Measure.AMOUNT_THOUSANDS: N_("Nilai pesanan, dalam ribu rupiah"),
    Measure.AMOUNT_OF_SHOP_PERCENT: N_("Nilai dibanding yang biasa di toko, dalam persen"),
    Measure.AMOUNT_OF_BUYER_PERCENT: N_("Nilai dibanding yang biasa dari pembeli, dalam persen"),
    Measure.HOUR_RARE: N_("Jam yang sepi"),
    Measure.HOUR_OF_BUYER: N_("Jam yang tidak biasa bagi pembeli"),
    Measure.IP_ELSEWHERE: N_("IP dari provinsi lain"),
    Measure.BILLING_ELSEWHERE: N_("Pembayar dari provinsi lain"),
    Measure.EMAIL_DISPOSABLE: N_("Email sekali pakai"),
    Measure.PHONE_FRESH: N_("Nomor yang belum dikenal"),
    Measure.PHONE_FOREIGN: N_("Nomor luar negeri"),
    Measure.TEXT_SIGNS: N_("Isian yang tampak tidak sungguh-sungguh"),
    Measure.ADDRESS_VAGUE: N_("Alamat tidak jelas"),
    Measure.PERSON_DELIVERED: N_("Paket yang sudah diterima pembeli"),
}
YES_OR_NO: Final = frozenset(
    {
        Measure.HOUR_RARE,
        Measure.HOUR_OF_BUYER,
        Measure.IP_ELSEWHERE,
        Measure.BILLING_ELSEWHERE,
        Measure.EMAIL_DISPOSABLE,
        Measure.PHONE_FRESH,
        Measure.PHONE_FOREIGN,
        Measure.ADDRESS_VAGUE,
    }
)
"""Measures that are one or nothing: how high they are says nothing more."""
FAULTS: Final[Mapping[str, str]] = {
    Fault.NOT_AN_OBJECT: N_("tidak bisa dibaca"),
    Fault.NOT_A_LIST: N_("tidak bisa dibaca"),
    Fault.TOO_MANY: N_("terlalu banyak aturan; paling banyak 100"),
    Fault.NOT_KNOWN: N_("tidak dikenal"),
    Fault.NAME_MISSING: N_("butuh nama, paling panjang 80 huruf"),
    Fault.NAME_TWICE: N_("nama ini sudah dipakai aturan lain"),
    Fault.NOT_A_MEASURE: N_("pilih apa yang diukur"),
    Fault.NOT_A_HEIGHT: N_("butuh angka bulat mulai 1"),
    Fault.NOT_POINTS: N_("butuh poin bulat, 1 sampai 1.000"),
    Fault.POINTS_MUST_ADD: N_("ukuran ini memberatkan, jadi poinnya di atas nol"),
    Fault.POINTS_MUST_TAKE: N_("ukuran ini meringankan, jadi poinnya di bawah nol"),
    Fault.NOT_A_WAY: N_("pilih cara bayar dari daftar"),
    Fault.NOT_A_BAND: N_("butuh angka bulat, 1 sampai 1.000, atau kosong"),
    Fault.BAND_NOT_FOR_WAY: N_("tidak berlaku untuk cara bayar ini"),
    Fault.BANDS_CROSS: N_("harus mulai di poin yang sama atau lebih tinggi dari yang lebih ringan"),
    Fault.NOT_YES_OR_NO: N_("pilih ya atau tidak"),
}
CHANGES: Final[Mapping[str, str]] = {
    Change.REMOVED: N_("Dihapus: %(name)s"),
    Change.ON: N_("Dinyalakan: %(name)s"),
    Change.OFF: N_("Dimatikan: %(name)s"),
    Change.HEIGHT: N_("%(name)s: mulai %(after)s, dulu %(before)s"),
    Change.OTHERWISE: N_("Diubah: %(name)s"),
    Change.ACTS: N_("Aturan akan bertindak: menahan, bertanya, dan menolak."),
    Change.WATCHES: N_("Aturan hanya akan menilai, tanpa bertindak."),
}


def rule_told(rule: Rule, words: Words) -> str:
    """When a rule gives its points, as a sentence."""
    measure = words.gettext(MEASURED[rule.measure])
    if rule.measure not in YES_OR_NO:
        height = format_number(rule.at_least, words.locale)
        measure = words.gettext("%(measure)s: %(height)s atau lebih", measure=measure, height=height)
    if len(rule.ways) == 1:
        measure = f"{measure} · {words.gettext(WAYS[rule.ways[0]])}"
    return measure


def change_told(one: Difference, words: Words) -> str:
    """A difference as a sentence."""
    if one.change is Change.BAND:
        return _band_told(one, words)
    name = words.gettext(one.name) if one.name else ""
    if one.change in {Change.ADDED, Change.POINTS}:
        return _points_told(one, name, words)
    before, after = (format_number(value or 0, words.locale) for value in (one.before, one.after))
    return words.gettext(CHANGES[one.change], name=name, before=before, after=after)


def _points_told(one: Difference, name: str, words: Words) -> str:
    before, after = (f"{value or 0:+d}" for value in (one.before, one.after))
    many = abs(one.after or 0)
    if one.change is Change.ADDED:
        return words.ngettext(
            "Aturan baru: %(name)s, %(after)s poin",
            "Aturan baru: %(name)s, %(after)s poin",
            many,
            name=name,
            after=after,
        )
    return words.ngettext(
        "%(name)s: %(before)s menjadi %(after)s poin",
        "%(name)s: %(before)s menjadi %(after)s poin",
        many,
        name=name,
        before=before,
        after=after,
    )


def _band_told(one: Difference, words: Words) -> str:
    """From how many points on something is done, or that it never is any more."""
    way, name = words.gettext(WAYS[one.way]) if one.way else "", words.gettext(OUTCOMES[one.name])
    before = words.gettext("tidak pernah") if one.before is None else format_number(one.before, words.locale)
    if one.after is None:
        return words.gettext(
            N_("%(way)s, %(name)s: tidak pernah lagi, dulu mulai %(before)s"),
            way=way,
            name=name,
            before=before,
        )
    return words.ngettext(
        "%(way)s, %(name)s: mulai %(after)s poin, dulu %(before)s",
        "%(way)s, %(name)s: mulai %(after)s poin, dulu %(before)s",
        one.after,
        way=way,
        name=name,
        after=format_number(one.after, words.locale),
        before=before,
    )


def faults_told(
    refusal: PolicyNotUsable, rows: Sequence[int], words: Words
) -> tuple[dict[str, str], list[str]]:
    """Faults beside the fields of the form they are of, and those of the whole.

    Args:
        rows: The row of the form that each rule was typed in.
    """
    beside: dict[str, str] = {}
    others: list[str] = []
    for told in refusal.faults:
        place, _, fault = told.rpartition(": ")
        head, _, part = place.partition(".")
        text = words.gettext(FAULTS[fault])
        if head.isdecimal() and int(head) <= len(rows):
            beside[f"{'on' if part == 'off' else part}_{rows[int(head) - 1]}"] = text
        elif head in WAYS:
            beside[f"{head}_{part}"] = text
        else:
            others.append(text)
    return beside, others


def trial_told(
    tried: KeptTrial, orders: Mapping[UUID, Order], words: Words, *, sees_orders: bool
) -> dict[str, Any]:
    """A trial as the page shows it: the difference in orders and in rupiah."""
    trial, locale = tried.trial, words.locale
    before, after = stopped(trial.then), stopped(trial.now)
    none = Ends()
    return {
        "orders": trial.orders,
        "moved": trial.moved,
        "since": trial.since,
        "until": trial.until,
        "more": trial.more,
        "stopped": after.orders,
        "stopped_more": signed_number(after.orders - before.orders, locale, decimals=0),
        "stopped_minor": signed_money(after.amount_minor - before.amount_minor, locale),
        "bad": signed_number(after.bad - before.bad, locale, decimals=0),
        "bad_minor": signed_money(after.bad_minor - before.bad_minor, locale),
        "good": signed_number(after.good - before.good, locale, decimals=0),
        "outcomes": [
            {
                "name": words.gettext(OUTCOMES[outcome]),
                "then": then.orders,
                "then_minor": then.amount_minor,
                "now": now.orders,
                "now_minor": now.amount_minor,
                "bad": now.bad,
                "orders": signed_number(now.orders - then.orders, locale, decimals=0),
                "minor": signed_money(now.amount_minor - then.amount_minor, locale),
            }
            for outcome in Outcome
            if outcome in trial.then or outcome in trial.now
            for then, now in [(trial.then.get(outcome, none), trial.now.get(outcome, none))]
        ],
        "examples": [_example(one, orders, words, sees_orders=sees_orders) for one in trial.examples],
    }


def _example(one: Any, orders: Mapping[UUID, Order], words: Words, *, sees_orders: bool) -> dict[str, Any]:
    found = UUID(one.subject_id)
    order = orders.get(found)
    path = denial_path(found) if not one.is_order else path_of(found) if sees_orders and order else ""
    return {
        "number": f"#{order.number}" if order else words.gettext("Tidak diterima"),
        "path": path,
        "at": one.at,
        "amount_minor": one.amount_minor,
        "way": words.gettext(WAYS[one.way]),
        "was": words.gettext(OUTCOMES[one.was]),
        "now": words.gettext(OUTCOMES[one.now]),
        "reasons": codes_told(one.reasons, words),
        "end": end_told(one.ended, words)[0],
    }
