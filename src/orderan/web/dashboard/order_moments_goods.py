"""A sentence for each thing that happened to the goods of an order: warehouse, parcels, returns."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_date
from orderan.orders import Moment
from orderan.shipping import BookingState
from orderan.web.dashboard.courier_words import carrier_named, courier_name, reason_said
from orderan.web.dashboard.names import Names
from orderan.web.dashboard.order_moments import Sentence, Teller

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


def _sourced(moment: Moment, words: Words, names: Names, _currency: str) -> Sentence | None:
    places = [names.place(one) for one in moment.facts["outcome"].get("locations", [])]
    if not any(places):
        return None
    title = words.gettext(
        "Stok diambil dari %(places)s", places=", ".join(place for place in places if place)
    )
    return title, "", "calm", "route"


GOODS: Final[Mapping[str, Teller]] = {
    "fulfilment.task_moved.v1": _task,
    "shipping.parcel_booked.v1": _booked,
    "shipping.booking_ended.v1": _not_booked,
    "decision.courier": _carried_by,
    "shipping.parcel_shipped.v1": _shipped,
    "shipping.parcel_moved.v1": _parcel,
    "shipping.delivery_expected.v1": _door,
    "returns.return_moved.v1": _returned,
    "decision.sourcing": _sourced,
}
