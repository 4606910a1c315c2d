"""Refusals of orders."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import to_text


@dataclass(eq=False)
class OrderNotFound(Refusal):
    """The shop has no such order, or it is outside the caller's scope."""

    order: str

    code = "order_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pesanan “{order}” tidak ditemukan.")


@dataclass(eq=False)
class TermsNotForKind(Refusal):
    """Orders of this kind are not sold on these terms.

    Attributes:
        order_kind: Such as `preorder`.
        allowed: The terms it may have.
    """

    order_kind: str
    terms: str
    allowed: tuple[str, ...]

    code = "terms_not_for_kind"
    kind = Kind.INVALID
    sentence = N_("Pesanan jenis “{order_kind}” tidak bisa memakai cara bayar “{terms}”.")

    def facts(self) -> dict[str, Any]:
        return {"order_kind": str(self.order_kind), "terms": str(self.terms), "allowed": list(self.allowed)}


@dataclass(eq=False)
class LineNotFound(Refusal):
    """The order has no line of this number."""

    line_no: int

    code = "order_line_not_found"
    kind = Kind.INVALID
    sentence = N_("Pesanan ini tidak punya baris nomor {line_no}.")


@dataclass(frozen=True, slots=True)
class TooMany:
    """A line of which more was asked for than can still be let go."""

    line_no: int
    asked: int
    open: int
    shipped: int


@dataclass(eq=False)
class UnitsNotOpen(Refusal):
    """More units than can still be cancelled: they were shipped, or cancelled before.

    What was shipped comes back as a return.
    """

    lines: tuple[TooMany, ...]

    code = "units_not_open"
    kind = Kind.CONFLICT
    sentence = N_(
        "Jumlah yang bisa dibatalkan kurang dari yang diminta. Barang yang sudah dikirim hanya bisa diretur."
    )

    def facts(self) -> dict[str, Any]:
        return {
            "lines": [
                {"line_no": line.line_no, "asked": line.asked, "open": line.open, "shipped": line.shipped}
                for line in self.lines
            ]
        }


@dataclass(eq=False)
class OrderNotEditable(Refusal):
    """Only an order that waits for payment or is accepted can be changed."""

    commercial: str

    code = "order_not_editable"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini sudah ditutup, jadi tidak bisa diubah.")


@dataclass(eq=False)
class DepositUnusable(Refusal):
    """Only a prepaid order that waits for its money begins with a deposit, of less than it costs."""

    amount_minor: int
    total_minor: int
    commercial: str

    code = "deposit_unusable"
    kind = Kind.CONFLICT
    sentence = N_("Uang muka harus lebih kecil dari total, dan hanya untuk pesanan yang menunggu pembayaran.")


@dataclass(eq=False)
class AlreadyOnItsWay(Refusal):
    """Part of the order has left; where and how it goes can no longer be changed."""

    shipped: int

    code = "already_on_its_way"
    kind = Kind.CONFLICT
    sentence = N_("Sebagian barang sudah dikirim, jadi alamat dan layanan kirim tidak bisa diganti lagi.")


@dataclass(eq=False)
class NothingLeft(Refusal):
    """The change would leave no unit; cancelling the order says so more clearly."""

    code = "nothing_left"
    kind = Kind.INVALID
    sentence = N_("Perubahan ini menghapus semua barang. Batalkan pesanan saja.")


@dataclass(eq=False)
class NothingChanged(Refusal):
    """The change does nothing."""

    code = "nothing_changed"
    kind = Kind.INVALID
    sentence = N_("Belum ada yang diubah.")


@dataclass(eq=False)
class ChangeOpen(Refusal):
    """Somebody is changing this order; one change set at a time."""

    change_id: UUID
    opened_by: str

    code = "change_open"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini sedang diubah oleh {opened_by}.")

    def facts(self) -> dict[str, Any]:
        return {"change_id": to_text("chg", self.change_id), "opened_by": self.opened_by}


@dataclass(eq=False)
class ChangeNotOpen(Refusal):
    """No open change of that id: it was confirmed or declined, or never was."""

    code = "change_not_open"
    kind = Kind.CONFLICT
    sentence = N_("Perubahan ini sudah ditutup.")


@dataclass(eq=False)
class ChangeOutdated(Refusal):
    """The order was changed since this change was begun; decline it and begin anew."""

    base_version: int
    version: int

    code = "change_outdated"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan sudah berubah sejak perubahan ini dimulai. Tutup perubahan ini lalu mulai lagi.")


@dataclass(eq=False)
class HoldNotOpen(Refusal):
    """No open hold of that id on the order."""

    code = "hold_not_open"
    kind = Kind.CONFLICT
    sentence = N_("Penahanan ini sudah dilepas.")


@dataclass(eq=False)
class GoodsStillOwed(Refusal):
    """Units are not with the buyer yet, so the order is not complete."""

    units: int

    code = "goods_still_owed"
    kind = Kind.CONFLICT
    sentence = N_("Masih ada {units} barang yang belum dikirim.")


@dataclass(eq=False)
class MoneyStillDue(Refusal):
    """The buyer still owes money, so the order is not complete."""

    due_minor: int

    code = "money_still_due"
    kind = Kind.CONFLICT
    sentence = N_("Pembeli masih punya tagihan.")


@dataclass(eq=False)
class OnHold(Refusal):
    """A hold stands on the order."""

    kinds: tuple[str, ...]

    code = "order_on_hold"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan ini sedang ditahan.")


@dataclass(eq=False)
class EmptyNote(Refusal):
    """A note needs words, and not too many."""

    longest: int

    code = "empty_note"
    kind = Kind.INVALID
    sentence = N_("Tulis catatannya, paling panjang {longest} huruf.")


@dataclass(eq=False)
class TagUnusable(Refusal):
    """A tag is empty or too long."""

    tag: str

    code = "tag_unusable"
    kind = Kind.INVALID
    sentence = N_("Label “{tag}” tidak bisa dipakai. Isi 1 sampai 40 huruf.")


@dataclass(eq=False)
class AddressNotTheirs(Refusal):
    """The address is not one of the order's customer."""

    address_id: UUID

    code = "address_not_theirs"
    kind = Kind.INVALID
    sentence = N_("Alamat itu bukan milik pembeli pesanan ini.")

    def facts(self) -> dict[str, Any]:
        return {"address_id": to_text("adr", self.address_id)}
