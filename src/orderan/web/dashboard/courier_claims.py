"""Claims to couriers: what is to be filed and until when, what they answered, and what they paid."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.claim_parcels import claim_by_hand, pursue_claim
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.orders import load_orders
from orderan.shipping import (
    CLAIM_PREFIX,
    COURIERS,
    OWN_FLEET,
    USUAL_CLAIM_DAYS,
    ClaimAmountUnusable,
    ClaimDaysUnusable,
    ClaimEvent,
    ClaimEvidence,
    ClaimKindUnknown,
    ClaimState,
    ClaimSum,
    ClaimThereAlready,
    EvidenceUnusable,
    ListedClaim,
    Parcel,
    ParcelClaim,
    ParcelNotClaimable,
    ParcelNotFound,
    ParcelStep,
    add_claim_evidence,
    claim_days,
    claim_evidence_of,
    claim_sums,
    claim_with_id,
    list_claims,
    parcels_of,
    set_claim_days,
    steps_of,
)
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.courier_words import courier_name, courier_names
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.finance import as_file
from orderan.web.dashboard.names import Names, names_of
from orderan.web.forms import (
    AmountUnreadable,
    CountUnreadable,
    FormSentBefore,
    Sent,
    amount_typed,
    count_typed,
    one,
    posted,
    refused,
    sent_once,
)
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

HERE: Final = "/shipping/claims"
READ: Final = {"needs": Permission.SHIPPING_READ}
WRITE: Final = {"needs": Permission.SHIPPING_WRITE}
SHOWN: Final = 50
MOST_FILED: Final = 10_000
NOTHING_SENT: Final = Sent()
_S = ClaimState
TABS: Final[dict[str, tuple[str, tuple[ClaimState, ...]]]] = {
    "going": (N_("Berjalan"), (_S.OPEN, _S.FILED, _S.ACCEPTED, _S.REFUSED)),
    "paid": (N_("Dibayar"), (_S.PAID,)),
    "dropped": (N_("Dilepas"), (_S.DROPPED,)),
}
LOOKS: Final = {
    _S.OPEN: (N_("Perlu diajukan"), "act", "alert-triangle"),
    _S.FILED: (N_("Menunggu kurir"), "wait", "hourglass"),
    _S.ACCEPTED: (N_("Disetujui, belum dibayar"), "wait", "clock"),
    _S.REFUSED: (N_("Ditolak kurir"), "loss", "ban"),
    _S.PAID: (N_("Sudah dibayar"), "done", "circle-check"),
    _S.DROPPED: (N_("Tidak diteruskan"), "calm", "ban"),
}
KINDS: Final = {"lost": N_("Paket hilang"), "damaged": N_("Paket rusak")}
COLUMNS: Final = (
    "claim", "order", "courier", "awb", "kind", "state", "claimed", "accepted", "paid", "reference", "deadline",
    "opened_at", "moved_at",
)  # fmt: skip
BESIDE: Final[dict[type[Refusal], str]] = {
    ClaimAmountUnusable: "amount",
    AmountUnreadable: "amount",
    EvidenceUnusable: "words",
    ClaimDaysUnusable: "days",
    CountUnreadable: "days",
    ParcelNotFound: "awb",
    ParcelNotClaimable: "awb",
    ClaimThereAlready: "awb",
    ClaimKindUnknown: "kind",
}


def claim_path(claim_id: UUID) -> str:
    return f"{HERE}/{to_text(CLAIM_PREFIX, claim_id)}"


@get(HERE, opt=READ, include_in_schema=False)
async def claims_page(
    visit: NamedDependency[Visit],
    tab: FromQuery[str] = "going",
    courier: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Claims by where they stand, those whose deadline is first first."""
    return await _list(visit, tab, courier=courier, after=after)


async def _list(
    visit: Visit, tab: str, *, courier: str = "", after: str = "", sent: Sent = NOTHING_SENT
) -> Response[str]:
    require_whole_shop(visit.principal, Permission.SHIPPING_READ)
    chosen = tab if tab in TABS else "going"

    async def read(tx: Tx) -> tuple[list[ListedClaim], dict[str, ClaimSum], dict[str, int]]:
        rows = await list_claims(
            tx, TABS[chosen][1], courier=courier or None, after=read_cursor(after), limit=SHOWN + 1
        )
        return rows, await claim_sums(tx), await claim_days(tx)

    rows, sums, days = await visit.db.run(visit.caller, read)
    words = place_of(visit.request).words
    last = rows[SHOWN - 1].claim if len(rows) > SHOWN else None
    return page(
        visit.request,
        "shipping/claims.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        rows=rows[:SHOWN],
        tab=chosen,
        tabs=[
            (name, label, sum(sums[state].many for state in states if state in sums))
            for name, (label, states) in TABS.items()
        ],
        to_file=sums.get(_S.OPEN, ClaimSum()),
        at_courier=_together(sums, (_S.FILED, _S.ACCEPTED)),
        paid=sums.get(_S.PAID, ClaimSum()),
        courier=courier,
        couriers=_carriers(words),
        days=[(courier_name(code, words), days.get(code)) for code in _used(days, rows)],
        usual_days=USUAL_CLAIM_DAYS,
        older=cursor_of(last.deadline, last.id) if last else None,
        looks=LOOKS,
        kinds=KINDS,
        courier_name=courier_name,
        claim_path=claim_path,
        path=HERE,
        may_write=visit.principal.may(Permission.SHIPPING_WRITE),
    )


def _carriers(words: Words) -> list[tuple[str, str]]:
    return [(code, name) for code, name in courier_names(words).items() if code != OWN_FLEET]


def _used(days: dict[str, int], rows: Sequence[ListedClaim]) -> list[str]:
    """Couriers of which something is said, or that stand on this page."""
    return [code for code in COURIERS if code in days or any(row.claim.courier == code for row in rows)]


def _together(sums: dict[str, ClaimSum], states: Sequence[ClaimState]) -> ClaimSum:
    found = [sums[state] for state in states if state in sums]
    return ClaimSum(
        sum(one.many for one in found),
        sum(one.claimed_minor for one in found),
        sum(one.accepted_minor for one in found),
        sum(one.paid_minor for one in found),
    )


@get(f"{HERE}/export.csv", opt=READ, include_in_schema=False)
async def claims_exported(visit: NamedDependency[Visit], tab: FromQuery[str] = "going") -> Response[str]:
    """The same as a file, the first ten thousand."""
    require_whole_shop(visit.principal, Permission.SHIPPING_READ)
    states = TABS[tab if tab in TABS else "going"][1]
    rows = await visit.db.run(visit.caller, lambda tx: list_claims(tx, states, limit=MOST_FILED))
    cells = [
        (
            to_text(CLAIM_PREFIX, row.claim.id),
            row.number,
            row.claim.courier,
            row.awb,
            row.claim.kind,
            row.claim.state,
            row.claim.amount_minor,
            row.claim.accepted_minor,
            row.claim.paid_minor,
            row.claim.reference,
            row.claim.deadline.isoformat(),
            row.claim.opened_at.isoformat(),
            row.claim.moved_at.isoformat(),
        )
        for row in rows
    ]
    return as_file(f"courier-claims-{visit.now:%Y%m%d}.csv", COLUMNS, cells)


@post(HERE, opt=WRITE, include_in_schema=False, status_code=200)
async def claim_opened(visit: NamedDependency[Visit]) -> Response[Any]:
    """Open a claim for a parcel by its number."""
    require_whole_shop(visit.principal, Permission.SHIPPING_WRITE)
    form = await posted(visit.request)

    async def command(tx: Tx) -> str:
        made = await claim_by_hand(
            tx, one(form, "awb"), one(form, "kind"), courier=one(form, "courier") or None, now=visit.now
        )
        return claim_path(made.id)

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        return await _list(visit, "", sent=refused(visit.request, "open", form, refusal, BESIDE))


@post(f"{HERE}/days", opt=WRITE, include_in_schema=False, status_code=200)
async def claim_days_set(visit: NamedDependency[Visit]) -> Response[Any]:
    """Say within how many days a courier takes claims."""
    require_whole_shop(visit.principal, Permission.SHIPPING_WRITE)
    form = await posted(visit.request)

    async def command(tx: Tx) -> str:
        days = count_typed(one(form, "days"))
        await set_claim_days(tx, one(form, "courier"), days, now=visit.now)
        return HERE

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        return await _list(visit, "", sent=refused(visit.request, "days", form, refusal, BESIDE))


@get(f"{HERE}/{{claim_id:str}}", opt=READ, include_in_schema=False)
async def claim_page(visit: NamedDependency[Visit], claim_id: FromPath[str]) -> Response[str]:
    """One claim, its next step on top, with what its courier said of the parcel."""
    return await _page(visit, from_text(CLAIM_PREFIX, claim_id))


async def _page(visit: Visit, claim_id: UUID, *, sent: Sent = NOTHING_SENT) -> Response[str]:
    require_whole_shop(visit.principal, Permission.SHIPPING_READ)

    async def read(
        tx: Tx,
    ) -> tuple[ParcelClaim, Parcel, Any, list[ClaimEvidence], list[ParcelStep], Names]:
        claim = await claim_with_id(tx, claim_id)
        evidence = await claim_evidence_of(tx, claim_id)
        parcel = next(one for one in await parcels_of(tx, claim.order_id) if one.id == claim.parcel_id)
        [(order, _)] = (await load_orders(tx, [claim.order_id])).values()
        actors = sorted({claim.moved_by, *(row.added_by for row in evidence)})
        return (
            claim,
            parcel,
            order,
            evidence,
            await steps_of(tx, [parcel.id]),
            await names_of(tx, actors, {}),
        )

    claim, parcel, order, evidence, steps, names = await visit.db.run(visit.caller, read)
    words = place_of(visit.request).words
    return page(
        visit.request,
        "shipping/claim.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        claim=claim,
        parcel=parcel,
        order=order,
        order_path=f"/orders/{to_text('ord', order.id)}",
        task_path=f"/warehouse/tasks/{to_text('tsk', parcel.task_id)}",
        evidence=evidence,
        steps=steps,
        looks=LOOKS,
        kinds=KINDS,
        courier=courier_name(claim.courier, words),
        who=lambda actor: names.who(actor, words),
        path=claim_path(claim.id),
        may_write=visit.principal.may(Permission.SHIPPING_WRITE),
    )


@post(f"{HERE}/{{claim_id:str}}/evidence", opt=WRITE, include_in_schema=False, status_code=200)
async def claim_evidence_added(visit: NamedDependency[Visit], claim_id: FromPath[str]) -> Response[Any]:
    """Write down what speaks for it."""
    require_whole_shop(visit.principal, Permission.SHIPPING_WRITE)
    form, found = await posted(visit.request), from_text(CLAIM_PREFIX, claim_id)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        await add_claim_evidence(tx, found, one(form, "words"), now=visit.now)

    return await _done(visit, found, "evidence", form, command)


@post(f"{HERE}/{{claim_id:str}}/step", opt=WRITE, include_in_schema=False, status_code=200)
async def claim_stepped(visit: NamedDependency[Visit], claim_id: FromPath[str]) -> Response[Any]:
    """It was filed, answered, paid or dropped, as the button says."""
    require_whole_shop(visit.principal, Permission.SHIPPING_WRITE)
    form, found = await posted(visit.request), from_text(CLAIM_PREFIX, claim_id)
    event = next((event for event in ClaimEvent if event == one(form, "step")), None)

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        if event is None:
            return
        amount = None
        if typed := one(form, "amount").strip():
            claim = await claim_with_id(tx, found)
            [(order, _)] = (await load_orders(tx, [claim.order_id])).values()
            amount = amount_typed(typed, order.currency)
        await pursue_claim(
            tx, found, event, amount_minor=amount, reference=one(form, "reference"), now=visit.now
        )

    return await _done(visit, found, "step", form, command)


async def _done(visit: Visit, found: UUID, name: str, form: Any, command: Any) -> Response[Any]:
    try:
        await visit.db.run(visit.caller, command)
    except FormSentBefore:
        return Redirect(claim_path(found), status_code=303)
    except Refusal as refusal:
        return await _page(visit, found, sent=refused(visit.request, name, form, refusal, BESIDE))
    return Redirect(claim_path(found), status_code=303)


handlers: list[Any] = [
    claims_page,
    claims_exported,
    claim_opened,
    claim_days_set,
    claim_page,
    claim_evidence_added,
    claim_stepped,
]
