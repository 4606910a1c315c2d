"""A van on its tour: parcels, cash and orders follow what its driver does at the doors.

    leave      every parcel goes out for delivery; its buyer is told by that, and the first door is next
    part       what the buyer keeps of it is told first, and what is to be collected for that
    deliver    parcel delivered, cash collected to the rupiah, proof sealed under its buyer's key
    fail       the parcel stays in the van, a person is told, the rest of the run is solved again
    back       what failed waits for another van
    close      the cash on the table is booked as paid to us, or its difference is told
    broken     what was not brought yet waits for another van

Orders are locked before depots, and depots before runs, everywhere. Whoever comes second finds the stop made and is told so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from orderan.catalog import recognise
from orderan.customers import seals_for
from orderan.fleet import (
    AHEAD,
    RUN_PREFIX,
    CashCounted,
    CashDiffers,
    NothingWaits,
    PlanOvertaken,
    ReceiverMissing,
    Run,
    RunEvent,
    RunState,
    RunStop,
    StopEvent,
    StopState,
    approach,
    approach_first,
    cancel_runs,
    come_back,
    hand_in,
    keep_van,
    locked_depot,
    miss,
    move_run,
    own_van,
    run_for,
    skip_ahead,
    skip_stops,
    stop_for,
    stops_of,
)
from orderan.fleet import RUN as RUNS
from orderan.fleet import STOP as STOPS
from orderan.flows.accept_part import accept_part
from orderan.flows.collect_cod import Cash, cash_at_doors, collect_cod, remit_cod
from orderan.flows.deliver import move_on
from orderan.flows.plan_runs import plan_again_by_itself
from orderan.flows.views_fleet import Carried, carried
from orderan.kit import inbox
from orderan.kit.audit import Trace
from orderan.kit.audit import leave as leave_trail
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Refusal
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.orders import lock_orders
from orderan.shipping import OWN_FLEET, PARCEL, UNDER_WAY, ParcelEvent, ParcelState, parcels_of

LATE: Final = timedelta(minutes=15)
"""A van that is so much behind its plan is planned anew."""
FAILED_KIND: Final = "fleet_stop_failed"
CASH_KIND: Final = "fleet_cash_differs"
LONGEST_NAME: Final = 80
PROOF: Final = "fleet_stop"
"""Table of sealed proofs, as it is bound into their ciphertext."""
WHY: Final = {
    "nobody_home": N_("Tidak ada orang di rumah"),
    "wrong_address": N_("Alamat tidak ditemukan"),
    "refused": N_("Pembeli menolak"),
    "no_cash": N_("Uang COD belum siap"),
    "closed": N_("Tempat tutup"),
    "other": N_("Alasan lain"),
}
NEXT_STEP: Final = N_("Hubungi pembeli, lalu susun rute lagi atau kirim balik paketnya.")

Within = Collection[UUID] | None


async def leave(tx: Tx, run_id: UUID, *, driver_id: UUID | None, now: datetime) -> Run:
    """The van leaves with everything that is on its tour.

    Args:
        driver_id: Whose run it has to be; None is anybody's.

    Raises:
        RunNotFound: There is no such run, or it is another driver's.
        IllegalMove: It left before, or was cancelled.
        NothingWaits: Nothing of it is to be brought any more.
        PlanOvertaken: It was planned anew at this moment; nothing was done.
    """
    run = await run_for(tx, run_id, driver_id=driver_id)
    ahead = [stop for stop in await stops_of(tx, [run_id]) if stop.state in AHEAD]
    rows = await carried(tx, {stop.parcel_id for stop in ahead})
    await lock_orders(tx, {row.order_id for row in rows.values()})
    rows = await carried(tx, rows)
    going = [
        row.parcel_id for row in rows.values() if PARCEL.allows(ParcelState(row.state), ParcelEvent.GO_OUT)
    ]
    locked = await run_for(tx, run_id, driver_id=driver_id, lock=True)
    if locked.version != run.version:
        raise PlanOvertaken
    if going:
        await move_on(tx, going, ParcelEvent.GO_OUT, now=now)
    left = await _drop_gone(tx, ahead, rows, now=now)
    if not left:
        raise NothingWaits
    await move_run(tx, locked, RunEvent.LEAVE, now=now)
    await approach_first(tx, locked, now=now)
    await inbox.settle(tx, [_failed_key(row.parcel_id) for row in rows.values()], note="on its way", now=now)
    return locked


async def go_to(tx: Tx, run_id: UUID, stop_id: UUID, *, driver_id: UUID | None, now: datetime) -> None:
    """The driver goes to another door first.

    Raises:
        RunNotFound, StopNotFound: Not theirs.
        IllegalMove: The van is not out, or the stop was made.
    """
    run = await run_for(tx, run_id, driver_id=driver_id, lock=True)
    await approach(tx, run, await stop_for(tx, run, stop_id), now=now)


async def deliver_stop(
    tx: Tx,
    keyring: Keyring,
    run_id: UUID,
    stop_id: UUID,
    *,
    driver_id: UUID | None,
    received_by: str,
    photo: bytes | None,
    collected_minor: int,
    now: datetime,
) -> None:
    """The parcel was handed over, and its cash taken.

    Args:
        received_by: Who took it.
        photo: JPEG, PNG or WebP, told by its bytes.
        collected_minor: Cash that was taken; what is to be collected, to the rupiah.

    Raises:
        RunNotFound, StopNotFound: Not theirs.
        ReceiverMissing: Nobody is named.
        NotAnImage, ImageTooLarge: Of the photo.
        CashDiffers: More or less was taken than is to be collected; nothing was booked.
        IllegalMove: The van is not out, the stop was made, or the parcel is not on its way.
    """
    name = " ".join(received_by.split())[:LONGEST_NAME]
    if not name:
        raise ReceiverMissing
    picture = None if not photo else (recognise(photo).kind, photo)
    run = await run_for(tx, run_id, driver_id=driver_id)
    stop = await stop_for(tx, run, stop_id)
    STOPS.after(stop.state, StopEvent.DELIVER)
    row = await _locked(tx, stop)
    parcel = next(one for one in await parcels_of(tx, row.order_id) if one.id == row.parcel_id)
    due = (await cash_at_doors(tx, [parcel]))[parcel.id]
    if collected_minor != due:
        raise CashDiffers(due, collected_minor)
    # Whoever else said that it was delivered is right: the proof is still ours to keep.
    if row.state != ParcelState.DELIVERED:
        await move_on(tx, [row.parcel_id], ParcelEvent.DELIVER, now=now)
    if due:
        [answer] = await collect_cod(tx, OWN_FLEET, [Cash(row.awb, due)], now=now)
        if isinstance(answer, Refusal):
            raise answer
    run = await run_for(tx, run_id, driver_id=driver_id, lock=True)
    stop = await stop_for(tx, run, stop_id)
    sealed_name, sealed_photo = await _sealed(tx, keyring, row, name, picture)
    await hand_in(
        tx,
        run,
        stop,
        received_by=name,
        sealed_name=sealed_name,
        sealed_photo=sealed_photo,
        collected_minor=due,
        now=now,
    )
    await inbox.settle(tx, [_failed_key(row.parcel_id)], note="delivered", now=now)
    await _go_on(tx, run, late=now - stop.arrives_at > LATE, now=now)


async def keep_part(
    tx: Tx, run_id: UUID, stop_id: UUID, *, driver_id: UUID | None, kept: Mapping[int, int], now: datetime
) -> int:
    """The buyer keeps a part of a COD parcel; returns what is to be collected for it before it is handed over.

    Args:
        kept: Units by line number; what is not named was not kept.

    Raises:
        RunNotFound, StopNotFound: Not theirs.
        IllegalMove: The stop was made.
        NotCod, NotAtTheDoor, BeyondParcel, NotAPart: See `accept_part`; nothing changed.
    """
    run = await run_for(tx, run_id, driver_id=driver_id)
    stop = await stop_for(tx, run, stop_id)
    STOPS.after(stop.state, StopEvent.DELIVER)
    row = await _locked(tx, stop)
    await accept_part(tx, row.parcel_id, kept, now=now)
    parcel = next(one for one in await parcels_of(tx, row.order_id) if one.id == row.parcel_id)
    return (await cash_at_doors(tx, [parcel]))[parcel.id]


async def fail_stop(
    tx: Tx, run_id: UUID, stop_id: UUID, *, driver_id: UUID | None, reason: str, now: datetime
) -> None:
    """The parcel was not handed over; it stays in the van, and a person is told.

    Args:
        reason: One of `FAILURES`.

    Raises:
        RunNotFound, StopNotFound: Not theirs.
        FailureUnexplained: The reason is none of those.
        IllegalMove: The van is not out, the stop was made, or the parcel is not on its way.
    """
    run = await run_for(tx, run_id, driver_id=driver_id)
    stop = await stop_for(tx, run, stop_id)
    STOPS.after(stop.state, StopEvent.FAIL)
    row = await _locked(tx, stop)
    if row.state != ParcelState.ATTEMPT_FAILED:
        await move_on(tx, [row.parcel_id], ParcelEvent.FAIL, reason=WHY.get(reason), now=now)
    run = await run_for(tx, run_id, driver_id=driver_id, lock=True)
    await miss(tx, run, await stop_for(tx, run, stop_id), reason=reason, now=now)
    await inbox.report(tx, [_failed(row, reason)], now=now)
    await _go_on(tx, run, late=True, now=now)


async def back(tx: Tx, run_id: UUID, *, driver_id: UUID | None, within: Within = None, now: datetime) -> None:
    """The van is at its depot again.

    Raises:
        RunNotFound: Not theirs.
        StopsAhead: Parcels in it were neither handed over nor tried.
        IllegalMove: It was not out.
    """
    run = await run_for(tx, run_id, driver_id=driver_id, within=within, lock=True)
    ahead = [stop for stop in await stops_of(tx, [run_id]) if stop.state in AHEAD]
    await _drop_gone(tx, ahead, await carried(tx, {stop.parcel_id for stop in ahead}), now=now)
    await come_back(tx, run, now=now)


async def close(
    tx: Tx, run_id: UUID, *, counted_minor: int, anyway: bool, within: Within = None, now: datetime
) -> int:
    """The driver puts the cash on the table, and it is booked as paid to us; returns how much.

    Args:
        counted_minor: What was counted there.
        anyway: Close although it differs: nothing is booked, and a person is told.

    Raises:
        RunNotFound: Not theirs.
        IllegalMove: It is not back, or was closed.
        CashCounted: It differs, and nobody said that it may.
        Refusal: Whatever the ledger has against a line; nothing was booked.
    """
    run = await run_for(tx, run_id, within=within)
    RUNS.after(run.state, RunEvent.CLOSE)
    stops = [stop for stop in await stops_of(tx, [run_id]) if stop.collected_minor]
    expected = sum(stop.collected_minor for stop in stops)
    if counted_minor != expected and not anyway:
        raise CashCounted(expected, counted_minor)
    rows = await carried(tx, {stop.parcel_id for stop in stops})
    booked = counted_minor == expected
    if stops and booked:
        cash = [Cash(rows[stop.parcel_id].awb, stop.collected_minor) for stop in stops]
        for answer in await remit_cod(tx, OWN_FLEET, to_text(RUN_PREFIX, run_id), cash, now=now):
            if isinstance(answer, Refusal):
                raise answer
    locked = await run_for(tx, run_id, within=within, lock=True)
    if locked.version != run.version:
        raise PlanOvertaken
    await move_run(tx, locked, RunEvent.CLOSE, now=now)
    if not booked:
        currency = next((rows[stop.parcel_id].currency for stop in stops), "IDR")
        await inbox.report(tx, [_differs(run, expected, counted_minor, currency)], now=now)
    return expected if booked else 0


async def break_down(tx: Tx, run_id: UUID, *, within: Within = None, now: datetime) -> int:
    """The van is broken: what it was to bring waits for another, and it is out of use; returns how many parcels.

    Raises:
        RunNotFound: Not theirs.
        IllegalMove: It is back already.
    """
    run = await run_for(tx, run_id, within=within)
    await locked_depot(tx, run.location_id)
    run = await run_for(tx, run_id, within=within, lock=True)
    if run.state is RunState.PLANNED:
        ahead = [stop for stop in await stops_of(tx, [run_id]) if stop.state in AHEAD]
        await cancel_runs(tx, [run], now=now)
    else:
        ahead = await skip_ahead(tx, [run], now=now)
        await move_run(tx, run, RunEvent.RETURN, now=now)
    van = await own_van(tx, run.location_id, run.van_id)
    await keep_van(tx, replace(van, active=False), now=now)
    trace = Trace("fleet.break_down", "run", str(run_id), after={"waiting_again": len(ahead)})
    await leave_trail(tx, trace, now=now)
    return len(ahead)


async def _locked(tx: Tx, stop: RunStop) -> Carried:
    """The parcel of a stop, its order locked before anything is looked at."""
    await lock_orders(tx, {stop.order_id})
    return (await carried(tx, [stop.parcel_id]))[stop.parcel_id]


async def _drop_gone(
    tx: Tx, ahead: Sequence[RunStop], rows: dict[UUID, Carried], *, now: datetime
) -> list[RunStop]:
    """Take stops off whose parcels were brought, sent back or lost meanwhile; returns the others."""
    gone = [stop for stop in ahead if ParcelState(rows[stop.parcel_id].state) not in UNDER_WAY]
    await skip_stops(tx, gone, now=now)
    return [stop for stop in ahead if stop not in gone]


async def _go_on(tx: Tx, run: Run, *, late: bool, now: datetime) -> None:
    """On to the next door, and another plan for the rest where this one does not hold."""
    ahead = [stop for stop in await stops_of(tx, [run.id]) if stop.state in AHEAD]
    ahead = await _drop_gone(tx, ahead, await carried(tx, {stop.parcel_id for stop in ahead}), now=now)
    await approach_first(tx, run, now=now)
    if late and sum(stop.state is StopState.PLANNED for stop in ahead) > 1:
        await plan_again_by_itself(tx, run, now=now)


async def _sealed(
    tx: Tx, keyring: Keyring, row: Carried, name: str, picture: tuple[str, bytes] | None
) -> tuple[bytes, bytes | None]:
    """Proof under the key of the parcel's buyer; of one without, or erased, that it was given and no more."""
    seals = await seals_for(tx, keyring, [row.customer_id] if row.customer_id else [])
    seal = seals.get(row.customer_id) if row.customer_id else None
    if seal is None:
        return b"", None
    photo = None
    if picture is not None:
        kind, content = picture
        photo = seal.shut(PROOF, "photo", f"{kind}:{content.hex()}")
    return seal.shut(PROOF, "received_by", name), photo


def _failed_key(parcel_id: UUID) -> str:
    return f"{FAILED_KIND}:{parcel_id}"


def _failed(row: Carried, reason: str) -> Stuck:
    return Stuck(
        kind=FAILED_KIND,
        reason=reason,
        subject_kind="order",
        subject_id=row.order_id,
        dedupe_key=_failed_key(row.parcel_id),
        payload={"number": row.number, "courier": OWN_FLEET, "awb": row.awb},
        money_minor=row.total_minor,
        currency=row.currency,
        deadline=None,
        next_step=NEXT_STEP,
    )


def _differs(run: Run, expected: int, counted: int, currency: str) -> Stuck:
    return Stuck(
        kind=CASH_KIND,
        reason="short" if counted < expected else "over",
        subject_kind="run",
        subject_id=run.id,
        dedupe_key=f"{CASH_KIND}:{run.id}",
        payload={
            "run": to_text(RUN_PREFIX, run.id),
            "expected_minor": expected,
            "counted_minor": counted,
        },
        money_minor=abs(expected - counted),
        currency=currency,
        deadline=None,
        next_step=N_("Tanyakan sopirnya, lalu catat setoran yang benar di halaman uang COD."),
    )
