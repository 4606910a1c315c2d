"""The file of a return whose parcel is not what was issued: both side by side, evidence, and the decision."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.dispute_return import note_in_dispute, settle_dispute
from orderan.flows.views_parcel_back import ParcelBack, parcel_back
from orderan.flows.views_returns import ReturnRow, one_return
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.returns import DisputeEvent, DisputeNotFound, What, WordsMissing
from orderan.web.dashboard.desk import Visit, scope_of, told
from orderan.web.dashboard.names import names_of
from orderan.web.dashboard.return_parcels import dispute_path
from orderan.web.dashboard.returns import path_of
from orderan.web.forms import FormSentBefore, one, posted, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page

DIFFERENCES: Final[Mapping[What, str]] = {
    What.AWB: N_("Nomor resi"),
    What.WEIGHT: N_("Berat (gram)"),
    What.ORIGIN: N_("Kota asal"),
    What.MISSING: N_("Jumlah barang"),
}
DECISIONS: Final[Mapping[str, DisputeEvent]] = {
    "buyer": DisputeEvent.FOR_BUYER,
    "shop": DisputeEvent.FOR_SHOP,
}


@get("/returns/{return_id:str}/dispute", opt={"needs": Permission.RETURNS_READ}, include_in_schema=False)
async def dispute_page(visit: NamedDependency[Visit], return_id: FromPath[str]) -> Response[str]:
    """What was issued and what came, side by side."""
    return await _page(visit, from_text("ret", return_id))


async def _page(
    visit: Visit, return_id: UUID, *, typed: str = "", error: str = "", status_code: int = 200
) -> Response[str]:
    async def read(tx: Tx) -> tuple[ReturnRow, ParcelBack, Any]:
        row, _ = await one_return(tx, scope_of(visit.principal), return_id)
        parcel = await parcel_back(tx, return_id)
        if parcel.dispute is None:
            raise DisputeNotFound(to_text("ret", return_id))
        actors = {parcel.dispute.opened_by, parcel.dispute.decided_by or ""} - {""}
        return row, parcel, await names_of(tx, sorted(actors | {one.written_by for one in parcel.notes}), {})

    row, parcel, names = await visit.db.run(visit.caller, read)
    words = place_of(visit.request).words
    dispute = parcel.dispute
    return page(
        visit.request,
        "returns/dispute.html",
        status_code=status_code,
        now=visit.now,
        found=row,
        parcel=parcel,
        dispute=dispute,
        rows=_rows(parcel),
        who=lambda actor: names.who(actor, words),
        open=dispute is not None and dispute.state in {"open", "evidence"},
        typed=typed,
        errors={"words": error} if error else {},
        path=dispute_path(return_id),
        return_path=path_of(return_id),
        may_write=visit.principal.may(Permission.RETURNS_WRITE),
        may_decide=visit.principal.may(Permission.REFUNDS_GRANT),
    )


def _rows(parcel: ParcelBack) -> list[dict[str, Any]]:
    """Each thing that was compared: what it is, issued, seen, whether it differs, and in how many digits."""
    differs = {one.what: one for one in parcel.dispute.found} if parcel.dispute else {}
    issued, came = parcel.issued, parcel.reception
    rows = [
        (What.AWB, issued.awb if issued else "", came.awb if came else ""),
        (
            What.WEIGHT,
            str(issued.weight_g) if issued and issued.weight_g else "",
            str(came.weight_g) if came and came.weight_g is not None else "",
        ),
        (What.ORIGIN, issued.origin if issued else "", came.origin if came else ""),
        (
            What.MISSING,
            str(sum(line.expected for line in parcel.received)),
            str(sum(line.received for line in parcel.received)),
        ),
    ]
    return [
        {
            "label": DIFFERENCES[what],
            "issued": before,
            "seen": after,
            "differs": what in differs,
            "digits": differs[what].digits if what in differs else 0,
        }
        for what, before, after in rows
    ]


@post(
    "/returns/{return_id:str}/dispute",
    opt={"needs": Permission.RETURNS_WRITE},
    include_in_schema=False,
    status_code=200,
)
async def dispute_noted(visit: NamedDependency[Visit], return_id: FromPath[str]) -> Response[Any]:
    """Write evidence down."""
    found = from_text("ret", return_id)
    form = await posted(visit.request)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        await one_return(tx, scope_of(visit.principal), found)
        await note_in_dispute(tx, found, one(form, "words"), now=visit.now)

    return await _answered(visit, found, form, command)


@post(
    "/returns/{return_id:str}/dispute/decide",
    opt={"needs": Permission.REFUNDS_GRANT},
    include_in_schema=False,
    status_code=200,
)
async def dispute_decided(visit: NamedDependency[Visit], return_id: FromPath[str]) -> Response[Any]:
    """For the buyer or for the shop, as the button says."""
    found = from_text("ret", return_id)
    form = await posted(visit.request)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        await one_return(tx, scope_of(visit.principal), found)
        event = DECISIONS.get(one(form, "for"))
        if event is None:
            raise WordsMissing
        await settle_dispute(tx, found, event, words=one(form, "words"), now=visit.now)

    return await _answered(visit, found, form, command)


async def _answered(visit: Visit, found: UUID, form: Any, command: Any) -> Response[Any]:
    try:
        await visit.db.run(visit.caller, command)
    except FormSentBefore:
        return Redirect(dispute_path(found), status_code=303)
    except DisputeNotFound:
        raise
    except Refusal as refusal:
        error = told(refusal, place_of(visit.request).words)
        return await _page(
            visit,
            found,
            typed=one(form, "words"),
            error=error,
            status_code=422 if isinstance(refusal, WordsMissing) else 409,
        )
    return Redirect(dispute_path(found), status_code=303)


handlers: list[Any] = [dispute_page, dispute_noted, dispute_decided]
