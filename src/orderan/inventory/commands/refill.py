"""Say what a pick face holds ready, and fill it out of a reserve."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from orderan.inventory import bin_store, bin_views, refill_views, store
from orderan.inventory.bin_errors import UnknownBin
from orderan.inventory.bin_models import BinKind, Shift
from orderan.inventory.commands.put_away import shift
from orderan.inventory.models import StockKey
from orderan.inventory.refill_store import put_pick_face
from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class NotAPickFace(Refusal):
    """Only a bin pickers take from holds goods ready; the least is 1 or more and the most not below it."""

    code = "not_a_pick_face"
    kind = Kind.INVALID
    sentence = N_(
        "Hanya rak ambil yang bisa diisi ulang, dengan batas bawah minimal 1 dan batas atas tidak di bawahnya."
    )


@dataclass(eq=False)
class NothingToRefill(Refusal):
    """The pick face does not need these goods any more: somebody filled it, or the reserve has fewer."""

    bin: str

    code = "nothing_to_refill"
    kind = Kind.CONFLICT
    sentence = N_("Rak {bin} sudah tidak perlu diisi dengan itu. Lihat daftarnya sekali lagi.")


async def hold_ready(
    tx: Tx, location_id: UUID, bin_id: UUID, sku_id: UUID, *, least: int, most: int, now: datetime
) -> None:
    """Below `least` units of a sku the bin is filled up to `most`; both 0 forgets it.

    Raises:
        UnknownBin: The location has none of that id.
        NotAPickFace: It is a reserve, or the numbers cannot be so.
    """
    found = await bin_views.list_bins(tx, location_id, only=[bin_id])
    if not found:
        raise UnknownBin(str(bin_id))
    forgets = (least, most) == (0, 0)
    if not forgets and (found[0].kind is not BinKind.PICK or not 1 <= least <= most):
        raise NotAPickFace
    await put_pick_face(tx, bin_id, sku_id, least=least, most=most)
    after = {"sku": str(sku_id), "least": least, "most": most}
    await leave(tx, Trace("bin.hold_ready", "bin", str(bin_id), after=after), now=now)


async def refill(
    tx: Tx, location_id: UUID, to_bin: UUID, from_bin: UUID, key: StockKey, quantity: int, *, now: datetime
) -> None:
    """Bring units from a reserve to a pick face that is below its least.

    Two who fill one bin at once do so one after the other, and the second is told when nothing is to be done.

    Raises:
        NothingToRefill: The list has no such refill any more, or of fewer units.
        UnknownBin, BinBlocked, BinShort: As when goods are moved between bins.
    """
    await store.lock_rows(tx, [key])
    await bin_store.keep_bins_open(tx, {to_bin, from_bin})
    wanted = await refill_views.refills(tx, location_id, bins=[to_bin])
    open_ = [one for one in wanted if (one.from_bin, one.key) == (from_bin, key)]
    if not open_ or quantity > open_[0].units:
        found = await bin_views.list_bins(tx, location_id, only=[to_bin])
        if not found:
            raise UnknownBin(str(to_bin))
        raise NothingToRefill(found[0].code)
    await shift(tx, [Shift(from_bin, to_bin, key, quantity)], now=now)
