"""Why things come back: the worst first, against the time before, and as a file."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission
from orderan.flows.views_return_reasons import Reasons, return_reasons
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.returns import Blamed, Cause, CountedBy, Trend
from orderan.shipping import COURIERS
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.finance import as_file
from orderan.web.dashboard.names import Names, names_of
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.return_words import CAUSES

HERE: Final = "/returns/reasons"
READ: Final = {"needs": Permission.RETURNS_READ}
DAYS: Final = (7, 30, 90)
USUAL: Final = 30
SHOWN: Final = 20
BYS: Final[Mapping[CountedBy, tuple[str, str]]] = {
    CountedBy.PRODUCT: (N_("Barang"), N_("Semua alasan.")),
    CountedBy.DESCRIPTION: (
        N_("Keterangan barang"),
        N_("Tidak sesuai keterangan: perbaiki foto atau teksnya."),
    ),
    CountedBy.COURIER: (N_("Kurir"), N_("Rusak waktu datang.")),
    CountedBy.PACKER: (N_("Pengemas"), N_("Barang lain, tidak lengkap, atau rusak.")),
    CountedBy.PICKER: (N_("Pengambil"), N_("Barang lain atau tidak lengkap.")),
}
TURNS: Final[Mapping[Trend, str]] = {
    Trend.WORSE: N_("Memburuk"),
    Trend.BETTER: N_("Membaik"),
    Trend.SAME: N_("Tetap"),
    Trend.UNTOLD: N_("Tanpa pembanding"),
}
HEADING: Final = (
    "by",
    "key",
    "label",
    "returned",
    "sent",
    "rate",
    "returned_before",
    "sent_before",
    "trend",
    "causes",
)


@get(HERE, opt=READ, include_in_schema=False)
async def return_reasons_page(visit: NamedDependency[Visit], days: FromQuery[str] = "") -> Response[str]:
    """Causes, then what and who is behind them."""
    chosen = _days(days)
    found, names = await _read(visit, chosen)
    words = place_of(visit.request).words
    return page(
        visit.request,
        "returns/reasons.html",
        now=visit.now,
        chosen=chosen,
        choices=DAYS,
        export=f"{HERE}/export.csv?days={chosen}",
        causes=[
            (words.gettext(CAUSES[Cause(cause)]) if cause else words.gettext(N_("Tanpa alasan")), now, before)
            for cause, (now, before) in found.causes.items()
        ],
        groups=[
            {
                "title": words.gettext(title),
                "hint": words.gettext(hint),
                "rows": [
                    {
                        "one": one,
                        "label": _called(one, names, words),
                        "turn": words.gettext(TURNS[one.trend]),
                        "worse": one.trend is Trend.WORSE,
                    }
                    for one in found.found[by][:SHOWN]
                ],
            }
            for by, (title, hint) in BYS.items()
        ],
    )


@get(f"{HERE}/export.csv", opt=READ, include_in_schema=False)
async def return_reasons_exported(visit: NamedDependency[Visit], days: FromQuery[str] = "") -> Response[str]:
    """All of it as a file, a line for each."""
    chosen = _days(days)
    found, names = await _read(visit, chosen)
    words = place_of(visit.request).words
    name = f"return-reasons-{chosen}-{visit.now:%Y%m%d}.csv"
    return as_file(name, HEADING, _lines(found, names, words))


def _days(typed: str) -> int:
    return next((days for days in DAYS if str(days) == typed), USUAL)


async def _read(visit: Visit, days: int) -> tuple[Reasons, Names]:
    async def read(tx: Tx) -> tuple[Reasons, Names]:
        since = visit.now - timedelta(days=days)
        found = await return_reasons(tx, scope_of(visit.principal), since=since, until=visit.now)
        actors = {one.key for by in (CountedBy.PACKER, CountedBy.PICKER) for one in found.found[by]}
        return found, await names_of(tx, sorted(actors), {})

    return await visit.db.run(visit.caller, read)


def _called(one: Blamed, names: Names, words: Any) -> str:
    if one.by in {CountedBy.PACKER, CountedBy.PICKER}:
        return names.who(one.key, words)
    if one.by is CountedBy.COURIER:
        return COURIERS[one.key].name if one.key in COURIERS else one.key
    return one.label or one.key


def _lines(found: Reasons, names: Names, words: Any) -> Iterator[tuple[Any, ...]]:
    for by in CountedBy:
        for one in found.found[by]:
            causes = " ".join(f"{cause or 'none'}={units}" for cause, units in sorted(one.causes.items()))
            yield (
                str(by), one.key, _called(one, names, words), one.now.returned, one.now.sent,
                round(one.now.rate, 6), one.before.returned, one.before.sent, str(one.trend), causes,
            )  # fmt: skip


handlers = [return_reasons_page, return_reasons_exported]
