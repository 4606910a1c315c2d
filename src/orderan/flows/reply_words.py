"""What people mean who write in place of tapping a button: "iya kak benar", "bukan saya", "besok saja ya". Pure.

    yes        words of yes, and nothing but politeness beside them
    no         a word of no, whatever affirms it after: "tidak jadi", "tidak ya kak"
    tomorrow   of a parcel's day

A word that is not known, a yes beside a cancellation, or two ways at once is no answer: a person reads it. A yes that
was none costs a trip, and a no that was none costs an order, so nothing is guessed.
"""

import re
from typing import Final

from orderan.flows.call_words import Topic
from orderan.kit.text import folded
from orderan.verification import AttemptEvent


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_YES: Final = _set("ya iya y iyah yaa iyaa yes yup benar bener betul correct")
_NO: Final = _set("tidak tdk bukan nggak ngga gak ga enggak engga no not")
_CANCEL: Final = _set("batal batalin batalkan dibatalkan cancel")
_LATER: Final = _set("besok bsk tomorrow")
_AFFIRMS: Final = _set("ya yaa jadi benar bener betul ada rumah dirumah home")
"""After a no they say what is not so."""
_POLITE: Final = _set(
    "kak kakak ka min admin mas mbak mba pak bapak bu ibu bang bro sis gan om tante terima kasih makasih thanks thank"
    " you please tolong maaf sorry dong kok sih nih deh lah saja aja"
)
_ABOUT: Final = {
    Topic.ORDER: _set(
        "saya aku sy itu ini yang yg pesan memesan mesan order beli membeli pesanan i did it my order me"
        " ordered placed this the sekali banget"
    ),
    Topic.DAY: _set("saya di orang antar diantar kirim dikirim hari ini paketnya bring deliver it at am i"),
}
_THERE: Final = _set("ada rumah dirumah home")
"""Of a parcel's day a yes: somebody is there."""
_WORD = re.compile(r"[^\W_]+")


def meant(text: str, topic: Topic) -> AttemptEvent | None:
    """What a reply says to the question of a topic; None where a person has to read it."""
    words = [word for word in _WORD.findall(folded(text)) if word not in _POLITE | _ABOUT[topic]]
    yeses = _YES | _THERE if topic is Topic.DAY else _YES
    if not words:
        return None
    if words[0] in _NO and all(word in _NO | _AFFIRMS for word in words):
        return AttemptEvent.REFUSE
    if all(word in yeses for word in words):
        return AttemptEvent.CONFIRM
    if topic is Topic.DAY:
        return AttemptEvent.PUT_OFF if all(word in _LATER | {"ya", "iya"} for word in words) else None
    called_off = words[0] in _CANCEL and all(word in _CANCEL | {"ya"} for word in words)
    return AttemptEvent.REFUSE if called_off else None
