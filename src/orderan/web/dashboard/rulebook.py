"""Pages of rules that are edited as a draft: what their forms send, and how a refusal comes back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.web.dashboard.desk import Visit
from orderan.web.errors import sentence
from orderan.web.forms import Fields, Sent, one, posted, taken_once, typed_in
from orderan.web.here import place_of

NOTHING_SENT: Final = Sent()
MOST_VERSIONS: Final = 30
"""Shown, the newest."""
SAVED: Final = N_("Draf disimpan. Aturan yang berjalan belum berubah.")
SAID: Final[Mapping[str, str]] = {
    "live": N_("Draf sekarang berjalan sebagai versi baru."),
    "discarded": N_("Draf disamakan lagi dengan aturan yang berjalan."),
    "restored": N_("Versi lama disalin ke draf. Coba dulu, lalu jalankan."),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A form about the draft that was refused.

    Attributes:
        more: What there is to know besides the refusal's own sentence.
    """

    sent: Sent
    more: list[str]
    status_code: int


def revision_of(form: Fields) -> int:
    """The edit of the draft that was seen; -1, which none is, where the form does not say."""
    typed = one(form, "revision")
    return int(typed) if typed.isdecimal() and len(typed) <= 9 else -1


def days_of(form: Fields) -> int:
    """How far back a trial is to look; 0, which is refused, where that is no number."""
    typed = one(form, "days")
    return int(typed) if typed.isdecimal() and len(typed) <= 3 else 0


async def change(
    visit: Visit,
    name: str,
    command: Callable[[Tx, int], Awaitable[object]],
    *,
    beside: Mapping[type[Refusal], str],
    told: Callable[[Refusal], Awaitable[list[str]]] | None = None,
) -> Refused | None:
    """Run a command on the draft that was seen; what was refused, None when it was done.

    Args:
        name: Of the form.
        beside: Refusals that belong to a field.
        told: What a refusal says, a line each, the first of them by itself; left out, its own sentence.

    Raises:
        Refusal: What was not found is no matter of this page.
    """
    form = await posted(visit.request)
    expected = revision_of(form)
    try:
        await visit.db.run(visit.caller, taken_once(form, lambda tx: command(tx, expected), now=visit.now))
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            raise
        first, *more = await told(refusal) if told else [sentence(refusal, place_of(visit.request).words)]
        at, typed = beside.get(type(refusal)), typed_in(form)
        sent = Sent(name, typed, {at: first}) if at is not None else Sent(name, typed, general=first)
        return Refused(sent, more, 422 if refusal.kind is Kind.INVALID else 409)
    return None
