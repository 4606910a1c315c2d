"""Nothing is stuck in silence: every state that is not an end has a limit.

    past its limit   an entry in the exception inbox, with the money at stake and the next step
    moved on         the entry closes by itself on the next round

This is the one register of limits. A state of a machine that is neither here nor in RESTING fails
a test, so a new state cannot be added without saying how long anything may stand in it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from orderan.fleet import PLANNING as FLEET_PLANNING
from orderan.fleet import RUN as FLEET_RUN
from orderan.fleet import STOP as FLEET_STOP
from orderan.fleet import PlanningState, RunState, plannings_waiting, runs_waiting
from orderan.fleet import StopState as FleetStopState
from orderan.fulfilment import TASK, TaskState, parcels_waiting, tasks_waiting
from orderan.incidents import INCIDENT, IncidentState, incidents_waiting
from orderan.inventory import TRANSFER, TransferState, transfers_waiting
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.inbox import Stuck
from orderan.notifications import (
    DELIVERY,
    MESSAGE,
    DeliveryState,
    MessageState,
    deliveries_waiting,
)
from orderan.orders import (
    CHANGE,
    COMMERCIAL,
    HOLD,
    VERIFICATION,
    ChangeState,
    Commercial,
    HoldState,
    Verification,
    changes_waiting,
    holds_waiting,
    moneys_waiting,
    orders_waiting,
    verifications_waiting,
)
from orderan.packing import PACKING, PackingState
from orderan.payments import (
    APPROVAL,
    ATTEMPT,
    CHARGEBACK,
    PAYOUT,
    REFUND,
    REFUND_TRY,
    VOUCHER,
    Approval,
    AttemptState,
    ChargebackState,
    Money,
    PayoutState,
    RefundState,
    TryState,
    VoucherState,
    approvals_waiting,
    attempts_waiting,
    chargebacks_waiting,
    payouts_waiting,
    refund_tries_waiting,
    refunds_waiting,
    vouchers_waiting,
)
from orderan.picking import LIST, WAVE, ListState, WaveState
from orderan.promotions import PROMOTION, REDEMPTION, PromotionState, RedemptionState
from orderan.returns import (
    DISPUTE,
    EXCHANGE,
    RETURN,
    DisputeState,
    ExchangeState,
    ReturnState,
    returns_waiting,
)
from orderan.settlements import ENTRY, EntryState, entries_waiting, payouts_unseen
from orderan.shipping import (
    BOOKING,
    CLAIM,
    DOOR,
    MANIFEST,
    PARCEL,
    BookingState,
    ClaimState,
    DoorState,
    ManifestState,
    ParcelState,
    bookings_waiting,
    claims_waiting,
    parcels_silent,
)
from orderan.stocktake import AREA as COUNT_AREA
from orderan.stocktake import TAKE, AreaState, TakeState, takes_waiting
from orderan.trust import (
    DENIAL,
    MODEL,
    REVIEW,
    DenialState,
    ModelState,
    ReviewState,
    denials_waiting,
    reviews_waiting,
    trainings_waiting,
)
from orderan.verification import ATTEMPT as ASKING
from orderan.verification import DAY as DELIVERY_DAY
from orderan.verification import OPEN, UNSAID, DayState
from orderan.verification import AttemptState as AskingState

Look = Callable[[Tx, Mapping[str, datetime]], Awaitable[list[Any]]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
QUIET = 3 * DAY
"""How long an entry a person closed stays away while its trouble lasts."""


@dataclass(frozen=True)
class Limit:
    """How long something may stand in a state, and what to do about it then.

    A row that knows its own deadline keeps it; whatever else is late once the limit has passed.
    """

    after: timedelta
    next_step: str


@dataclass(frozen=True)
class Watch:
    """One machine's limits, and the one statement that finds what is past them.

    Attributes:
        machine: Its name, as the machine itself has it.
        kind: Of the inbox entries.
        subject: What they are about: `order`, or the thing itself where no order is behind it.
    """

    machine: str
    kind: str
    subject: str
    look: Look
    limits: Mapping[str, Limit]


WATCHES = (
    Watch(
        TASK.name,
        "task_waiting",
        "order",
        tasks_waiting,
        {
            TaskState.PLANNED: Limit(
                2 * DAY, N_("Rilis tugasnya ke gudang, atau cari tahu apa yang menahan.")
            ),
            TaskState.RELEASED: Limit(DAY, N_("Mulai ambil barangnya.")),
            TaskState.PICKING: Limit(4 * HOUR, N_("Selesaikan pengambilan, atau laporkan kurang.")),
            TaskState.SHORT: Limit(
                DAY, N_("Cari barangnya, ambil dari lokasi lain, atau batalkan bagian yang kurang.")
            ),
            TaskState.PICKED: Limit(12 * HOUR, N_("Kemas barangnya.")),
            TaskState.PACKED: Limit(DAY, N_("Serahkan paket ke kurir.")),
        },
    ),
    Watch(
        PARCEL.name,
        "parcel_waiting",
        "order",
        parcels_waiting,
        {
            ParcelState.CREATED: Limit(2 * DAY, N_("Serahkan paket ke kurir.")),
            ParcelState.PICKED_UP: Limit(3 * DAY, N_("Tanyakan paket ini ke kurir.")),
            ParcelState.IN_TRANSIT: Limit(7 * DAY, N_("Tanyakan paket ini ke kurir.")),
            ParcelState.OUT_FOR_DELIVERY: Limit(2 * DAY, N_("Tanyakan paket ini ke kurir.")),
            ParcelState.ATTEMPT_FAILED: Limit(2 * DAY, N_("Hubungi pembeli dan minta kurir mengantar lagi.")),
            ParcelState.RETURNING: Limit(14 * DAY, N_("Tanyakan ke kurir kapan paket kembali.")),
        },
    ),
    # Of parcels whose courier was asked: it may stand longer in a state than it may say nothing new.
    Watch(
        PARCEL.name,
        "parcel_silent",
        "order",
        parcels_silent,
        {
            ParcelState.PICKED_UP: Limit(DAY, N_("Kurir ditanya dan diam. Tanyakan paket ini ke mereka.")),
            ParcelState.IN_TRANSIT: Limit(
                3 * DAY, N_("Kurir ditanya dan diam. Tanyakan paket ini ke mereka.")
            ),
            ParcelState.OUT_FOR_DELIVERY: Limit(
                DAY, N_("Kurir ditanya dan diam. Tanyakan paket ini ke mereka.")
            ),
            ParcelState.RETURNING: Limit(
                5 * DAY, N_("Kurir ditanya dan diam. Tanyakan paket ini ke mereka.")
            ),
        },
    ),
    Watch(
        BOOKING.name,
        "booking_waiting",
        "order",
        bookings_waiting,
        {
            BookingState.WANTED: Limit(
                HOUR, N_("Tidak ada yang memesan kurirnya: periksa apakah pekerja latar berjalan.")
            ),
            BookingState.ASKING: Limit(
                HOUR, N_("Tidak ada yang memesan kurirnya: periksa apakah pekerja latar berjalan.")
            ),
            BookingState.UNKNOWN: Limit(
                HOUR,
                N_("Lihat dasbor kurir: apakah paket ini sudah dipesan? Lalu catat di halaman tugasnya."),
            ),
            BookingState.BOOKED: Limit(
                4 * HOUR, N_("Kurir belum memberi nomor resi: tanyakan, atau pesan kurir lain.")
            ),
            BookingState.WITHDRAWING: Limit(
                2 * HOUR, N_("Kurir belum membatalkan pemesanan ini: batalkan di dasbornya.")
            ),
        },
    ),
    # An open claim waits from a few days before its deadline on, which it keeps.
    Watch(
        CLAIM.name,
        "claim_waiting",
        "order",
        claims_waiting,
        {
            ClaimState.OPEN: Limit(
                timedelta(), N_("Ajukan klaim ini ke kurir dengan buktinya sebelum batas waktunya.")
            ),
            ClaimState.FILED: Limit(14 * DAY, N_("Tanyakan jawaban kurir atas klaim ini.")),
            ClaimState.ACCEPTED: Limit(14 * DAY, N_("Tagih ganti rugi yang sudah disetujui kurir.")),
            ClaimState.REFUSED: Limit(7 * DAY, N_("Ajukan lagi dengan bukti baru, atau lepaskan klaim ini.")),
        },
    ),
    Watch(
        RETURN.name,
        "return_waiting",
        "order",
        returns_waiting,
        {
            ReturnState.REQUESTED: Limit(2 * DAY, N_("Setujui atau tolak retur ini.")),
            ReturnState.APPROVED: Limit(14 * DAY, N_("Tanyakan pembeli apakah barangnya sudah dikirim.")),
            ReturnState.IN_TRANSIT: Limit(14 * DAY, N_("Lacak kiriman balik ini.")),
            ReturnState.RECEIVED: Limit(2 * DAY, N_("Periksa barang yang diterima.")),
            ReturnState.INSPECTED: Limit(2 * DAY, N_("Putuskan pengembalian dananya.")),
            ReturnState.RESOLVED: Limit(7 * DAY, N_("Bayar pengembalian dananya, lalu tutup retur ini.")),
        },
    ),
    Watch(
        REFUND.name,
        "refund_waiting",
        "order",
        refunds_waiting,
        {RefundState.GRANTED: Limit(3 * DAY, N_("Bayar pengembalian dana yang sudah dijanjikan."))},
    ),
    Watch(
        APPROVAL.name,
        "approval_waiting",
        "order",
        approvals_waiting,
        {Approval.WAITING: Limit(DAY, N_("Setujui atau tolak pengembalian dana ini."))},
    ),
    Watch(
        ATTEMPT.name,
        "payment_try_waiting",
        "order",
        attempts_waiting,
        {
            AttemptState.ASKING: Limit(
                HOUR, N_("Tidak ada yang menanyakan pembayaran ini: periksa apakah pekerja latar berjalan.")
            ),
            AttemptState.UNKNOWN: Limit(
                HOUR, N_("Lihat dasbor gateway, lalu putuskan di halaman uang pesanan: pembeli menunggu.")
            ),
            AttemptState.OFFERED: Limit(
                14 * DAY, N_("Lihat dasbor gateway: tagihan ini tidak pernah berakhir.")
            ),
            AttemptState.HELD: Limit(
                DAY, N_("Putuskan di dasbor gateway; bila ia tetap diam, di halaman uang pesanan.")
            ),
        },
    ),
    Watch(
        REFUND_TRY.name,
        "refund_try_waiting",
        "order",
        refund_tries_waiting,
        {
            TryState.ASKING: Limit(
                HOUR, N_("Tidak ada yang menanyakan pengembalian ini: periksa apakah pekerja latar berjalan.")
            ),
            TryState.UNKNOWN: Limit(HOUR, N_("Tanyakan ke gateway apakah uang ini sudah dikembalikan.")),
            TryState.WAITING: Limit(
                4 * DAY, N_("Tanyakan ke gateway kenapa pembayaran kartu ini belum disetelmen.")
            ),
            TryState.PENDING: Limit(7 * DAY, N_("Tanyakan ke gateway kapan uang ini sampai ke pembeli.")),
        },
    ),
    Watch(
        PAYOUT.name,
        "payout_waiting",
        "order",
        payouts_waiting,
        {
            PayoutState.WAITING: Limit(3 * DAY, N_("Minta nomor rekening pembeli, atau kirim tautan baru.")),
            PayoutState.ENTERED: Limit(DAY, N_("Periksa rekening pembeli, lalu setujui.")),
            PayoutState.APPROVED: Limit(DAY, N_("Unduh berkas transfernya.")),
            PayoutState.EXPORTED: Limit(
                2 * DAY, N_("Catat referensi transfernya, atau bahwa bank menolaknya.")
            ),
        },
    ),
    Watch(
        CHARGEBACK.name,
        "chargeback_waiting",
        "order",
        chargebacks_waiting,
        {
            ChargebackState.OPEN: Limit(14 * DAY, N_("Kirim bukti ke bank sebelum batas waktunya.")),
            ChargebackState.EVIDENCE_SENT: Limit(60 * DAY, N_("Tanyakan putusan bank atas sengketa ini.")),
            ChargebackState.EXPIRED: Limit(30 * DAY, N_("Tanyakan putusan bank atas sengketa ini.")),
        },
    ),
    Watch(
        COMMERCIAL.name,
        "order_waiting",
        "order",
        orders_waiting,
        {
            Commercial.DRAFT: Limit(7 * DAY, N_("Selesaikan atau batalkan rancangan pesanan ini.")),
            Commercial.AWAITING_PAYMENT: Limit(
                HOUR, N_("Batas bayarnya sudah lewat: periksa apakah pekerja latar berjalan.")
            ),
            Commercial.ACCEPTED: Limit(30 * DAY, N_("Cari tahu mengapa pesanan ini belum selesai.")),
        },
    ),
    Watch(
        VERIFICATION.name,
        "verification_waiting",
        "order",
        verifications_waiting,
        {
            Verification.WAITING: Limit(DAY, N_("Hubungi pembeli untuk memastikan pesanannya.")),
            Verification.UNREACHABLE: Limit(2 * DAY, N_("Coba hubungi lagi, atau batalkan pesanannya.")),
        },
    ),
    Watch(
        CHANGE.name,
        "change_waiting",
        "order",
        changes_waiting,
        {ChangeState.OPEN: Limit(DAY, N_("Konfirmasi atau tolak perubahan pesanan ini."))},
    ),
    Watch(
        HOLD.name,
        "hold_waiting",
        "order",
        holds_waiting,
        {HoldState.OPEN: Limit(2 * DAY, N_("Lepas penahanan ini, atau batalkan pesanannya."))},
    ),
    Watch(
        TRANSFER.name,
        "transfer_waiting",
        "transfer",
        transfers_waiting,
        {
            TransferState.DRAFT: Limit(7 * DAY, N_("Kirim atau batalkan pemindahan stok ini.")),
            TransferState.IN_TRANSIT: Limit(14 * DAY, N_("Terima pemindahan ini, atau catat yang hilang.")),
        },
    ),
    Watch(
        TAKE.name,
        "stock_take_waiting",
        "stock_take",
        takes_waiting,
        {
            TakeState.COUNTING: Limit(3 * DAY, N_("Selesaikan stok opname ini, atau batalkan.")),
            TakeState.COUNTED: Limit(2 * DAY, N_("Setujui hasil stok opname ini, atau minta hitung ulang.")),
        },
    ),
    Watch(
        INCIDENT.name,
        "incident_waiting",
        "incident",
        incidents_waiting,
        {
            IncidentState.SUSPECTED: Limit(
                timedelta(minutes=15), N_("Pastikan atau abaikan dugaan gangguan ini.")
            ),
            IncidentState.OPEN: Limit(4 * HOUR, N_("Tanyakan kabar terbaru ke penyedia pembayarannya.")),
            IncidentState.RECOVERED: Limit(DAY, N_("Tutup insiden ini dengan tinjauannya.")),
        },
    ),
    Watch(
        VOUCHER.name,
        "voucher_waiting",
        "voucher",
        vouchers_waiting,
        {VoucherState.WAITING: Limit(3 * DAY, N_("Setujui atau tolak voucher ini."))},
    ),
    Watch(
        ENTRY.name,
        "settlement_waiting",
        "settlement",
        entries_waiting,
        {EntryState.OPEN: Limit(3 * DAY, N_("Jelaskan selisih settlement ini, atau tanyakan ke gateway."))},
    ),
    # A payout has no machine either: the bank showed its money, or it did not.
    Watch(
        "settlements.payout",
        "payout_unseen",
        "payouts",
        payouts_unseen,
        {
            "unseen": Limit(
                DAY,
                N_(
                    "Tanyakan ke gateway di mana pencairan ini, atau cocokkan dengan uang yang masuk rekening."
                ),
            )
        },
    ),
    Watch(
        DELIVERY.name,
        "delivery_waiting",
        "delivery",
        deliveries_waiting,
        {
            DeliveryState.QUEUED: Limit(
                2 * HOUR, N_("Jalur pesan ini tidak mengirim apa-apa: periksa akun penyedianya.")
            ),
            DeliveryState.SENDING: Limit(
                HOUR, N_("Pesan ini tidak kunjung selesai dikirim: periksa apakah pekerja latar berjalan.")
            ),
            DeliveryState.UNKNOWN: Limit(
                HOUR, N_("Nasib pesan ini tidak diketahui: tanyakan ke penyedianya.")
            ),
        },
    ),
    Watch(
        REVIEW.name,
        "review_waiting",
        "order",
        reviews_waiting,
        {
            # Told three hours before its deadline, so that it can still be met.
            ReviewState.OPEN: Limit(9 * HOUR, N_("Periksa pesanan yang ditahan ini: lanjutkan atau tolak."))
        },
    ),
    Watch(
        DENIAL.name,
        "appeal_waiting",
        "denial",
        denials_waiting,
        {DenialState.APPEALED: Limit(DAY, N_("Jawab keberatan pembeli ini."))},
    ),
    Watch(
        MODEL.name,
        "training_waiting",
        "training",
        trainings_waiting,
        {
            ModelState.ASKED: Limit(
                HOUR, N_("Model ini tidak kunjung selesai dilatih: periksa apakah pekerja latar berjalan.")
            )
        },
    ),
    Watch(
        FLEET_RUN.name,
        "fleet_run_waiting",
        "run",
        runs_waiting,
        {
            RunState.PLANNED: Limit(DAY, N_("Berangkatkan mobil ini, atau susun rutenya lagi.")),
            RunState.OUT: Limit(DAY, N_("Tanyakan sopirnya: mobil ini belum tercatat kembali.")),
            RunState.BACK: Limit(12 * HOUR, N_("Hitung uang sopirnya, lalu tutup perjalanan ini.")),
        },
    ),
    Watch(
        FLEET_PLANNING.name,
        "fleet_planning_waiting",
        "planning",
        plannings_waiting,
        {
            PlanningState.ASKED: Limit(
                HOUR, N_("Rute ini tidak kunjung dihitung: periksa apakah pekerja latar berjalan.")
            )
        },
    ),
    # Money is derived and has no machine, but cash at a courier waits like anything else.
    Watch(
        "order.money",
        "money_waiting",
        "order",
        moneys_waiting,
        {
            Money.COD_DUE: Limit(3 * DAY, N_("Paket sudah diterima pembeli: tagih uang COD-nya ke kurir.")),
            Money.COD_COLLECTED: Limit(14 * DAY, N_("Uang COD masih di kurir: minta setorannya.")),
            Money.PENDING: Limit(2 * DAY, N_("Pastikan pembayaran ini masuk atau gagal.")),
            Money.PARTLY_PAID: Limit(14 * DAY, N_("Uang muka sudah masuk: minta pembeli melunasi sisanya.")),
            Money.UNKNOWN: Limit(HOUR, N_("Tanyakan nasib pembayaran ini sebelum mengambil langkah lain.")),
        },
    ),
)

OVER = (
    AttemptState.DECLINED,
    AttemptState.EXPIRED,
    AttemptState.CANCELLED,
    AttemptState.FAILED,
    AttemptState.REVERSED,
)

GOING: Final = (
    PromotionState.DRAFT,
    PromotionState.RUNNING,
    PromotionState.PAUSED,
    PromotionState.EXHAUSTED,
)

RESTING: Final[dict[tuple[str, str], str]] = {
    **{
        (DISPUTE.name, state): "an entry of the inbox is opened with it, and has its deadline"
        for state in (DisputeState.OPEN, DisputeState.EVIDENCE)
    },
    (EXCHANGE.name, ExchangeState.HELD): "its return is what waits, and its stock is held for so long only",
    **{
        (FLEET_STOP.name, state): "its run is what waits"
        for state in (FleetStopState.PLANNED, FleetStopState.NEXT)
    },
    ("customer", "active"): "people stay until they are merged or ask to be forgotten",
    (
        COMMERCIAL.name,
        Commercial.EXPIRED,
    ): "over, unless money comes; then settle_payment revives or reports it",
    (ATTEMPT.name, AttemptState.PAID): "the money is there; it may still be taken back",
    (ATTEMPT.name, AttemptState.REFUNDED): "paid back, in part or whole; a bank may still take it as well",
    (ATTEMPT.name, AttemptState.DISPUTED): "its chargeback is what waits",
    **{(ATTEMPT.name, state): "over, unless money comes late" for state in OVER},
    (ENTRY.name, EntryState.EXPLAINED): "a person said what it is; it moves again only when the amount does",
    (ENTRY.name, EntryState.GONE): "settled by a later file or by the gateway's own word",
    **{(PROMOTION.name, state): "the shop's own, ended by it or by its time" for state in GOING},
    (MESSAGE.name, MessageState.WAITING): "a try of it is in the air, which has its limit",
    (MESSAGE.name, MessageState.TOLD): "it was told; it may still come back, or be sent again by a person",
    (MESSAGE.name, MessageState.UNTOLD): "what a person has to know of it is in the inbox already",
    (DELIVERY.name, DeliveryState.SENT): "a provider has it; not every one says what becomes of it",
    (DELIVERY.name, DeliveryState.DELIVERED): "it arrived; whether it is read is not the shop's to wait for",
    (DELIVERY.name, DeliveryState.FAILED): "over, unless the provider says late that it went out after all",
    (REDEMPTION.name, RedemptionState.RESERVED): "the clock lets go of what no try uses; a try has its limit",
    (REDEMPTION.name, RedemptionState.RELEASED): "over, unless its money comes late",
    (REDEMPTION.name, RedemptionState.CONFIRMED): "used, unless the money goes back",
    (REFUND.name, RefundState.EXECUTED): "over, unless the bank sends the money back; then it is owed again",
    (REFUND_TRY.name, TryState.DONE): "over, unless the bank sends the money back; then its refund waits",
    (
        PAYOUT.name,
        PayoutState.PAID,
    ): "over, unless the bank sends the money back; then an account is waited for",
    (VOUCHER.name, VoucherState.ACTIVE): "the buyer's money, who spends it when they like",
    (VOUCHER.name, VoucherState.BLOCKED): "somebody blocked it, and what is on it stays",
    (APPROVAL.name, Approval.NOT_NEEDED): "nobody has to agree, nobody waits for an answer",
    (DENIAL.name, DenialState.STANDING): "over, unless the buyer appeals",
    (MODEL.name, ModelState.SILENT): "rules score alone, which is how a shop begins",
    (
        MODEL.name,
        ModelState.SPEAKING,
    ): "it adds to scores until a person, a newer one or other rules silence it",
    (VERIFICATION.name, Verification.NOT_NEEDED): "it is paid before, nobody has to be asked",
    (VERIFICATION.name, Verification.CONFIRMED): "over, unless the order becomes another one",
    (VERIFICATION.name, Verification.WAIVED): "over, unless the order becomes another one",
    **{(ASKING.name, state): "its case ends it in time, and the order is what waits" for state in OPEN},
    (ASKING.name, AskingState.MISSED): "over, unless the buyer answers late",
    (ASKING.name, AskingState.FAILED): "over, unless the buyer answers late",
    **{(DELIVERY_DAY.name, state): "its own clock ends it with the hours of the day" for state in UNSAID},
    **{
        (WAVE.name, state): "its tasks are what waits, and each has its limit"
        for state in (WaveState.RELEASED, WaveState.PICKING)
    },
    **{
        (LIST.name, state): "its tasks are what waits, and each has its limit"
        for state in (ListState.OPEN, ListState.TAKEN)
    },
    (DOOR.name, DoorState.WAITING): "its parcel is what waits, and has its limit",
    (DOOR.name, DoorState.WISHED): "an entry of the inbox is opened with it, and has its deadline",
    (MANIFEST.name, ManifestState.OPEN): "its parcels are what waits, and each task has its limit",
    **{
        (PACKING.name, state): "its task is what waits, and has its limit"
        for state in (PackingState.OPEN, PackingState.CLOSED)
    },
    **{
        (COUNT_AREA.name, state): "its stock-take is what waits, and has its limit"
        for state in AreaState
        if state is not AreaState.SKIPPED
    },
    (DELIVERY_DAY.name, DayState.HOME): "over, unless the buyer changes their mind",
    (
        DELIVERY_DAY.name,
        DayState.ANOTHER_DAY,
    ): "the parcel is asked about again on that day; the parcel is what waits",
    (DELIVERY_DAY.name, DayState.NOBODY): "what a person has to know of it is in the inbox already",
    (DELIVERY_DAY.name, DayState.UNREACHABLE): "what a person has to know of it is in the inbox already",
}
"""States that can still be left but in which nothing waits, each with its reason."""


async def watch_limits(tx: Tx, *, now: datetime) -> int:
    """Report whatever of a shop stands past its limit, close what moved on; returns how many changed."""
    changed = 0
    for watch in WATCHES:
        befores = {str(state): now - limit.after for state, limit in watch.limits.items()}
        stuck = [_entry(watch, row) for row in await watch.look(tx, befores)]
        opened, closed = await inbox.watch(tx, watch.kind, stuck, quiet_for=QUIET, now=now)
        changed += opened + closed
    return changed


def entry_key(watch: Watch, row: Any) -> str:
    """Key of the inbox entry about a row that a watch's look found."""
    return f"{watch.kind}:{row.state}:{row.id}"


def _entry(watch: Watch, row: Any) -> Stuck:
    columns = row._asdict()
    limit = watch.limits[row.state]
    besides = {"money_minor", "currency", "deadline"}
    told = {name: _plain(value) for name, value in columns.items() if name not in besides}
    return Stuck(
        kind=watch.kind,
        reason=row.state,
        subject_kind=watch.subject,
        subject_id=columns.get("order_id") or row.id,
        dedupe_key=entry_key(watch, row),
        payload=told,
        money_minor=columns.get("money_minor", 0),
        currency=columns.get("currency", "IDR"),
        deadline=columns.get("deadline") or row.since + limit.after,
        next_step=limit.next_step,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
