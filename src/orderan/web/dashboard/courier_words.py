"""What pages say of couriers: bookings, offers, what couriers said of a parcel, why one was chosen."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.kit.ids import to_text
from orderan.shipping import BOOKING_PREFIX, COURIERS, STANDING, Booking, BookingState, RateSource, WhyCarrier
from orderan.web.here import here

_S = BookingState

BOOKING_LOOKS: Final[Mapping[str, tuple[str, str, str]]] = {
    _S.WANTED: (N_("Menunggu kurir dipilih"), "calm", "hourglass"),
    _S.ASKING: (N_("Sedang dipesankan"), "calm", "hourglass"),
    _S.UNKNOWN: (N_("Belum tahu apakah terpesan"), "wait", "alert-triangle"),
    _S.BOOKED: (N_("Sudah dipesan"), "done", "circle-check"),
    _S.FAILED: (N_("Gagal dipesan"), "loss", "alert-triangle"),
    _S.WITHDRAWING: (N_("Sedang dibatalkan"), "wait", "hourglass"),
    _S.WITHDRAWN: (N_("Dibatalkan"), "calm", "ban"),
    _S.HANDED_OVER: (N_("Dibawa kurir"), "done", "truck"),
}
"""By state of a booking: words, tone, icon."""
REASONS: Final[Mapping[str, str]] = {
    "nobody_carries": N_("Tidak ada kurir yang menawarkan."),
    "carrier_not_offered": N_("Layanan itu tidak ditawarkan lagi."),
    "never_had": N_("Kurir tidak punya pemesanan ini."),
    "not_there_yet": N_("Kurir belum menemukannya; ditanyakan lagi."),
    "cannot_be_asked": N_("Kurir ini tidak bisa ditanya; lihat dasbornya."),
    "cancelled_by_courier": N_("Kurir membatalkannya."),
    "cut_short": N_("Terputus saat memesan; sedang ditanyakan."),
    "on_its_way": N_("Kurir bilang paketnya sudah di jalan."),
    "left_another_way": N_("Paketnya berangkat dengan resi lain."),
    "cancelled": N_("Pesanannya dibatalkan."),
    "no_answer_in_time": N_("Kurir tidak menjawab; sedang ditanyakan."),
    "no_connection": N_("Kurir tidak bisa dihubungi."),
    "range_used_up": N_("Blok nomor resinya habis."),
    "sender_missing": N_("Pengirim di lokasi ini belum diisi."),
    "destination_missing": N_("Alamat pembeli belum lengkap."),
    "booking_not_packed": N_("Tugasnya tidak lagi dikemas."),
}
"""Of a booking, where the word is ours; a courier's own stands as it said it."""
SOURCES: Final[Mapping[str, str]] = {
    RateSource.LIVE: N_("dari kurir, baru saja"),
    RateSource.CACHED: N_("dari kurir, beberapa jam lalu"),
    RateSource.OLD: N_("dari kurir, sudah lama"),
    RateSource.TABLE: N_("dari daftar ongkir toko"),
}
WHY: Final[Mapping[str, str]] = {
    WhyCarrier.ALONE: N_("Hanya kurir ini yang boleh dan mau membawanya."),
    WhyCarrier.RULE: N_("Aturan “%(rule)s” mendahulukannya."),
    WhyCarrier.CHEAPEST: N_("Paling murah, dan tidak kalah cepat atau pasti."),
    WhyCarrier.WORTH: N_("Lebih mahal, tetapi lebih cepat atau lebih sering sampai pada antaran pertama."),
    "nobody": N_("Tidak ada kurir yang menawarkan."),
}


def courier_name(code: str | None, words: Words | None = None) -> str:
    """What people call a courier, in the reader's language where it is a word and no name.

    Args:
        words: Of the reader; None is whoever the page is rendered for.
    """
    spoken = words or here().words
    return spoken.gettext(COURIERS[code].name) if code in COURIERS else code or ""


def courier_names(words: Words) -> dict[str, str]:
    """Every courier by its code."""
    return {code: courier_name(code, words) for code in COURIERS}


def reason_said(reason: str | None, words: Words) -> str:
    """Why a booking stands as it does; nothing where nobody said."""
    if not reason:
        return ""
    known = REASONS.get(reason)
    return words.gettext(known) if known else reason


def booking_shown(booked: Sequence[Booking]) -> dict[str, Any]:
    """What a task's page shows of its bookings: the one that matters, and what to say of it."""
    standing = next((one for one in reversed(booked) if one.state in STANDING), None)
    last = standing or (booked[-1] if booked else None)
    return {
        "booking": last,
        "booking_id": to_text(BOOKING_PREFIX, last.id) if last else "",
        "booking_stands": standing is not None,
        "booking_look": BOOKING_LOOKS[last.state] if last else ("", "calm", ""),
        "booking_reason": REASONS.get(last.reason or "", "") if last else "",
        "courier_name": courier_name,
    }


def typed_of(booked: Sequence[Booking]) -> dict[str, str]:
    """What the form of handing over is filled with: the number that was booked."""
    ready = next((one for one in reversed(booked) if one.state == BookingState.BOOKED and one.awb), None)
    if ready is None:
        return {}
    return {
        "courier_1": ready.courier or "",
        "awb_1": ready.awb or "",
        "weight_1": str(ready.weight_g) if ready.weight_g else "",
    }


def carrier_named(offer_id: str) -> str:
    """An offer of a decision in words: `JNE REG`."""
    _, courier, service = offer_id.split(":", 2)
    return f"{courier_name(courier)} {service.upper()}".strip()


def why_told(outcome: Mapping[str, Any], words: Words) -> str:
    """Why the first of a decision is the first."""
    code = outcome["why"] or "nobody"
    return words.gettext(WHY[code], rule=outcome["rule"] or "")
