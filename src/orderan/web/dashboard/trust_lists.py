"""Lists: whom the shop never takes orders from, and whom it always does."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.customers import atlas
from orderan.flows.list_buyers import Typed, list_typed
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.trust import (
    ENTRY_PREFIX,
    LISTED,
    Entry,
    EntryPast,
    EntryThere,
    KeyKind,
    KeyUnusable,
    ListVerdict,
    TrustUnexplained,
    entries,
    take_off_list,
)
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.trust import HERE as TRUST
from orderan.web.dashboard.trust import READ
from orderan.web.dashboard.trust_words import KEYS, VERDICTS
from orderan.web.forms import DateUnreadable, Sent, moment_typed, one, posted, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

WRITE: Final = {"needs": Permission.TRUST_WRITE}
HERE: Final = f"{TRUST}/lists"
NOTHING_SENT: Final = Sent()
SHOWN: Final = 50
BESIDE: Final[Mapping[type[Refusal], str]] = {
    KeyUnusable: "text",
    EntryThere: "text",
    TrustUnexplained: "reason",
    EntryPast: "until",
    DateUnreadable: "until",
}
LOOKS: Final = {
    ListVerdict.BLOCK: ("loss", "ban"),
    ListVerdict.ALLOW: ("done", "check"),
    ListVerdict.DISPOSABLE: ("calm", "mail"),
}
SAID: Final[Mapping[str, str]] = {
    "added": N_("Sudah masuk daftar. Pesanan berikutnya dinilai dengannya."),
    "removed": N_("Sudah dihapus dari daftar."),
}


@get(HERE, opt=READ, include_in_schema=False)
async def lists_page(
    visit: NamedDependency[Visit], said: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Response[Any]:
    """What stands on the lists, the newest first, and a form to add to them."""
    return await _page(visit, said=said, after=after)


@post(HERE, opt=WRITE, include_in_schema=False, status_code=200)
async def entry_added(visit: NamedDependency[Visit]) -> Response[Any]:
    """Put what was typed on a list."""
    require_whole_shop(visit.principal, Permission.TRUST_WRITE)
    form = await posted(visit.request)
    kind = next((known for known in LISTED if known == one(form, "kind")), KeyKind.PHONE)
    verdict = next((known for known in ListVerdict if known == one(form, "verdict")), ListVerdict.BLOCK)
    typed = Typed(kind, one(form, "text"), one(form, "village") or None)

    async def command(tx: Tx) -> str:
        until = until_typed(one(form, "until"), visit.principal.zone)
        await list_typed(
            tx,
            visit.keyring,
            typed,
            verdict,
            reason=one(form, "reason"),
            expires_at=until,
            now=visit.now,
        )
        return f"{HERE}?said=added"

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        return await _page(visit, sent=refused(visit.request, "add", form, refusal, BESIDE))


@post(f"{HERE}/{{entry:str}}/remove", opt=WRITE, include_in_schema=False, status_code=200)
async def entry_removed(visit: NamedDependency[Visit], entry: FromPath[str]) -> Response[Any]:
    """Take an entry off its list."""
    require_whole_shop(visit.principal, Permission.TRUST_WRITE)
    form = await posted(visit.request)
    found = from_text(ENTRY_PREFIX, entry)

    async def command(tx: Tx) -> str:
        await take_off_list(tx, found, now=visit.now)
        return f"{HERE}?said=removed"

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        if refusal.kind is not Kind.NOT_FOUND:
            raise
        # Somebody else took it off meanwhile: the page shows the list as it stands.
        return await _page(visit, sent=refused(visit.request, "remove", form, refusal, {}))


def until_typed(typed: str, zone: str) -> datetime | None:
    """The end of a day typed on the person's own clock; nothing typed is None.

    Raises:
        DateUnreadable: It is no day.
    """
    day = moment_typed(typed, zone)
    try:
        return None if day is None else day + timedelta(days=1)
    except OverflowError as fault:
        raise DateUnreadable(typed.strip()[:40]) from fault


async def _page(visit: Visit, *, said: str = "", after: str = "", sent: Sent = NOTHING_SENT) -> Response[Any]:
    require_whole_shop(visit.principal, Permission.TRUST_READ)
    words, before = place_of(visit.request).words, read_cursor(after)

    async def read(tx: Tx) -> tuple[list[Entry], Names]:
        found = await entries(tx, now=visit.now, limit=SHOWN + 1, before=before)
        return found, await names_of(tx, sorted({entry.made_by for entry in found}), {})

    found, names = await visit.db.run(visit.caller, read)
    village = str(sent.value("village"))
    place = atlas().place(village) if village else None
    return page(
        visit.request,
        "trust/lists.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        path=HERE,
        said=SAID.get(said, ""),
        sent=sent,
        rows=[_row(entry, names, words) for entry in found[:SHOWN]],
        older=_older(found) if not sent.refused else None,
        kinds=[(str(kind), words.gettext(KEYS[kind])) for kind in LISTED],
        village_name=place.written() if place else "",
        may_write=visit.principal.may(Permission.TRUST_WRITE),
    )


def _older(found: list[Entry]) -> str | None:
    """Where the next page begins."""
    return cursor_of(found[SHOWN - 1].made_at, found[SHOWN - 1].id) if len(found) > SHOWN else None


def _row(entry: Entry, names: Names, words: Words) -> dict[str, Any]:
    return {
        "id": to_text(ENTRY_PREFIX, entry.id),
        "look": LOOKS[entry.verdict],
        "verdict": words.gettext(VERDICTS[entry.verdict]),
        "kind": words.gettext(KEYS[entry.kind]),
        "shown": entry.shown,
        "reason": entry.reason,
        "by": names.who(entry.made_by, words),
        "made_at": entry.made_at,
        "expires_at": entry.expires_at,
    }


handlers: list[Any] = [lists_page, entry_added, entry_removed]
