"""Labels over the API: printed together, fetched as PDF or ZPL, printed again, taken out of use."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.print_labels import labels_of_job, print_labels, void_label
from orderan.flows.views_printing import PrintedLabel, printed_labels, tasks_to_print
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.printing import (
    JOB_PREFIX,
    Label,
    PrintJob,
    PrintJobNotFound,
    label_pdf,
    label_zpl,
    print_job,
)
from orderan.shipping import BOOKING_PREFIX, BookingState
from orderan.web.api.answering import READ, once, scope_of
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told

MOST = 500

TaskName = Annotated[str, Field(min_length=1, max_length=40, description="`tsk_...`")]
BookingName = Annotated[str, Field(min_length=1, max_length=40, description="`bkg_...`")]
WaveName = Annotated[str, Field(min_length=1, max_length=40, description="`wav_...`")]


class LabelsAsked(Asked):
    """Whose labels: of packed tasks, of bookings, of the tasks of waves; each once, in this order."""

    tasks: Annotated[list[TaskName], Field(default_factory=list, max_length=MOST)]
    bookings: Annotated[list[BookingName], Field(default_factory=list, max_length=MOST)]
    waves: Annotated[list[WaveName], Field(default_factory=list, max_length=20)]


class LabelVoidAsked(Asked):
    """Which label is wanted no more, and why."""

    booking: BookingName
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class PrintedLabelTold(Told):
    """A label; `copy_no` is 1 for the label itself, later ones are marked. Only one whose `state` is `booked` stands."""

    booking_id: str
    task_id: str
    order_id: str
    order_number: str
    courier: str
    service: str
    awb: str
    copy_no: int
    state: BookingState


class LabelLeftOutTold(Told):
    """A task whose label could not be printed; `reason` is the code of a refusal."""

    task_id: str
    order_number: str
    reason: str


class LabelPrintTold(Told):
    """Labels printed together; `pdf` and `zpl` are where the files are."""

    id: str
    made_at: datetime
    pdf: str
    zpl: str
    labels: list[PrintedLabelTold]
    left_out: list[LabelLeftOutTold]


@post("/label-prints", summary="Print labels", opt={"needs": Permission.SHIPPING_WRITE}, responses=REFUSED)
async def labels_printed(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    data: LabelsAsked,
    idempotency_key: IdempotencyKey,
) -> LabelPrintTold:
    """Every label that can be printed is, in one document; those that cannot are named with their reason.

    A label that was printed before is marked as another copy. Under the same key nothing is printed twice.
    """

    async def command(tx: Tx) -> LabelPrintTold:
        tasks = await tasks_to_print(
            tx,
            scope_of(principal),
            tasks=[from_text("tsk", one) for one in data.tasks],
            bookings=[from_text(BOOKING_PREFIX, one) for one in data.bookings],
            waves=[from_text("wav", one) for one in data.waves],
        )
        job = await print_labels(tx, keyring, tasks, within=principal.location_ids, now=now)
        return await _told(tx, principal, job)

    return await once(request, principal, runner, idempotency_key, command, now=now, status=201)


@get(
    "/label-prints/{job_id:str}",
    summary="Labels printed together",
    opt={"needs": Permission.SHIPPING_READ},
    responses=READ,
)
async def label_print_read(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    job_id: FromPath[str],
) -> LabelPrintTold:
    """As they stand now."""

    async def read(tx: Tx) -> LabelPrintTold:
        return await _told(tx, principal, await print_job(tx, from_text(JOB_PREFIX, job_id)))

    return await db.run(caller, read)


@post(
    "/label-prints/{job_id:str}/void",
    summary="Take a label out of use",
    opt={"needs": Permission.SHIPPING_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def label_voided(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    job_id: FromPath[str],
    data: LabelVoidAsked,
    idempotency_key: IdempotencyKey,
) -> LabelPrintTold:
    """Its booking is taken back and its courier told by the worker; its number can be handed over no more."""

    async def command(tx: Tx) -> LabelPrintTold:
        job = await print_job(tx, from_text(JOB_PREFIX, job_id))
        told = await _told(tx, principal, job)
        if data.booking not in {one.booking_id for one in told.labels}:
            raise PrintJobNotFound(job_id)
        booking = from_text(BOOKING_PREFIX, data.booking)
        await void_label(tx, booking, reason=data.reason, within=principal.location_ids, now=now)
        return await _told(tx, principal, job)

    return await once(request, principal, runner, idempotency_key, command, now=now)


@get(
    "/label-prints/{job_id:str}/labels.pdf",
    summary="Labels as PDF",
    opt={"needs": Permission.SHIPPING_WRITE},
    responses=READ,
    media_type="application/pdf",
)
async def label_print_pdf(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    job_id: FromPath[str],
) -> Response[bytes]:
    """Of those that still stand, a page of 100 x 150 mm each."""
    content = await label_pdf(await _labels(db, caller, principal, keyring, job_id, now))
    return Response(content, media_type="application/pdf", headers={"cache-control": "private, no-store"})


@get(
    "/label-prints/{job_id:str}/labels.zpl",
    summary="Labels as ZPL",
    opt={"needs": Permission.SHIPPING_WRITE},
    responses=READ,
    media_type="text/plain",
)
async def label_print_zpl(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    keyring: NamedDependency[Keyring],
    now: NamedDependency[datetime],
    job_id: FromPath[str],
) -> Response[bytes]:
    """Of those that still stand, for a thermal printer of 203 dpi."""
    content = label_zpl(await _labels(db, caller, principal, keyring, job_id, now)).encode()
    return Response(
        content, media_type="text/plain; charset=utf-8", headers={"cache-control": "private, no-store"}
    )


async def _labels(
    db: Database, caller: Caller, principal: Principal, keyring: Keyring, job_id: str, now: datetime
) -> list[Label]:
    async def read(tx: Tx) -> list[Label]:
        job = await print_job(tx, from_text(JOB_PREFIX, job_id))
        await _told(tx, principal, job)
        return await labels_of_job(tx, keyring, job.id, now=now)

    return await db.run(caller, read)


async def _told(tx: Tx, principal: Principal, job: PrintJob) -> LabelPrintTold:
    """Raises PrintJobNotFound, also where a label is outside what the caller may see."""
    labels = await printed_labels(tx, scope_of(principal), job.id)
    name = to_text(JOB_PREFIX, job.id)
    if len(labels) != len(job.prints):
        raise PrintJobNotFound(name)
    return LabelPrintTold(
        id=name,
        made_at=job.made_at,
        pdf=f"/api/v1/label-prints/{name}/labels.pdf",
        zpl=f"/api/v1/label-prints/{name}/labels.zpl",
        labels=[_label_told(one) for one in labels],
        left_out=[
            LabelLeftOutTold(task_id=one["task"], order_number=str(one["number"]), reason=one["why"])
            for one in job.left_out
        ],
    )


def _label_told(one: PrintedLabel) -> PrintedLabelTold:
    return PrintedLabelTold(
        booking_id=to_text(BOOKING_PREFIX, one.booking_id),
        task_id=to_text("tsk", one.task_id),
        order_id=to_text("ord", one.order_id),
        order_number=str(one.number),
        courier=one.courier,
        service=one.service,
        awb=one.awb,
        copy_no=one.copy,
        state=BookingState(one.state),
    )


handlers = [
    Router(
        "/api/v1",
        route_handlers=[labels_printed, label_print_read, label_voided, label_print_pdf, label_print_zpl],
        tags=["parcels"],
    )
]
