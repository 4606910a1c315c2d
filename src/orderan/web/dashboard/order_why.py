"""Why a rule chose as it did, and what the rules of today would choose from what was known then."""

from collections.abc import Sequence
from typing import Any, Final

from orderan.flows.choose_courier import CARRYING
from orderan.flows.replay_decision import replay
from orderan.flows.route_payment import ROUTING
from orderan.flows.score_orders import TRUST
from orderan.flows.substitute_units import SUBSTITUTING
from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.orders import Moment
from orderan.web.dashboard.courier_words import carrier_named, why_told
from orderan.web.dashboard.names import Names
from orderan.web.dashboard.promise_words import promise_told
from orderan.web.dashboard.routing_words import choice_told, first_of, rail_named
from orderan.web.dashboard.trust_words import reasons_told, score_told

WHOLE: Final = N_("Semua barang bisa dikirim dari satu tempat.")
SPLIT: Final = N_("Tidak ada satu tempat yang punya semua barang, jadi dibagi.")
APART: Final = N_("Dibagi, karena menurut aturan toko lebih murah daripada satu tempat yang punya semuanya.")
FULL: Final = N_("Ada tempat yang tidak dipilih karena sudah melayani sebanyak yang ia mampu hari itu.")
NEAR: Final = {
    "near:4": N_("Tempatnya di kelurahan pembeli."),
    "near:3": N_("Tempatnya di kecamatan pembeli."),
    "near:2": N_("Tempatnya di kota atau kabupaten pembeli."),
    "near:1": N_("Tempatnya di provinsi pembeli."),
    "near:0": N_("Tempatnya di luar provinsi pembeli."),
}
NOT_WHOLE: Final = N_("Masukannya tidak disimpan lengkap, jadi keputusan ini tidak bisa diulang.")


def reasons_of(moment: Moment, words: Words, names: Names) -> list[str]:
    if moment.kind == "decision.routing":
        return [*_why_rail(moment, words, names), _rail_today(moment, words, names)]
    if moment.kind == "decision.trust":
        return [*reasons_told(moment.facts["outcome"], words), _score_today(moment, words, names)]
    if moment.kind == "decision.courier":
        return [why_told(moment.facts["outcome"], words), _carrier_today(moment, words)]
    if moment.kind == "decision.promise":
        return promise_told(moment.facts["inputs"], moment.facts["outcome"], words)
    if moment.kind == "decision.substitute":
        return [*_why_substitute(moment, words), _substitute_today(moment, words)]
    if moment.kind != "decision.sourcing":
        return []
    known = {"whole": WHOLE, "split": SPLIT, "apart": APART, "full": FULL} | NEAR
    reasons = [words.gettext(known.get(code, code)) for code in moment.facts["reasons"] if code]
    rule = words.gettext("Aturan: %(rule)s", rule=moment.facts["rule"])
    return [*reasons, rule, _today(moment, words, names)]


def _today(moment: Moment, words: Words, names: Names) -> str:
    """What today's rules make of a decision, asked again from what was kept of it."""
    outcome = moment.facts["outcome"]
    today = replay(
        moment.kind.removeprefix("decision."), moment.facts["inputs"], outcome, sourcing=names.sourcing
    )
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


PASSED_BY: Final = {
    "not_there": N_("%(sku)s tidak cukup di lokasi ini."),
    "no_price": N_("%(sku)s tidak punya harga untuk pembeli ini."),
    "dearer": N_("Dengan %(sku)s pesanannya lebih mahal."),
    "ranked_lower": N_("%(sku)s juga bisa, tetapi urutannya di bawah."),
}


def _why_substitute(moment: Moment, words: Words) -> list[str]:
    parted = [reason.partition(":") for reason in moment.facts["reasons"]]
    return [words.gettext(PASSED_BY[code], sku=sku) for code, _, sku in parted]


def _substitute_today(moment: Moment, words: Words) -> str:
    facts = moment.facts
    today = replay(SUBSTITUTING, facts["inputs"], facts["outcome"])
    if today is None:
        return words.gettext(NOT_WHOLE)
    if today.same:
        return words.gettext("Dengan aturan hari ini (%(rule)s) pilihannya sama.", rule=today.rule)
    return words.gettext("Dengan aturan hari ini: %(sku)s.", sku=today.outcome["sku"] or "–")


def _carrier_today(moment: Moment, words: Words) -> str:
    """Who the rule of today would choose, from what was offered then and by the shop's rules of then."""
    facts = moment.facts
    today = replay(CARRYING, facts["inputs"], facts["outcome"])
    if today is None:
        return words.gettext(NOT_WHOLE)
    if today.same or not today.outcome["carriers"]:
        return words.gettext("Dengan aturan hari ini (%(rule)s) pilihannya sama.", rule=today.rule)
    return words.gettext(
        "Dengan aturan hari ini yang dipilih %(carrier)s.",
        carrier=carrier_named(today.outcome["carriers"][0]["id"]),
    )


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
