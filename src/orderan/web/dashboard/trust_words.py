"""What pages say of scores: outcomes, what was measured, and why an order was scored as it was."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from orderan.kit.errors import N_
from orderan.kit.i18n import Words

OUTCOMES: Final = {
    "accept": N_("diterima"),
    "ask": N_("tanya pembeli dulu"),
    "deposit": N_("minta uang muka"),
    "prepaid_only": N_("hanya bayar di muka"),
    "hold": N_("tahan untuk diperiksa"),
    "refuse": N_("tolak"),
}
MEASURES: Final = {
    "phone_orders_day": N_("Pesanan lain dari nomor ini dalam sehari: %(value)s"),
    "address_orders_day": N_("Pesanan lain ke rumah ini dalam sehari: %(value)s"),
    "device_orders_day": N_("Pesanan lain dari perangkat ini dalam sehari: %(value)s"),
    "ip_orders_hour": N_("Pesanan lain dari IP ini dalam sejam: %(value)s"),
    "card_orders_day": N_("Pesanan lain dengan jenis kartu ini dalam sehari: %(value)s"),
    "phones_at_address": N_("Nomor lain di rumah ini dalam sebulan: %(value)s"),
    "phones_at_device": N_("Nomor lain di perangkat ini dalam sebulan: %(value)s"),
    "person_refused": N_("Paket yang pernah ditolak pembeli ini: %(value)s"),
    "person_returned": N_("Retur pembeli ini: %(value)s"),
    "person_disputed": N_("Pembayaran yang disengketakan pembeli ini: %(value)s"),
    "person_fraud": N_("Pesanan pembeli ini yang dinyatakan penipuan: %(value)s"),
    "address_refused": N_("Paket yang ditolak orang lain di rumah ini: %(value)s"),
    "device_refused": N_("Paket yang ditolak orang lain dari perangkat ini: %(value)s"),
    "email_refused": N_("Paket yang ditolak dengan email ini dan nomor lain: %(value)s"),
    "device_fraud": N_("Penipuan dan sengketa dari perangkat ini: %(value)s"),
    "area_refused_percent": N_("Paket yang ditolak di kecamatan ini: %(value)s %%"),
    "area_returned_percent": N_("Barang yang diretur dari kecamatan ini: %(value)s %%"),
    "amount_thousands": N_("Nilai pesanan: %(value)s ribu rupiah"),
    "amount_of_shop_percent": N_("Nilainya %(value)s %% dari yang biasa di toko"),
    "amount_of_buyer_percent": N_("Nilainya %(value)s %% dari yang biasa dibeli pembeli ini"),
    "hour_rare": N_("Dipesan pada jam yang sepi"),
    "hour_of_buyer": N_("Dipesan pada jam yang tidak biasa bagi pembeli ini"),
    "ip_elsewhere": N_("IP-nya dari provinsi lain"),
    "billing_elsewhere": N_("Pembayarnya dari provinsi lain"),
    "email_disposable": N_("Emailnya sekali pakai"),
    "phone_fresh": N_("Nomornya belum dikenal toko"),
    "phone_foreign": N_("Nomornya dari luar negeri"),
    "text_signs": N_("Isian yang tampak tidak sungguh-sungguh: %(value)s"),
    "address_vague": N_("Alamatnya tidak jelas"),
    "person_delivered": N_("Paket yang sudah diterima pembeli ini: %(value)s"),
}
DENIALS: Final = {
    "standing": N_("tanpa keberatan"),
    "appealed": N_("keberatan diajukan"),
    "upheld": N_("keberatan ditolak"),
    "overturned": N_("keberatan diterima"),
}
DENIAL_LOOKS: Final = {
    "standing": (DENIALS["standing"], "calm", "minus"),
    "appealed": (DENIALS["appealed"], "wait", "hourglass"),
    "upheld": (DENIALS["upheld"], "calm", "ban"),
    "overturned": (DENIALS["overturned"], "done", "circle-check"),
}
REVIEWS: Final = {
    "open": (N_("menunggu diperiksa"), "wait", "hourglass"),
    "cleared": (N_("dilanjutkan"), "done", "circle-check"),
    "refused": (N_("ditolak dan dibatalkan"), "loss", "ban"),
    "lapsed": (N_("selesai tanpa diperiksa"), "calm", "minus"),
}
WAYS: Final = {"cod": N_("Bayar di tempat (COD)"), "prepaid": N_("Bayar di muka")}
SIGNS: Final = {"cod": WAYS["cod"]}
"""Reasons of a model that are no measures."""
ENDS: Final = {
    "fraud": (N_("dinyatakan penipuan"), "loss", "alert-circle"),
    "disputed": (N_("pembayarannya disengketakan"), "loss", "alert-circle"),
    "disowned": (N_("tidak diakui pembelinya"), "loss", "ban"),
    "refused": (N_("ditolak di pintu"), "loss", "truck-return"),
    "returned": (N_("diretur"), "wait", "arrow-back-up"),
    "delivered": (N_("diterima pembeli"), "done", "circle-check"),
}
"""How an order ended, what says most of it first."""
KEYS: Final = {
    "phone": N_("telepon"),
    "address": N_("rumah"),
    "email": N_("email"),
    "domain": N_("domain email"),
    "device": N_("perangkat"),
    "ip": N_("IP"),
    "network": N_("jaringan"),
    "card": N_("jenis kartu"),
}
VERDICTS: Final = {"block": N_("blokir"), "allow": N_("izinkan"), "disposable": N_("email sekali pakai")}
GROUPS: Final = {
    "": N_("Daerah tidak diketahui"),
    "first_time": N_("Pembeli baru"),
    "returning": N_("Pembeli lama"),
}
LISTS: Final = {
    "phone": (N_("Nomornya diblokir"), N_("Nomornya diizinkan")),
    "address": (N_("Rumahnya diblokir"), N_("Rumahnya diizinkan")),
    "email": (N_("Emailnya diblokir"), N_("Emailnya diizinkan")),
    "domain": (N_("Domain emailnya diblokir"), N_("Domain emailnya diizinkan")),
    "device": (N_("Perangkatnya diblokir"), N_("Perangkatnya diizinkan")),
    "network": (N_("Jaringannya diblokir"), N_("Jaringannya diizinkan")),
    "card": (N_("Jenis kartunya diblokir"), N_("Jenis kartunya diizinkan")),
}


def reason_told(code: str, value: int, words: Words) -> str:
    """One reason as a sentence; a code of rules that are gone stays a code."""
    if code in MEASURES:
        return words.gettext(MEASURES[code], value=value)
    if code in SIGNS:
        return words.gettext(SIGNS[code])
    verdict, _, kind = code.partition("_")
    if kind not in LISTS:
        return code
    blocked, allowed = LISTS[kind]
    stands = blocked if verdict == "blocked" else allowed
    return words.gettext(stands)


def reasons_told(outcome: Mapping[str, Any], words: Words) -> list[str]:
    """Why an order was scored as it was, the weightiest first, each with its points, and whether a model gave them."""
    return [_with_points(one, words) for one in outcome["because"]]


def _with_points(one: Mapping[str, Any], words: Words) -> str:
    told = reason_told(one["code"], one["value"], words)
    if "model" not in one:
        return f"{told} ({one['points']:+d})"
    return words.gettext(
        "%(reason)s (%(points)s dari model)", reason=told, points=format(one["points"], "+d")
    )


def score_told(outcome: Mapping[str, Any], words: Words) -> str:
    """The points, and what was made of them."""
    done, said = OUTCOMES[outcome["outcome"]], OUTCOMES[outcome["would"]]
    told = words.ngettext(
        "%(points)s poin: %(outcome)s",
        "%(points)s poin: %(outcome)s",
        abs(outcome["points"]),
        points=outcome["points"],
        outcome=words.gettext(done),
    )
    if done == said:
        return told
    would = words.gettext("menurut aturan: %(would)s", would=words.gettext(said))
    return f"{told} · {would}"


def codes_told(codes: Sequence[str], words: Words) -> list[str]:
    """Reasons of a denial, where only their codes are kept."""
    return [reason_told(code, 0, words).partition(":")[0] for code in codes]


def kinds_told(kinds: Collection[str], words: Words) -> list[str]:
    """Kinds of what ties orders to each other."""
    return [words.gettext(KEYS[kind]) for kind in kinds]


def end_told(ended: Collection[str], words: Words) -> tuple[str, str, str]:
    """How an order ended, with tone and icon; the worst of it where it ended several ways."""
    for end, (text, tone, sign) in ENDS.items():
        if end in ended:
            return words.gettext(text), tone, sign
    return words.gettext("belum berakhir"), "calm", "circle-dashed"


def denied_told(codes: Sequence[str], outcome: Mapping[str, Any] | None, words: Words) -> list[str]:
    """The reasons of a denial, with what was measured where that is still known."""
    values = {one["code"]: one["value"] for one in outcome["because"]} if outcome else {}
    return [
        reason_told(code, values[code], words) if code in values else codes_told([code], words)[0]
        for code in codes
    ]
