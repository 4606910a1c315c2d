"""What pages call the states of orders: headline, terms, money, holds, ways to pay."""

from typing import Final

from orderan import payments
from orderan.kit.errors import N_
from orderan.payments import Group, Method

HEADLINES: Final = {
    "awaiting_payment": N_("Menunggu Pembayaran"),
    "accepted": N_("Diterima"),
    "processing": N_("Diproses"),
    "packed": N_("Dikemas"),
    "shipped": N_("Dikirim"),
    "completed": N_("Selesai"),
    "cancelled": N_("Dibatalkan"),
    "returned": N_("Dikembalikan"),
}
TERMS: Final = {"prepaid": N_("Bayar di muka"), "cod": N_("Bayar di tempat (COD)"), "invoice": N_("Faktur")}
KINDS: Final = {
    "b2c": N_("Eceran"),
    "b2b": N_("Grosir (B2B)"),
    "dropship": N_("Dropship"),
    "preorder": N_("Pre-order"),
    "made_to_order": N_("Dibuat sesuai pesanan"),
    "subscription": N_("Langganan"),
}
MONEY: Final = {
    "unpaid": N_("Belum dibayar"),
    "pending": N_("Sedang diproses"),
    "unknown": N_("Belum diketahui"),
    "partly_paid": N_("Dibayar sebagian"),
    "paid": N_("Lunas"),
    "overpaid": N_("Lebih bayar"),
    "partly_refunded": N_("Dikembalikan sebagian"),
    "refunded": N_("Dana dikembalikan"),
    "cod_due": N_("COD belum ditagih"),
    "cod_collected": N_("COD sudah ditagih"),
    "cod_remitted": N_("COD sudah disetor"),
}
HOLDS: Final = {
    "address": N_("Alamat perlu diperiksa"),
    "customer_request": N_("Permintaan pelanggan"),
    "fraud": N_("Dicurigai penipuan"),
    "stock": N_("Stok perlu diperiksa"),
    "payment": N_("Pembayaran perlu diperiksa"),
    "proof": N_("Menunggu persetujuan desain"),
    "credit": N_("Batas kredit"),
    "other": N_("Alasan lain"),
}
BY_HAND: Final = {
    "bank_transfer": N_("Transfer bank"),
    "cash": N_("Tunai"),
    "cod": N_("Bayar di tempat (COD)"),
    "unpaid_return": N_("Tidak ditagih, barang kembali"),
}


def _named(method: Method) -> str:
    """A bank's own name would read as a transfer to it."""
    return (
        f"VA {method.name}"
        if method.group is Group.VIRTUAL_ACCOUNT and method.bank != "other"
        else method.name
    )


METHODS: Final = {code: _named(method) for code, method in payments.METHODS.items()} | BY_HAND
"""What a ledger calls a method."""
