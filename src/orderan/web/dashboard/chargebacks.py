"""Chargebacks: what banks claim for their customers, and what the shop says to it."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.chargeback_files import Brought, add_file_to_chargeback, open_file
from orderan.flows.contest_chargeback import (
    ANSWER_WITHIN,
    add_to_chargeback,
    answer_chargeback,
    lose_chargeback,
    report_chargeback,
    win_chargeback,
)
from orderan.flows.views_money_back import SHOWN, Arrived, chargeback_list, parcels_arrived
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.kit.text import NumberMistyped, read_number
from orderan.orders import OrderNotFound, load_orders, order_numbered, require_sight
from orderan.payments import (
    AmountNotPositive,
    Chargeback,
    Evidence,
    EvidenceFile,
    EvidenceFilesTooMany,
    EvidenceFileTooLarge,
    EvidenceFileUnreadable,
    EvidenceKind,
    EvidenceMissing,
    EvidenceOfNobody,
    ReasonMissing,
    evidence_of,
    find_chargeback,
)
from orderan.shipping import COURIERS
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.money_back_words import CHARGEBACK_STATES, EVIDENCE_KINDS, chargeback_path
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.payments import NOTHING_SENT, common
from orderan.web.forms import (
    AmountUnreadable,
    DateUnreadable,
    FormSentBefore,
    Sent,
    amount_typed,
    moment_typed,
    one,
    posted,
    refused,
    sent_once,
)
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page

OPEN: Final = ("open", "evidence_sent", "expired")
BESIDE: Final[dict[type[Refusal], str]] = {
    NumberMistyped: "order",
    OrderNotFound: "order",
    AmountNotPositive: "amount",
    AmountUnreadable: "amount",
    ReasonMissing: "reason",
    DateUnreadable: "deadline",
    EvidenceMissing: "words",
    EvidenceFileUnreadable: "file",
    EvidenceFileTooLarge: "file",
    EvidenceFilesTooMany: "file",
    EvidenceOfNobody: "file",
}
MEDIA: Final = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
STEPS: Final = {"answer": answer_chargeback, "win": win_chargeback, "lose": lose_chargeback}


@get("/payments/chargebacks", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def chargebacks_page(
    visit: NamedDependency[Visit], tab: FromQuery[str] = "undecided", after: FromQuery[str] = ""
) -> Response[str]:
    """Those that are not decided, or those that are over."""
    return await _list(visit, tab, after=after)


def states_of(tab: str) -> tuple[str, ...]:
    """What a tab of the list shows: one state, or all that are not decided."""
    return (tab,) if tab in CHARGEBACK_STATES else OPEN


async def _list(visit: Visit, tab: str, *, after: str = "", sent: Sent = NOTHING_SENT) -> Response[str]:
    chosen, states = tab if tab in CHARGEBACK_STATES else "undecided", states_of(tab)
    place, scope = read_cursor(after), scope_of(visit.principal)
    rows = await visit.db.run(
        visit.caller, lambda tx: chargeback_list(tx, scope, states=states, after=place, limit=SHOWN + 1)
    )
    return page(
        visit.request,
        "payments/chargebacks.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        rows=rows[:SHOWN],
        older=cursor_of(rows[SHOWN - 1].listed_at, rows[SHOWN - 1].id) if len(rows) > SHOWN else None,
        after=after,
        next_up=next((row for row in rows if row.state == "open"), None),
        tab=chosen,
        states=CHARGEBACK_STATES,
        chargeback_path=chargeback_path,
        **common(visit.principal),
    )


@post(
    "/payments/chargebacks",
    opt={"needs": Permission.PAYMENTS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def chargeback_opened(visit: NamedDependency[Visit]) -> Response[Any]:
    """Type in what a bank wrote."""
    form = await posted(visit.request)

    async def command(tx: Tx) -> str:
        order = await order_numbered(tx, read_number(one(form, "order")))
        if order is None:
            raise OrderNotFound(one(form, "order"))
        await require_sight(tx, scope_of(visit.principal), [order])
        [(found, _)] = (await load_orders(tx, [order])).values()
        deadline = moment_typed(one(form, "deadline"), visit.principal.zone)
        made = await report_chargeback(
            tx,
            order,
            attempt_id=None,
            amount_minor=amount_typed(one(form, "amount"), found.currency),
            reason=one(form, "reason")[:300],
            deadline=deadline or visit.now + ANSWER_WITHIN,
            now=visit.now,
        )
        return chargeback_path(made.id)

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        return await _list(visit, "", sent=refused(visit.request, "open", form, refusal, BESIDE))


@get(
    "/payments/chargebacks/{chargeback_id:str}",
    opt={"needs": Permission.PAYMENTS_READ},
    include_in_schema=False,
)
async def chargeback_page(visit: NamedDependency[Visit], chargeback_id: FromPath[str]) -> Response[str]:
    """One chargeback, its next step on top."""
    return await _page(visit, from_text("cbk", chargeback_id))


async def _page(visit: Visit, chargeback_id: UUID, *, sent: Sent = NOTHING_SENT) -> Response[str]:
    async def read(tx: Tx) -> tuple[Chargeback, int, list[Evidence], list[Arrived], Names]:
        case = await _seen(tx, visit, chargeback_id)
        [(order, _)] = (await load_orders(tx, [case.order_id])).values()
        found = await evidence_of(tx, case.id)
        return (
            case,
            order.number,
            found,
            await parcels_arrived(tx, case.order_id),
            await names_of(tx, [case.opened_by, *(row.added_by for row in found)], {}),
        )

    case, number, evidence, parcels, names = await visit.db.run(visit.caller, read)
    spoken = place_of(visit.request).words
    return page(
        visit.request,
        "payments/chargeback.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        case=case,
        number=number,
        evidence=evidence,
        proofs=[
            f"{COURIERS[row.courier].name if row.courier in COURIERS else row.courier} {row.awb}"
            for row in parcels
        ],
        kinds=EVIDENCE_KINDS,
        file_path=lambda row: f"{chargeback_path(case.id)}/files/{to_text('evd', row.id)}",
        who=lambda actor: names.who(actor, spoken),
        states=CHARGEBACK_STATES,
        path=chargeback_path(case.id),
        **common(visit.principal),
    )


async def _seen(tx: Tx, visit: Visit, chargeback_id: UUID) -> Chargeback:
    case = await find_chargeback(tx, chargeback_id)
    await require_sight(tx, scope_of(visit.principal), [case.order_id])
    return case


@post(
    "/payments/chargebacks/{chargeback_id:str}/evidence",
    opt={"needs": Permission.PAYMENTS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def evidence_added(visit: NamedDependency[Visit], chargeback_id: FromPath[str]) -> Response[Any]:
    """Write down what the bank is to be told, or bring a file of it."""
    form = await posted(visit.request)
    found, brought = from_text("cbk", chargeback_id), await _file(form)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        await _seen(tx, visit, found)
        kind = EvidenceKind(one(form, "kind") if one(form, "kind") in EVIDENCE_KINDS else "note")
        words, now = one(form, "words")[:2_000], visit.now
        if brought is None:
            await add_to_chargeback(tx, found, kind, words, now=now)
        else:
            await add_file_to_chargeback(tx, visit.keyring, found, kind, words, brought, now=now)

    try:
        await visit.db.run(visit.caller, command)
    except FormSentBefore:
        return Redirect(chargeback_path(found), status_code=303)
    except Refusal as refusal:
        return await _page(visit, found, sent=refused(visit.request, "evidence", form, refusal, BESIDE))
    return Redirect(chargeback_path(found), status_code=303)


async def _file(form: FormMultiDict) -> Brought | None:
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None
    return Brought(upload.filename, await upload.read())


@get(
    "/payments/chargebacks/{chargeback_id:str}/files/{evidence_id:str}",
    opt={"needs": Permission.PAYMENTS_WRITE},
    include_in_schema=False,
)
async def file_taken(
    visit: NamedDependency[Visit], chargeback_id: FromPath[str], evidence_id: FromPath[str]
) -> Response[bytes]:
    """A file among the evidence, to be sent on to the bank."""
    case, evidence = from_text("cbk", chargeback_id), from_text("evd", evidence_id)

    async def read(tx: Tx) -> tuple[EvidenceFile, bytes]:
        await _seen(tx, visit, case)
        return await open_file(tx, visit.keyring, case, evidence, now=visit.now)

    file, content = await visit.db.run(visit.caller, read)
    ending = f".{file.kind}"
    name = file.name if file.name.lower().endswith(ending) else f"{file.name}{ending}"
    headers = {
        "content-disposition": f"attachment; filename=\"{evidence_id}{ending}\"; filename*=UTF-8''{quote(name)}",
        "cache-control": "private, no-store",
    }
    return Response(content, media_type=MEDIA[file.kind], headers=headers)


@post(
    "/payments/chargebacks/{chargeback_id:str}/step",
    opt={"needs": Permission.PAYMENTS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def chargeback_stepped(visit: NamedDependency[Visit], chargeback_id: FromPath[str]) -> Response[Any]:
    """The evidence went out, or the bank has decided, as the button says."""
    form = await posted(visit.request)
    found = from_text("cbk", chargeback_id)
    verb = STEPS.get(one(form, "step"))

    async def command(tx: Tx) -> None:
        await _seen(tx, visit, found)
        await sent_once(tx, form, now=visit.now)
        if verb is not None:
            await verb(tx, found, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except FormSentBefore:
        return Redirect(chargeback_path(found), status_code=303)
    except Refusal as refusal:
        return await _page(visit, found, sent=refused(visit.request, "step", form, refusal, {}))
    return Redirect(chargeback_path(found), status_code=303)


handlers = [
    chargebacks_page,
    chargeback_opened,
    chargeback_page,
    evidence_added,
    file_taken,
    chargeback_stepped,
]
