"""What pages say of promised days: what they rest on, and why one is in danger."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from orderan.customers import atlas
from orderan.flows.promise_dates import PROMISING
from orderan.flows.replay_decision import replay
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_date
from orderan.shipping import Risk
from orderan.web.dashboard.courier_words import courier_name

RISKS: Final[Mapping[str, str]] = {
    Risk.NOT_LEFT: N_("Seharusnya sudah berangkat"),
    Risk.LATER: N_("Perjalanannya lebih lama dari yang dijanjikan"),
    Risk.SLOW: N_("Belum sejauh seharusnya"),
    Risk.ATTEMPT_FAILED: N_("Gagal diantar, dan harinya sudah dekat"),
    Risk.MISSED: N_("Harinya sudah lewat"),
}
NOT_WHOLE: Final = N_("Masukannya tidak disimpan lengkap, jadi keputusan ini tidak bisa diulang.")


def risk_said(risk: str, words: Words) -> str:
    """Why a promise is in danger."""
    return words.gettext(RISKS[risk])


def area_named(code: str) -> str:
    """What a place is called, from its kecamatan to its province; its code where nobody knows it."""
    region = atlas().get(code)
    return region.name if region else code


def promise_told(inputs: Mapping[str, Any], outcome: Mapping[str, Any], words: Words) -> list[str]:
    """What a promise rests on, and what today's rule would promise from the same."""
    told = [_rests_on(inputs, outcome, words)]
    leaving = format_date(date.fromisoformat(inputs["leaves_on"]), words.locale)
    told.append(
        words.gettext(
            "Berangkat %(day)s, lalu %(days)s hari kerja kurir di jalan.", day=leaving, days=outcome["days"]
        )
    )
    if off := [one["name"] for one in inputs["terms"]["days_off"] if _between(one["day"], inputs, outcome)]:
        told.append(words.gettext("Libur di antaranya: %(names)s.", names=", ".join(off)))
    today = replay(PROMISING, inputs, outcome)
    if today is None:
        return [*told, words.gettext(NOT_WHOLE)]
    if today.same:
        return [*told, words.gettext("Dengan aturan hari ini harinya sama.")]
    day = format_date(date.fromisoformat(today.outcome["promised_on"]), words.locale)
    return [*told, words.gettext("Dengan aturan hari ini harinya %(day)s.", day=day)]


def _rests_on(inputs: Mapping[str, Any], outcome: Mapping[str, Any], words: Words) -> str:
    lead = outcome["rests_on"]
    if lead is not None:
        who = f"{courier_name(lead['courier'])} {lead['service'].upper()}".strip()
        facts = {
            "percent": inputs["terms"]["percent"],
            "parcels": lead["parcels"],
            "origin": area_named(lead["origin"]),
            "area": area_named(lead["area"]),
        }
        if not who:
            return words.gettext(
                "%(percent)s dari 100 paket (%(parcels)s terukur, semua kurir) dari %(origin)s ke %(area)s secepat ini.",
                **facts,
            )
        return words.gettext(
            "%(percent)s dari 100 paket %(carrier)s (%(parcels)s terukur) dari %(origin)s ke %(area)s secepat ini.",
            carrier=who,
            **facts,
        )
    if outcome["source"] == "courier":
        return words.gettext("Belum cukup paket yang terukur; ini kata kurirnya.")
    return words.gettext("Belum cukup paket yang terukur; ini dari daftar jarak toko.")


def _between(day: str, inputs: Mapping[str, Any], outcome: Mapping[str, Any]) -> bool:
    return bool(inputs["leaves_on"] <= day <= outcome["promised_on"])
