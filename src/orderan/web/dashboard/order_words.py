"""What pages say of orders: labels of states, and a sentence for each thing that happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from orderan import payments
from orderan.access import key_names, staff_names
from orderan.flows.replay_decision import replay
from orderan.flows.route_payment import ROUTING
from orderan.flows.score_orders import TRUST
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_date, format_money
from orderan.orders import Moment
from orderan.payments import Group, Method, accounts, rails_by_id
from orderan.routing import Rule, active_rules
from orderan.trust import Policy, followed
from orderan.web.dashboard.routing_words import choice_told, first_of, rail_named
from orderan.web.dashboard.trust_words import reasons_told, score_told
from orderan.web.dashboard.verification_words import miss_told

HEADLINES: Final = {
    "awaiting_payment": N_("Menunggu Pembayaran"),
    "accepted": N_("Diterima"),
    "processing": N_("Diproses"),
    "packed": N_("Dikemas"),
    "shipped": N_("Dikirim"),
    "completed": N_("Selesai"),
    "cancelled": N_("Dibatalkan"),
    "returned": N_("Dikembalikan"),
}
TERMS: Final = {"prepaid": N_("Bayar di muka"), "cod": N_("Bayar di tempat (COD)"), "invoice": N_("Faktur")}
KINDS: Final = {
    "b2c": N_("Eceran"),
    "b2b": N_("Grosir (B2B)"),
    "dropship": N_("Dropship"),
    "preorder": N_("Pre-order"),
    "made_to_order": N_("Dibuat sesuai pesanan"),
    "subscription": N_("Langganan"),
}
MONEY: Final = {
    "unpaid": N_("Belum dibayar"),
    "pending": N_("Sedang diproses"),
    "unknown": N_("Belum diketahui"),
    "partly_paid": N_("Dibayar sebagian"),
    "paid": N_("Lunas"),
    "overpaid": N_("Lebih bayar"),
    "partly_refunded": N_("Dikembalikan sebagian"),
    "refunded": N_("Dana dikembalikan"),
    "cod_due": N_("COD belum ditagih"),
    "cod_collected": N_("COD sudah ditagih"),
    "cod_remitted": N_("COD sudah disetor"),
}
HOLDS: Final = {
    "address": N_("Alamat perlu diperiksa"),
    "customer_request": N_("Permintaan pelanggan"),
    "fraud": N_("Dicurigai penipuan"),
    "stock": N_("Stok perlu diperiksa"),
    "payment": N_("Pembayaran perlu diperiksa"),
    "proof": N_("Menunggu persetujuan desain"),
    "credit": N_("Batas kredit"),
    "other": N_("Alasan lain"),
}
BY_HAND: Final = {
    "bank_transfer": N_("Transfer bank"),
    "cash": N_("Tunai"),
    "cod": N_("Bayar di tempat (COD)"),
    "unpaid_return": N_("Tidak ditagih, barang kembali"),
}


def _named(method: Method) -> str:
    """A bank's own name would read as a transfer to it."""
    return (
        f"VA {method.name}"
        if method.group is Group.VIRTUAL_ACCOUNT and method.bank != "other"
        else method.name
    )


METHODS: Final = {code: _named(method) for code, method in payments.METHODS.items()} | BY_HAND
"""What a ledger calls a method."""
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
WHOLE: Final = N_("Semua barang bisa dikirim dari satu tempat.")
SPLIT: Final = N_("Tidak ada satu tempat yang punya semua barang, jadi dibagi.")
NEAR: Final = {
    "near:4": N_("Tempatnya di kelurahan pembeli."),
    "near:3": N_("Tempatnya di kecamatan pembeli."),
    "near:2": N_("Tempatnya di kota atau kabupaten pembeli."),
    "near:1": N_("Tempatnya di provinsi pembeli."),
    "near:0": N_("Tidak ada stok di provinsi pembeli; tempat utama dipakai."),
}


@dataclass(frozen=True, slots=True)
class Names:
    """Names behind ids, looked up once per page.

    Attributes:
        rails: What the account of a rail is called.
        rules: The rules of routing that are followed now; None where none of it is told.
        policy: The rules of scoring, the same.
    """

    people: Mapping[str, str]
    places: Mapping[str, str]
    rails: Mapping[str, str] = field(default_factory=dict)
    rules: Sequence[Rule] | None = None
    policy: Policy | None = None

    def who(self, actor: str, words: Words) -> str:
        """`staff:<id>` and `key:<id>` by name; the system is the system."""
        if actor in self.people:
            return self.people[actor]
        kind = actor.partition(":")[0]
        if kind == "system":
            return words.gettext("Sistem")
        return words.gettext("Pembeli") if kind == "buyer" else actor

    def place(self, location_id: object) -> str:
        return self.places.get(str(location_id), "")


async def names_of(
    tx: Tx, actors: Sequence[str], places: Mapping[str, str], moments: Sequence[Moment] = ()
) -> Names:
    """Look up who these actors are, and which rails and rules the moments speak of."""
    staff = [found for actor in actors if (found := _id("staff:", actor))]
    keys = [found for actor in actors if (found := _id("key:", actor))]
    people = {f"staff:{one}": name for one, name in (await staff_names(tx, staff)).items()} if staff else {}
    people |= {f"key:{one}": name for one, name in (await key_names(tx, keys)).items()} if keys else {}
    scored = any(moment.kind == "decision.trust" for moment in moments)
    policy = (await followed(tx))[0] if scored else None
    chosen = [moment.facts for moment in moments if moment.kind == "decision.routing"]
    if not chosen:
        return Names(people, places, policy=policy)
    live = await active_rules(tx)
    told = {rail["id"] for facts in chosen for rail in facts["outcome"]["rails"]}
    told |= {rail["id"] for facts in chosen for rail in facts["inputs"].get("shut", ())}
    there = await rails_by_id(tx, [UUID(one) for one in told])
    named = {account.id: account.name for account in await accounts(tx)}
    rails = {str(rail.id): named[rail.account_id] for rail in there.values()}
    return Names(people, places, rails, live.rules if live else (), policy)


def _id(kind: str, actor: str) -> UUID | None:
    if not actor.startswith(kind):
        return None
    try:
        return UUID(actor.removeprefix(kind))
    except ValueError:
        return None


Sentence = tuple[str, str, str, str]
"""Title, text under it, tone, icon."""


def told(moment: Moment, words: Words, names: Names, currency: str) -> dict[str, Any] | None:
    """A moment as the timeline shows it; None for one that another moment tells already."""
    teller = _TELLERS.get(moment.kind)
    found = teller(moment, words, names, currency) if teller else (moment.kind, "", "calm", "point")
    if found is None:
        return None
    title, text, tone, sign = found
    reason = words.gettext(RULES_SAY.get(moment.reason or "", moment.reason or ""))
    return {
        "at": moment.at,
        "title": title,
        "text": " · ".join(part for part in (text, f"“{reason}”" if reason else "") if part),
        "who": names.who(moment.actor, words),
        "tone": tone,
        "sign": sign,
        "why": _reasons(moment, words, names),
    }


def _reasons(moment: Moment, words: Words, names: Names) -> list[str]:
    if moment.kind == "decision.routing":
        return [*_why_rail(moment, words, names), _rail_today(moment, words, names)]
    if moment.kind == "decision.trust":
        return [*reasons_told(moment.facts["outcome"], words), _score_today(moment, words, names)]
    if moment.kind != "decision.sourcing":
        return []
    known = {"whole": WHOLE, "split": SPLIT} | NEAR
    reasons = [words.gettext(known.get(code, code)) for code in moment.facts["reasons"] if code]
    rule = words.gettext("Aturan: %(rule)s", rule=moment.facts["rule"])
    return [*reasons, rule, _today(moment, words, names)]


def _today(moment: Moment, words: Words, names: Names) -> str:
    """What today's rules make of a decision, asked again from what was kept of it."""
    outcome = moment.facts["outcome"]
    today = replay(moment.kind.removeprefix("decision."), moment.facts["inputs"], outcome)
    if today is None:
        return words.gettext(NOT_WHOLE)
    if today.same:
        return words.gettext("Dengan aturan hari ini (%(rule)s) pilihannya sama.", rule=today.rule)
    if today.outcome["locations"] == outcome["locations"]:
        return words.gettext(
            "Dengan aturan hari ini (%(rule)s) tempatnya sama, tetapi lotnya lain.", rule=today.rule
        )
    places = ", ".join(names.place(one) or "?" for one in today.outcome["locations"])
    return words.gettext(
        "Dengan aturan hari ini (%(rule)s) yang dipilih: %(places)s.", rule=today.rule, places=places or "–"
    )


NOT_WHOLE: Final = N_("Masukannya tidak disimpan lengkap, jadi keputusan ini tidak bisa diulang.")


def routings(decided: Sequence[Any]) -> list[Moment]:
    """Of what was decided about an order the choices of a rail, the newest first."""
    return [
        Moment(
            row.decided_at,
            "decision.routing",
            {"rule": row.rule, "inputs": row.inputs, "outcome": row.outcome, "reasons": row.reasons},
            "system:rules",
            None,
        )
        for row in reversed(decided)
        if row.kind == ROUTING
    ]


def _why_rail(moment: Moment, words: Words, names: Names) -> list[str]:
    return choice_told(moment.facts["inputs"], moment.facts["outcome"], words, names.rails)


def _rail_today(moment: Moment, words: Words, names: Names) -> str:
    """Which rail the rules that are followed now would choose, from what was known then."""
    facts = moment.facts
    today = replay(ROUTING, facts["inputs"], facts["outcome"], rules=names.rules)
    if today is None:
        return words.gettext(NOT_WHOLE)
    first = first_of(today.outcome)
    if first == first_of(facts["outcome"]):
        return words.gettext("Dengan aturan hari ini jalur yang dipilih sama.")
    rails = today.outcome["rails"]
    chosen = rail_named(rails[0], rails, names.rails)
    if today.outcome["rule"]:
        return words.gettext(
            "Dengan aturan hari ini yang dipilih %(rail)s, menurut “%(rule)s”.",
            rail=chosen,
            rule=today.outcome["rule"],
        )
    return words.gettext("Dengan aturan hari ini yang dipilih %(rail)s.", rail=chosen)


def _score_today(moment: Moment, words: Words, names: Names) -> str:
    """What the rules that are followed now would say, from what was known then."""
    facts = moment.facts
    today = replay(TRUST, facts["inputs"], facts["outcome"], policy=names.policy)
    if today is None:
        return words.gettext(NOT_WHOLE)
    if today.outcome["would"] == facts["outcome"]["would"]:
        return words.gettext("Dengan aturan hari ini penilaiannya sama.")
    return words.gettext("Dengan aturan hari ini: %(score)s.", score=score_told(today.outcome, words))


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


VERIFIED: Final = {
    "waiting": (N_("Pembeli diminta memastikan pesanannya"), "wait", "message"),
    "confirmed": (N_("Pembeli memastikan pesanannya"), "done", "circle-check"),
    "refused": (N_("Pembeli tidak memesan, atau tidak jadi"), "loss", "ban"),
    "unreachable": (N_("Pembeli tidak bisa dihubungi"), "wait", "alert-triangle"),
    "waived": (N_("Pesanan dilanjutkan tanpa konfirmasi"), "calm", "circle-check"),
}
RULES_SAY: Final = {
    "silence": N_("tidak menjawab lewat cara apa pun"),
    "changed": N_("pesanannya berubah"),
    "never_asked": N_("belum sempat ditanya: tidak ada cara yang berhasil"),
    "trust": N_("menurut aturan kepercayaan"),
    "buyer_refused": N_("pembeli tidak memesan, atau tidak jadi"),
    "buyer_unreachable": N_("pembeli tidak bisa dihubungi"),
}
"""Reasons nobody typed."""
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


def _verified(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title, tone, sign = VERIFIED[moment.facts["verification"]]
    return words.gettext(title), "", tone, sign


def _buyer_asked(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title, tone = ANSWERS[moment.facts["state"]]
    by = ASKED_BY[moment.facts["way"]]
    why = miss_told(moment.facts.get("answer"), words) if moment.facts["state"] == "missed" else ""
    return words.gettext(title), " · ".join(part for part in (words.gettext(by), why) if part), tone, "phone"


_buyer_answered = _buyer_asked
DAY_ANSWERS: Final = ANSWERS | {
    "confirmed": (N_("Pembeli menjawab: ada orang di rumah"), "done"),
    "refused": (N_("Pembeli menjawab: tidak ada orang di rumah"), "loss"),
    "put_off": (N_("Pembeli menjawab: antar hari lain"), "wait"),
}
DOORS: Final = {
    "home": (N_("Kurir diberi tahu: ada orang di rumah"), "done"),
    "another_day": (N_("Kurir diminta mengantar hari lain"), "wait"),
    "nobody": (N_("Kurir diberi tahu: tidak ada orang di rumah"), "loss"),
    "unreachable": (N_("Kurir diberi tahu: pembeli tidak menjawab"), "loss"),
}


def _day_asked(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title, tone = DAY_ANSWERS[moment.facts["state"]]
    by = ASKED_BY[moment.facts["way"]]
    why = miss_told(moment.facts.get("answer"), words) if moment.facts["state"] == "missed" else ""
    parts = (words.gettext(N_("Hari pengantaran")), words.gettext(by), why)
    return words.gettext(title), " · ".join(part for part in parts if part), tone, "phone"


def _door(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    title, tone = DOORS[moment.facts["answer"]]
    on = moment.facts["deliver_on"]
    day = format_date(date.fromisoformat(on), words.locale) if on else ""
    return (
        words.gettext(title),
        " · ".join(part for part in (moment.facts["awb"], day) if part),
        tone,
        "truck",
    )


def _whether_to_ask(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    asks = moment.facts["outcome"].get("verdict") == "ask"
    title = N_("Kebijakan: pembeli ditanya dulu") if asks else N_("Kebijakan: pembeli tidak perlu ditanya")
    [reason, *_] = moment.facts["reasons"]
    return words.gettext(title), str(reason).removeprefix("rule:").replace("no_rule", ""), "calm", "message"


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


def _returned(moment: Moment, words: Words, _names: Names, _currency: str) -> Sentence:
    return (
        words.gettext(RETURNS.get(moment.facts["state"], moment.facts["state"])),
        "",
        "calm",
        "truck-return",
    )


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


def _sourced(moment: Moment, words: Words, names: Names, _currency: str) -> Sentence | None:
    places = [names.place(one) for one in moment.facts["outcome"].get("locations", [])]
    if not any(places):
        return None
    title = words.gettext(
        "Stok diambil dari %(places)s", places=", ".join(place for place in places if place)
    )
    return title, "", "calm", "route"


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


_TELLERS: Final[Mapping[str, Teller]] = {
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
    "shipping.delivery_expected.v1": _door,
    "decision.verification": _whether_to_ask,
    "orders.tagged.v1": _tagged,
    "orders.deposit_agreed.v1": _deposit,
    "payments.money_moved.v1": _paid,
    "payments.refund_granted.v1": _refund_granted,
    "payments.refund_judged.v1": _refund_judged,
    "payments.refund_closed.v1": _refund_closed,
    "promotions.redemption_moved.v1": _promoted,
    "fulfilment.task_moved.v1": _task,
    "shipping.parcel_shipped.v1": _shipped,
    "shipping.parcel_moved.v1": _parcel,
    "returns.return_moved.v1": _returned,
    "move.change": _change,
    "note": _note,
    "decision.sourcing": _sourced,
    "decision.routing": _routed,
    "decision.trust": _scored,
    "trust.review_moved.v1": _looked_at,
}
