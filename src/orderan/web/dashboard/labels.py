"""Labels of parcels: printed from the board, a task or a wave; every printing with what became of its labels."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import Permission
from orderan.flows.book_courier import Booker
from orderan.flows.print_labels import labels_of_job, print_labels, void_label
from orderan.flows.views_printing import (
    PrintedJob,
    PrintedLabel,
    printed_jobs,
    printed_labels,
    tasks_to_print,
)
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import from_text, to_text
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
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.courier_words import BOOKING_LOOKS, courier_name
from orderan.web.dashboard.desk import Flash, Visit, scope_of, told
from orderan.web.dashboard.names import names_of
from orderan.web.dashboard.warehouse import board, path_of
from orderan.web.forms import many, one, posted, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.SHIPPING_READ}
WRITE: Final = {"needs": Permission.SHIPPING_WRITE}
JOB: Final = "/warehouse/labels/{job_id:str}"
SHOWN: Final = 50
MOST_TASKS: Final = 500
WHY: Final = {
    "booking_not_packed": N_("Belum dikemas, atau sudah diserahkan."),
    "sender_missing": N_("Pengirim di lokasinya belum diisi."),
    "destination_missing": N_("Alamat pembeli belum lengkap."),
    "label_not_booked": N_("Belum ada kurir yang dipesan."),
    "packed_wrong": N_("Belum selesai di meja kemas."),
    "label_without_number": N_("Kurir belum memberi nomor resinya."),
    "booking_outdated": N_("COD yang ditagih kurir tidak sama lagi dengan tagihan; pesan ulang kurirnya."),
    "code_unprintable": N_("Nomor resinya tidak bisa dicetak sebagai barcode."),
}
"""Why a task has no label."""


def job_path(job_id: UUID) -> str:
    return f"/warehouse/labels/{to_text(JOB_PREFIX, job_id)}"


@get("/warehouse/labels", opt=READ, include_in_schema=False)
async def printed_page(visit: NamedDependency[Visit], after: FromQuery[str] = "") -> Response[str]:
    """What was printed, the newest first."""
    scope = scope_of(visit.principal)

    spoken = place_of(visit.request).words

    async def read(tx: Tx) -> tuple[list[PrintedJob], dict[str, str]]:
        found = await printed_jobs(tx, scope, after=read_cursor(after), limit=SHOWN + 1)
        actors = sorted({one.made_by for one in found})
        names = await names_of(tx, actors, {})
        return found, {actor: names.who(actor, spoken) for actor in actors}

    jobs, names = await visit.db.run(visit.caller, read)
    last = jobs[SHOWN - 1] if len(jobs) > SHOWN else None
    return page(
        visit.request,
        "warehouse/labels.html",
        now=visit.now,
        jobs=jobs[:SHOWN],
        names=names,
        job_path=job_path,
        older=cursor_of(last.made_at, last.id) if last else None,
    )


@get(JOB, opt=READ, include_in_schema=False)
async def job_page(visit: NamedDependency[Visit], job_id: FromPath[str]) -> Response[str]:
    """Labels printed together: the files, what was left out and why, and what became of each."""
    return await _job(visit, from_text(JOB_PREFIX, job_id))


async def _job(
    visit: Visit, job_id: UUID, *, flashes: list[Flash] | None = None, status: int = 200
) -> Response[str]:
    spoken = place_of(visit.request).words

    async def read(tx: Tx) -> tuple[PrintJob, list[PrintedLabel], str]:
        job, labels = await _seen(tx, visit, job_id)
        names = await names_of(tx, [job.made_by], {})
        return job, labels, names.who(job.made_by, spoken)

    job, labels, who = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "warehouse/label_job.html",
        status_code=status,
        now=visit.now,
        flashes=flashes or [],
        job=job,
        who=who,
        path=job_path(job_id),
        labels=labels,
        stands=[row for row in labels if row.state == BookingState.BOOKED],
        booked=BookingState.BOOKED,
        looks=BOOKING_LOOKS,
        left_out=[
            (row["number"], f"/warehouse/tasks/{row['task']}", WHY[row["why"]]) for row in job.left_out
        ],
        booking_id=lambda row: to_text(BOOKING_PREFIX, row.booking_id),
        courier_name=courier_name,
        path_of=path_of,
        may_write=visit.principal.may(Permission.SHIPPING_WRITE),
    )


async def _seen(tx: Tx, visit: Visit, job_id: UUID) -> tuple[PrintJob, list[PrintedLabel]]:
    """Raises PrintJobNotFound, also where a label is outside what the visitor may see."""
    job = await print_job(tx, job_id)
    labels = await printed_labels(tx, scope_of(visit.principal), job_id)
    if len(labels) != len(job.prints):
        raise PrintJobNotFound(to_text(JOB_PREFIX, job_id))
    return job, labels


@post("/warehouse/labels", opt=WRITE, include_in_schema=False, status_code=200)
async def labels_printed(visit: NamedDependency[Visit]) -> Response[Any]:
    """Labels of the tasks that were ticked, or of a wave; on to their files."""
    form = await posted(visit.request)
    tasks = [from_text("tsk", task) for task in many(form, "task")][:MOST_TASKS]
    waves = [from_text("wav", wave) for wave in many(form, "wave")]

    async def command(tx: Tx) -> PrintJob:
        found = await tasks_to_print(tx, scope_of(visit.principal), tasks=tasks, waves=waves)
        within = visit.principal.location_ids
        return await print_labels(tx, visit.keyring, found, within=within, now=visit.now)

    try:
        job = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        return await board(visit, tab="packed", place=one(form, "place"), flashes=flashes, status=409)
    return Redirect(job_path(job.id), status_code=303)


@post(f"{JOB}/again", opt=WRITE, include_in_schema=False, status_code=200)
async def labels_printed_again(visit: NamedDependency[Visit], job_id: FromPath[str]) -> Response[Any]:
    """Those that were ticked, or all that still stand; each says which copy it is."""
    form = await posted(visit.request)
    job = from_text(JOB_PREFIX, job_id)
    ticked = {from_text(BOOKING_PREFIX, booking) for booking in many(form, "booking")}

    async def command(tx: Tx) -> PrintJob:
        _, labels = await _seen(tx, visit, job)
        tasks = [row.task_id for row in labels if not ticked or row.booking_id in ticked]
        within = visit.principal.location_ids
        return await print_labels(tx, visit.keyring, tasks, within=within, now=visit.now)

    try:
        made = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        return await _job(visit, job, flashes=flashes, status=409)
    return Redirect(job_path(made.id), status_code=303)


@post(f"{JOB}/void", opt=WRITE, include_in_schema=False, status_code=200)
async def label_voided(
    visit: NamedDependency[Visit], booker: NamedDependency[Booker], job_id: FromPath[str]
) -> Response[Any]:
    """A label that is wanted no more; its courier is told before the page comes back, or by the worker."""
    form = await posted(visit.request)
    job = from_text(JOB_PREFIX, job_id)
    booking = from_text(BOOKING_PREFIX, one(form, "booking"))

    async def command(tx: Tx) -> None:
        _, labels = await _seen(tx, visit, job)
        if booking not in {row.booking_id for row in labels}:
            raise PrintJobNotFound(job_id)
        within = visit.principal.location_ids
        await void_label(tx, booking, reason="label dibatalkan", within=within, now=visit.now)

    try:
        await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
    except Refusal as refusal:
        flashes = [("loss", told(refusal, place_of(visit.request).words))]
        return await _job(visit, job, flashes=flashes, status=409)
    await booker.carry_out(visit.caller, booking)
    return Redirect(job_path(job), status_code=303)


async def _labels(visit: Visit, job_id: str) -> list[Label]:
    async def read(tx: Tx) -> list[Label]:
        job = from_text(JOB_PREFIX, job_id)
        await _seen(tx, visit, job)
        return await labels_of_job(tx, visit.keyring, job, now=visit.now)

    return await visit.db.run(visit.caller, read)


@get(f"{JOB}/labels.pdf", opt=WRITE, include_in_schema=False)
async def labels_pdf(visit: NamedDependency[Visit], job_id: FromPath[str]) -> Response[bytes]:
    """Pages of 100 x 150 mm."""
    content = await label_pdf(await _labels(visit, job_id))
    return Response(content, media_type="application/pdf", headers=_headers(job_id, "pdf"))


@get(f"{JOB}/labels.zpl", opt=WRITE, include_in_schema=False)
async def labels_zpl(visit: NamedDependency[Visit], job_id: FromPath[str]) -> Response[str]:
    """For a thermal printer of 203 dpi."""
    content = label_zpl(await _labels(visit, job_id))
    return Response(content, media_type="text/plain; charset=utf-8", headers=_headers(job_id, "zpl"))


def _headers(job_id: str, kind: str) -> dict[str, str]:
    return {
        "content-disposition": f'attachment; filename="{job_id}.{kind}"',
        "cache-control": "private, no-store",
    }


handlers: list[Any] = [
    printed_page,
    job_page,
    labels_printed,
    labels_printed_again,
    label_voided,
    labels_pdf,
    labels_zpl,
]
