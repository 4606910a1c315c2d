"""An order that was not taken: why, what the buyer says to it, and the answer."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.shops import Channel, list_channels
from orderan.trust import (
    DENIAL_PREFIX,
    LET_THROUGH,
    Denial,
    DenialEvent,
    DenialNotFound,
    TrustUnexplained,
    appeal,
    denial,
    judge,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.trust import HERE, READ, denial_path
from orderan.web.dashboard.trust_words import DENIAL_LOOKS, OUTCOMES, WAYS, denied_told
from orderan.web.forms import Sent, one, posted, refused, typed_in
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

WRITE: Final = {"needs": Permission.TRUST_WRITE}
NOTHING_SENT: Final = Sent()
SAID: Final[Mapping[str, str]] = {
    "appealed": N_("Keberatan dicatat. Jawab di bawah setelah diperiksa."),
    "uphold": N_("Keberatan ditolak. Kabari pembelinya."),
    "overturn": N_("Keberatan diterima. Pembeli ini bisa memesan lagi dengan cara yang sama."),
}
JUDGED: Final = {"uphold": DenialEvent.UPHOLD, "overturn": DenialEvent.OVERTURN}
BESIDE: Final[Mapping[type[Refusal], str]] = {TrustUnexplained: "words"}


@get(f"{HERE}/denials/{{denial_id:str}}", opt=READ, include_in_schema=False)
async def denial_page(
    visit: NamedDependency[Visit], denial_id: FromPath[str], said: FromQuery[str] = ""
) -> Response[Any]:
    """Why it was not taken, and what is to be answered."""
    return await _page(visit, from_text(DENIAL_PREFIX, denial_id), said=said)


@post(f"{HERE}/denials/{{denial_id:str}}/appeal", opt=WRITE, include_in_schema=False, status_code=200)
async def denial_appealed(visit: NamedDependency[Visit], denial_id: FromPath[str]) -> Response[Any]:
    """Write down what the buyer said on the telephone, or wherever they said it."""
    require_whole_shop(visit.principal, Permission.TRUST_WRITE)
    form = await posted(visit.request)
    found = from_text(DENIAL_PREFIX, denial_id)

    async def command(tx: Tx) -> str:
        await appeal(tx, found, one(form, "words"), now=visit.now)
        return f"{denial_path(found)}?said=appealed"

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            raise
        return await _page(visit, found, sent=refused(visit.request, "appeal", form, refusal, BESIDE))


@post(f"{HERE}/denials/{{denial_id:str}}/judge", opt=WRITE, include_in_schema=False, status_code=200)
async def denial_judged(visit: NamedDependency[Visit], denial_id: FromPath[str]) -> Response[Any]:
    """Answer the appeal, with a word why."""
    require_whole_shop(visit.principal, Permission.TRUST_WRITE)
    form = await posted(visit.request)
    found = from_text(DENIAL_PREFIX, denial_id)
    verdict = one(form, "verdict")
    event = JUDGED.get(verdict)
    if event is None:
        words = place_of(visit.request).words
        missing = Sent(
            "judge", typed_in(form), general=words.gettext("Pilih: terima atau tolak keberatannya.")
        )
        return await _page(visit, found, sent=missing)

    async def command(tx: Tx) -> str:
        await judge(tx, found, event, one(form, "words"), now=visit.now)
        return f"{denial_path(found)}?said={verdict}"

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            raise
        return await _page(visit, found, sent=refused(visit.request, "judge", form, refusal, BESIDE))


async def _page(visit: Visit, denial_id: UUID, *, said: str = "", sent: Sent = NOTHING_SENT) -> Response[Any]:
    require_whole_shop(visit.principal, Permission.TRUST_READ)
    words = place_of(visit.request).words

    async def read(tx: Tx) -> tuple[Denial, list[Any], Names, list[Channel]]:
        found = await denial(tx, denial_id)
        if found is None:
            raise DenialNotFound.of(denial_id)
        made = [one for one in await decisions.about(tx, denial_id) if one.kind == "trust"]
        actors = [actor for actor in (found.appealed_by, found.judged_by) if actor]
        return found, made, await names_of(tx, actors, {}), await list_channels(tx)

    found, made, names, channels = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "trust/denial.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        path=denial_path(denial_id),
        number=to_text(DENIAL_PREFIX, denial_id),
        said=SAID.get(said, ""),
        sent=sent,
        denial=found,
        look=DENIAL_LOOKS[found.state],
        outcome=words.gettext(OUTCOMES[found.outcome]),
        way=words.gettext(WAYS[found.way]),
        channel=next((one.name for one in channels if one.id == found.channel_id), None),
        reasons=denied_told(found.reasons, made[-1].outcome if made else None, words),
        appealed_by=names.who(found.appealed_by, words) if found.appealed_by else "",
        judged_by=names.who(found.judged_by, words) if found.judged_by else "",
        days=LET_THROUGH.days,
        may_write=visit.principal.may(Permission.TRUST_WRITE),
    )


handlers: list[Any] = [denial_page, denial_appealed, denial_judged]
