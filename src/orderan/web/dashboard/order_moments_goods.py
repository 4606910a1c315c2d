"""A sentence for each thing that happened to the goods of an order: warehouse, parcels, returns."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_date, format_money
from orderan.orders import Moment
from orderan.shipping import BookingState
from orderan.web.dashboard.courier_words import carrier_named, courier_name, reason_said
from orderan.web.dashboard.names import Names
from orderan.web.dashboard.order_moments import Sentence, Teller
from orderan.web.dashboard.promise_words import risk_said

TASKS: Final = {
    "planned": N_("Pekerjaan gudang direncanakan"),
    "released": N_("Siap diambil dari rak"),
    "picking": N_("Mulai diambil dari rak"),
    "short": N_("Barang di rak kurang"),
    "picked": N_("Selesai diambil dari rak"),
    "packed": N_("Selesai dikemas"),
    "handed_over": N_("Diserahkan ke kurir"),
    "cancelled": N_("Pekerjaan gudang dibatalkan"),
}
PARCELS: Final = {
    "created": N_("Paket dibuat"),
    "picked_up": N_("Paket dijemput kurir"),
    "in_transit": N_("Paket dalam perjalanan"),
    "out_for_delivery": N_("Paket sedang diantar"),
    "delivered": N_("Paket sampai di pembeli"),
    "attempt_failed": N_("Paket gagal diantar"),
    "returning": N_("Paket kembali ke pengirim"),
    "returned": N_("Paket tiba kembali di gudang"),
    "lost": N_("Paket hilang"),
    "damaged": N_("Paket rusak"),
}
RETURNS: Final = {
    "requested": N_("Retur diajukan"),
    "approved": N_("Retur disetujui"),
    "rejected": N_("Retur ditolak"),
    "in_transit": N_("Barang retur dalam perjalanan"),
    "received": N_("Barang retur diterima"),
    "inspected": N_("Barang retur diperiksa"),
    "resolved": N_("Retur diselesaikan"),
    "closed": N_("Retur ditutup"),
}
EXCHANGES: Final = {
    "held": N_("Stok disimpan sebagai pengganti retur"),
    "settled": N_("Dibayar dengan nilai barang yang kembali"),
    "dropped": N_("Penggantian retur tidak jadi"),
}
DISPUTES: Final = {
    "open": N_("Paket retur tidak sama dengan yang diterbitkan: dana ditahan"),
    "evidence": N_("Bukti sengketa retur dicatat"),
    "for_buyer": N_("Sengketa retur diputus untuk pembeli"),
    "for_shop": N_("Sengketa retur diputus untuk toko"),
}
CLAIMS: Final = {
    "open": (N_("Klaim ke kurir dibuka"), "wait", "alert-triangle"),
    "filed": (N_("Klaim ke kurir diajukan"), "calm", "alert-triangle"),
    "accepted": (N_("Kurir menyetujui klaim"), "calm", "circle-check"),
    "refused": (N_("Kurir menolak klaim"), "loss", "ban"),
    "paid": (N_("Kurir membayar klaim"), "done", "circle-check"),
    "dropped": (N_("Klaim ke kurir dilepas"), "calm", "ban"),
}
WISHES: Final = {
    "another_day": N_("Pembeli minta diantar pada hari lain"),
    "other_address": N_("Pembeli memberi alamat lain"),
    "send_back": N_("Pembeli tidak jadi: minta paketnya dikirim balik"),
}
DOORS: Final = {
    "home": (N_("Kurir diberi tahu: ada orang di rumah"), "done"),
    "another_day": (N_("Kurir diminta mengantar hari lain"), "wait"),
    "nobody": (N_("Kurir diberi tahu: tidak ada orang di rumah"), "loss"),
    "unreachable": (N_("Kurir diberi tahu: pembeli tidak menjawab"), "loss"),
}
_TASK_SIGNS: Final = {
    "short": ("loss", "alert-triangle"),
    "packed": ("done", "package"),
    "handed_over": ("done", "truck"),
    "cancelled": ("calm", "ban"),
}


def _task(moment: Moment, words: Words, names: Names, _currency: str) -> Sentence:
    state = moment.facts["state"]
    tone, sign = _TASK_SIGNS.get(state, ("act", "clipboard-list"))
    return words.gettext(TASKS.get(state, state)), names.place(moment.facts["location_id"]), tone, sign


def _shipped(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence | None:
    facts = moment.facts
    text = " ".join(part for part in (facts["courier"].upper(), facts["service"], facts["awb"]) if part)
    return words.gettext("Paket berangkat"), text, "done", "truck"


_PARCEL_TONES: Final = {
    "delivered": "done",
    "attempt_failed": "wait",
    "returning": "wait",
    "lost": "loss",
    "damaged": "loss",
}


def _parcel(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    facts = moment.facts
    text = f"{facts['courier'].upper()} {facts['awb']}"
    return (
        words.gettext(PARCELS.get(facts["state"], facts["state"])),
        text,
        _PARCEL_TONES.get(facts["state"], "calm"),
        "truck",
    )


def _door(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title, tone = DOORS[moment.facts["answer"]]
    on = moment.facts["deliver_on"]
    day = format_date(date.fromisoformat(on), words.locale) if on else ""
    text = " · ".join(part for part in (moment.facts["awb"], day) if part)
    return words.gettext(title), text, tone, "truck"


def _returned(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    return (
        words.gettext(RETURNS.get(moment.facts["state"], moment.facts["state"])),
        "",
        "calm",
        "truck-return",
    )


def _exchanged(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title = EXCHANGES[moment.facts["state"]]
    return words.gettext(title), "", "calm", "arrows-exchange"


def _disputed(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    state = moment.facts["state"]
    title = DISPUTES[state]
    return words.gettext(title), "", "loss" if state == "open" else "calm", "alert-circle"


def _booked(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    facts = moment.facts
    text = " ".join(
        part for part in (courier_name(facts["courier"]), facts["service"].upper(), facts["awb"]) if part
    )
    return words.gettext("Kurir dipesan"), text, "done", "truck"


def _not_booked(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    facts = moment.facts
    failed = facts["state"] == BookingState.FAILED
    title = words.gettext("Kurir gagal dipesan") if failed else words.gettext("Pemesanan kurir dibatalkan")
    text = " · ".join(
        part for part in (courier_name(facts["courier"]), reason_said(facts["reason"], words)) if part
    )
    return title, text, "wait" if failed else "calm", "truck"


def _carried_by(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    carriers = moment.facts["outcome"]["carriers"]
    if not carriers:
        return words.gettext("Tidak ada kurir yang dipilih"), "", "wait", "truck"
    name = carrier_named(carriers[0]["id"])
    return words.gettext("Kurir dipilih: %(carrier)s", carrier=name), "", "calm", "truck"


def _wished(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    day = moment.facts["deliver_on"]
    text = format_date(date.fromisoformat(day), words.locale) if day else ""
    title = WISHES[moment.facts["wish"]]
    return words.gettext(title), text, "wait", "map-pin"


def _claimed(moment: Moment, words: Words, _names: Names, currency: str) -> Sentence:
    facts = moment.facts
    title, tone, sign = CLAIMS[facts["state"]]
    minor = next(
        minor
        for minor in (facts["paid_minor"], facts["accepted_minor"], facts["amount_minor"])
        if minor is not None
    )
    text = f"{courier_name(facts['courier'])} · {format_money(minor, currency, words.locale)}"
    return words.gettext(title), text, tone, sign


def _promised(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    day = format_date(date.fromisoformat(moment.facts["outcome"]["promised_on"]), words.locale)
    return words.gettext("Dijanjikan sampai %(day)s", day=day), "", "calm", "calendar"


def _in_danger(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    day = format_date(date.fromisoformat(moment.facts["promised_on"]), words.locale)
    return (
        words.gettext("Janji sampai %(day)s terancam", day=day),
        risk_said(moment.facts["risk"], words),
        "wait",
        "clock",
    )


def _sourced(moment: Moment, words: Words, names: Names, _currency: str) -> Sentence | None:
    places = [names.place(one) for one in moment.facts["outcome"].get("locations", [])]
    if not any(places):
        return None
    title = words.gettext(
        "Stok diambil dari %(places)s", places=", ".join(place for place in places if place)
    )
    return title, "", "calm", "route"


def _substituted(moment: Moment, words: Words, _names: Names, currency: str) -> Sentence:
    facts = moment.facts
    title = words.gettext("%(sku)s diganti %(by)s", sku=facts["sku"], by=facts["by_sku"])
    total = words.gettext(
        "Total menjadi %(total)s", total=format_money(facts["total_minor"], currency, words.locale)
    )
    return (
        title,
        f"{words.ngettext('%(num)s barang', '%(num)s barang', facts['units'])} · {total}",
        "wait",
        "arrows-exchange",
    )


def _substitute_chosen(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    sku = moment.facts["outcome"]["sku"]
    if sku is None:
        return (
            words.gettext("Tidak ada pengganti yang bisa diambil"),
            moment.facts["inputs"]["instead_of"],
            "calm",
            "arrows-exchange",
        )
    return (
        words.gettext("Pengganti dipilih: %(sku)s", sku=sku),
        moment.facts["inputs"]["instead_of"],
        "calm",
        "arrows-exchange",
    )


GOODS: Final[Mapping[str, Teller]] = {
    "fulfilment.task_moved.v1": _task,
    "shipping.parcel_booked.v1": _booked,
    "shipping.booking_ended.v1": _not_booked,
    "decision.courier": _carried_by,
    "shipping.parcel_shipped.v1": _shipped,
    "shipping.parcel_moved.v1": _parcel,
    "shipping.delivery_expected.v1": _door,
    "returns.return_moved.v1": _returned,
    "returns.exchange_moved.v1": _exchanged,
    "returns.dispute_moved.v1": _disputed,
    "decision.sourcing": _sourced,
    "decision.promise": _promised,
    "shipping.delivery_late.v1": _in_danger,
    "shipping.claim_moved.v1": _claimed,
    "shipping.door_wished.v1": _wished,
    "decision.substitute": _substitute_chosen,
    "orders.units_substituted.v1": _substituted,
}
