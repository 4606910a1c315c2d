"""A sentence for each thing that happened to an order: the order itself, the word of its buyer, its looks."""

from collections.abc import Callable, Mapping
from typing import Final

from orderan.flows.ask_deposit import DEMANDED
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_money
from orderan.orders import Moment
from orderan.web.dashboard.names import Names
from orderan.web.dashboard.order_words import HOLDS, TERMS
from orderan.web.dashboard.trust_words import score_told
from orderan.web.dashboard.verification_words import failure_told, miss_told

Sentence = tuple[str, str, str, str]
"""Title, text under it, tone, icon."""
Teller = Callable[[Moment, Words, Names, str], Sentence | None]


def _plain(title: str, tone: str, sign: str) -> Teller:
    def tell(_moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
        return words.gettext(title), "", tone, sign

    return tell


def _placed(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    facts = moment.facts
    total = format_money(facts["total_minor"], facts["currency"], words.locale)
    terms = words.gettext(TERMS.get(facts["terms"], facts["terms"]))
    return words.gettext("Pesanan dibuat"), f"{total} · {terms}", "calm", "shopping-bag"


def _units_cancelled(moment: Moment, words: Words, _names: Names, currency: str) -> Sentence:
    units = sum(units for _, units in moment.facts["units"])
    total = format_money(moment.facts["total_minor"], currency, words.locale)
    title = words.ngettext("%(num)s barang dibatalkan", "%(num)s barang dibatalkan", units)
    return title, words.gettext("Total menjadi %(total)s", total=total), "wait", "ban"


def _changed(moment: Moment, words: Words, _names: Names, currency: str) -> Sentence:
    facts = moment.facts
    total = format_money(facts["total_minor"], currency, words.locale)
    title = words.gettext("Pesanan diubah menjadi versi %(version)s", version=facts["version"])
    return title, words.gettext("Total menjadi %(total)s", total=total), "act", "versions"


def _held(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    hold = words.gettext(HOLDS.get(moment.facts["hold"], moment.facts["hold"]))
    return words.gettext("Ditahan: %(hold)s", hold=hold), "", "wait", "player-pause"


def _let_go(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    hold = words.gettext(HOLDS.get(moment.facts["hold"], moment.facts["hold"]))
    title = (
        N_("Waktu penahanan habis: %(hold)s")
        if moment.facts["expired"]
        else N_("Penahanan dilepas: %(hold)s")
    )
    return words.gettext(title, hold=hold), "", "done", "player-play"


def _tagged(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    marks = [f"+{tag}" for tag in moment.facts["added"]] + [f"−{tag}" for tag in moment.facts["removed"]]
    return words.gettext("Label diubah"), " ".join(marks), "calm", "tag"


DEPOSIT_FIRST: Final = N_("Pembeli diminta membayar uang muka dulu")
VERIFIED: Final = {
    "waiting": (N_("Pembeli diminta memastikan pesanannya"), "wait", "message"),
    "confirmed": (N_("Pembeli memastikan pesanannya"), "done", "circle-check"),
    "refused": (N_("Pembeli tidak memesan, atau tidak jadi"), "loss", "ban"),
    "unreachable": (N_("Pembeli tidak bisa dihubungi"), "wait", "alert-triangle"),
    "waived": (N_("Pesanan dilanjutkan tanpa konfirmasi"), "calm", "circle-check"),
}
ASKED_BY: Final = {
    "call": N_("Telepon"),
    "whatsapp": N_("WhatsApp"),
    "sms": N_("SMS"),
    "agent": N_("Petugas"),
}
ANSWERS: Final = {
    "asked": (N_("Pembeli dihubungi"), "calm"),
    "unknown": (N_("Pembeli dihubungi, belum pasti sampai"), "wait"),
    "failed": (N_("Pembeli gagal dihubungi"), "wait"),
    "confirmed": (N_("Pembeli menjawab: benar"), "done"),
    "refused": (N_("Pembeli menjawab: bukan"), "loss"),
    "missed": (N_("Pembeli tidak menjawab"), "wait"),
}


def _verified(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence | None:
    verification = moment.facts["verification"]
    if moment.reason == DEMANDED:
        # Asked and given up in one instant: nobody was called, a deposit is wanted instead.
        return None if verification == "waiting" else (words.gettext(DEPOSIT_FIRST), "", "wait", "cash")
    title, tone, sign = VERIFIED[verification]
    return words.gettext(title), "", tone, sign


def _why(moment: Moment, words: Words) -> str:
    """Why a try asked or reached nobody; empty of any other."""
    if moment.facts["state"] == "missed":
        return miss_told(moment.facts.get("answer"), words)
    return failure_told(moment.facts.get("failure"), None, words)


def _buyer_asked(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title, tone = ANSWERS[moment.facts["state"]]
    by = ASKED_BY[moment.facts["way"]]
    why = _why(moment, words)
    return words.gettext(title), " · ".join(part for part in (words.gettext(by), why) if part), tone, "phone"


_buyer_answered = _buyer_asked
DAY_ANSWERS: Final = ANSWERS | {
    "confirmed": (N_("Pembeli menjawab: ada orang di rumah"), "done"),
    "refused": (N_("Pembeli menjawab: tidak ada orang di rumah"), "loss"),
    "put_off": (N_("Pembeli menjawab: antar hari lain"), "wait"),
}


def _day_asked(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title, tone = DAY_ANSWERS[moment.facts["state"]]
    by = ASKED_BY[moment.facts["way"]]
    why = _why(moment, words)
    parts = (words.gettext(N_("Hari pengantaran")), words.gettext(by), why)
    return words.gettext(title), " · ".join(part for part in parts if part), tone, "phone"


def _whether_to_ask(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    asks = moment.facts["outcome"].get("verdict") == "ask"
    title = N_("Kebijakan: pembeli ditanya dulu") if asks else N_("Kebijakan: pembeli tidak perlu ditanya")
    [reason, *_] = moment.facts["reasons"]
    return words.gettext(title), str(reason).removeprefix("rule:").replace("no_rule", ""), "calm", "message"


def _change(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence | None:
    if moment.facts["to"] == "confirmed":
        return None
    title = (
        N_("Perubahan pesanan dimulai")
        if moment.facts["to"] == "open"
        else N_("Perubahan pesanan ditutup tanpa disimpan")
    )
    return words.gettext(title), "", "calm", "edit"


def _note(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    return words.gettext("Catatan"), moment.facts["body"], "act", "note"


def _scored(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    outcome = moment.facts["outcome"]
    tone = "calm" if outcome["outcome"] == "accept" else "wait"
    return words.gettext("Pesanan dinilai"), score_told(outcome, words), tone, "shield-check"


def _looked_at(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence | None:
    title, tone = LOOKED_AT[moment.facts["state"]]
    return words.gettext(title), "", tone, "shield-check"


LOOKED_AT: Final = {
    "cleared": (N_("Pemeriksaan selesai: dilanjutkan"), "done"),
    "refused": (N_("Pemeriksaan selesai: ditolak"), "loss"),
    "lapsed": (N_("Pemeriksaan tidak perlu lagi"), "calm"),
}
ORDER: Final[Mapping[str, Teller]] = {
    "orders.placed.v1": _placed,
    "orders.accepted.v1": _plain(N_("Pesanan diterima"), "done", "circle-check"),
    "orders.expired.v1": _plain(N_("Kedaluwarsa: tidak dibayar sampai batas waktunya"), "wait", "clock"),
    "orders.cancelled.v1": _plain(N_("Pesanan dibatalkan"), "loss", "ban"),
    "orders.completed.v1": _plain(N_("Pesanan selesai"), "done", "circle-check"),
    "orders.delivered.v1": _plain(N_("Semua barang sudah di tangan pembeli"), "done", "home"),
    "orders.units_cancelled.v1": _units_cancelled,
    "orders.changed.v1": _changed,
    "orders.hold_placed.v1": _held,
    "orders.hold_released.v1": _let_go,
    "orders.verification_moved.v1": _verified,
    "verification.buyer_asked.v1": _buyer_asked,
    "verification.buyer_answered.v1": _buyer_answered,
    "verification.delivery_asked.v1": _day_asked,
    "verification.delivery_answered.v1": _day_asked,
    "decision.verification": _whether_to_ask,
    "orders.tagged.v1": _tagged,
    "move.change": _change,
    "note": _note,
    "decision.trust": _scored,
    "trust.review_moved.v1": _looked_at,
}
