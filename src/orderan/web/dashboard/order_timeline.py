"""What happened to an order, as its timeline shows it."""

from collections.abc import Mapping
from typing import Any, Final

from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.orders import Moment
from orderan.web.dashboard.names import Names
from orderan.web.dashboard.order_moments import ORDER, Teller
from orderan.web.dashboard.order_moments_goods import GOODS
from orderan.web.dashboard.order_moments_money import MONEY
from orderan.web.dashboard.order_why import reasons_of

RULES_SAY: Final = {
    "silence": N_("tidak menjawab lewat cara apa pun"),
    "own_words": N_("membalas dengan kata sendiri, perlu dibaca petugas"),
    "changed": N_("pesanannya berubah"),
    "nobody_is_asked": N_("toko ini tidak menanyai siapa pun"),
    "never_asked": N_("belum sempat ditanya: tidak ada cara yang berhasil"),
    "trust_deposit": N_("uang muka diminta menurut aturan kepercayaan"),
    "trust": N_("menurut aturan kepercayaan"),
    "buyer_refused": N_("pembeli tidak memesan, atau tidak jadi"),
    "buyer_unreachable": N_("pembeli tidak bisa dihubungi"),
    "deposit": N_("uang mukanya masuk"),
    "deposit_unpaid": N_("uang mukanya tidak dibayar"),
}
"""Reasons nobody typed."""
_TELLERS: Final[Mapping[str, Teller]] = {**ORDER, **MONEY, **GOODS}


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
        "why": reasons_of(moment, words, names),
    }
