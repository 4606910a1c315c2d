"""Which column of an unknown file holds what, by the names that shop systems give them.

A guess is a suggestion on a form; a person sees the first lines beside it before anything is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from orderan.importing.mapping import Mapping as Rulebook
from orderan.importing.mapping import preset, presets
from orderan.importing.reading.source import bare, known_columns

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "invoice": (
        "InvoiceNo", "Invoice", "Invoice number", "Order number", "Order no", "Order ID", "Order", "Receipt",
        "Transaction ID", "Nomor faktur", "No faktur", "Faktur", "Nomor pesanan", "No pesanan", "Nomor", "Nota",
        "No nota", "ID pesanan", "No invoice", "Nomor invoice",
    ),
    "sku": (
        "StockCode", "SKU", "Item code", "Product code", "Product ID", "Article", "Kode barang", "Kode produk",
        "Kode SKU", "Nomor referensi SKU", "Kode",
    ),
    "quantity": ("Quantity", "Qty", "Units", "Amount of items", "Jumlah", "Kuantitas", "Banyak"),
    "time": (
        "InvoiceDate", "Date", "Order date", "Created at", "Time", "Timestamp", "Paid at", "Tanggal", "Waktu",
        "Tanggal pesanan", "Waktu pesanan dibuat", "Tanggal faktur", "Tgl",
    ),
    "price": (
        "UnitPrice", "Price", "Unit cost", "Item price", "Lineitem price", "Harga", "Harga satuan", "Harga jual",
    ),
    "description": (
        "Description", "Product name", "Item", "Item name", "Title", "Lineitem name", "Nama barang", "Nama produk",
        "Deskripsi", "Uraian", "Produk", "Barang",
    ),
    "customer": (
        "CustomerID", "Customer", "Customer no", "Client", "Buyer", "Buyer ID", "Email", "Pelanggan",
        "ID pelanggan", "Kode pelanggan", "Pembeli", "Username pembeli",
    ),
    "country": ("Country", "Negara"),
    "currency": ("Currency", "Mata uang"),
    "kind": ("Type", "Kind", "Transaction type", "Jenis", "Jenis transaksi", "Tipe"),
}  # fmt: skip


def guess(heading: Sequence[str]) -> dict[str, str]:
    """A column for each of our words that a heading seems to have; no column twice."""
    by_name = {bare(name): name for name in reversed(heading)}
    found: dict[str, str] = {}
    for ours, names in NAMES.items():
        for name in names:
            column = by_name.get(bare(name))
            if column is not None and column not in found.values():
                found[ours] = column
                break
    return found


def fitting_presets(heading: Sequence[str]) -> list[Rulebook]:
    """Shipped mappings every needed column of which this heading has."""
    known = [preset(name) for name in presets()]
    return [one for one in known if _fits(one, heading)]


def _fits(rulebook: Rulebook, heading: Sequence[str]) -> bool:
    needed = {ours: rulebook.columns.wanted[ours] for ours in rulebook.columns.needed}
    return known_columns(needed, heading) == len(needed)
