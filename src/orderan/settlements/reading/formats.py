"""How the files of gateways and banks are written: which column holds what, as data.

A heading is compared without capitals, blanks and signs, and a column may bear any of the names listed.

    xendit            the Transactions report, version 2: Status, Type, Channel, Channel Name, Currency,
                      Amount, Total Fee, Total VAT, Net Amount are documented (docs.xendit.co,
                      "Transactions report"); Reference and Product ID are documented for the reports
                      beside it. The names of its settlement columns are from memory.
    xendit_balance    the Balance report: Product ID, Transaction ID, Transaction Type, Line Type
                      (TRANSACTION, FEE, VAT and their reversals, a row each), Payment Channel, Reference,
                      Currency, Amount, Balance are documented (docs.xendit.co, "Balance report"). The name
                      of its date column is from memory.
    midtrans, doku    no public page lists the columns of their settlement reports; every name is from
                      memory of such files or is the member of the same meaning in their interfaces
                      (order_id, transaction_id, gross_amount, settlement_time; invoice_number). A report
                      that is headed otherwise is read with a mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SETTLEMENT_COLUMNS: Final = (
    "reference", "gateway_id", "kind", "status", "settlement_status", "method", "gross", "fee", "tax", "net",
    "currency", "settled_on", "payout_reference",
)  # fmt: skip
STATEMENT_COLUMNS: Final = (
    "booked_on", "amount", "credit", "debit", "side", "words", "reference", "account", "currency",
)  # fmt: skip

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": (
        "Order ID", "Invoice Number", "Invoice No", "Reference", "Reference ID", "External ID", "Merchant Order ID",
        "Merchant Reference", "Merchant Reference ID", "Nomor invoice", "No invoice", "Nomor pesanan",
    ),
    "gateway_id": (
        "Transaction ID", "Product ID", "Payment ID", "DOKU Transaction ID", "DOKU Reference", "Payment Code",
        "ID transaksi",
    ),
    "kind": ("Transaction Type", "Type", "Jenis", "Jenis transaksi", "Tipe"),
    "status": ("Transaction Status", "Status"),
    "settlement_status": ("Settlement Status", "Status settlement"),
    "method": ("Payment Type", "Payment Channel", "Payment Method", "Channel Name", "Channel", "Acquirer", "Metode"),
    "gross": (
        "Gross Amount", "Transaction Amount", "Gross", "Amount", "Total Amount", "Nominal", "Jumlah",
        "Jumlah transaksi",
    ),
    "fee": (
        "Total Fee", "Fee Amount", "Transaction Fee", "Fee", "MDR", "MDR Amount", "Merchant Fee", "Biaya", "Potongan",
    ),
    "tax": (
        "Total VAT", "Fee VAT", "VAT Amount", "VAT on Fee", "VAT", "Tax Amount", "Tax", "PPN", "PPN atas biaya", "Pajak",
    ),
    "net": (
        "Net Amount", "Nett Amount", "Settlement Amount", "Settled Amount", "Pay to Merchant", "Net", "Nett",
        "Jumlah bersih", "Bersih",
    ),
    "currency": ("Currency", "Mata uang"),
    "settled_on": (
        "Payout Date", "Settlement Date", "Settled Date", "Settlement Time", "Disbursement Date", "Paid Date",
        "Tanggal pencairan", "Tanggal settlement", "Tanggal",
    ),
    "payout_reference": (
        "Payout ID", "Payout Reference", "Payout No", "Batch ID", "Batch Number", "Settlement Batch ID", "Settlement ID",
        "Disbursement ID", "Withdrawal ID", "Nomor pencairan", "Referensi pencairan",
    ),
}  # fmt: skip

STATEMENT_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "booked_on": ("Date", "Booking Date", "Transaction Date", "Posting Date", "Tanggal", "Tanggal transaksi", "Tgl"),
    "credit": ("Credit", "Kredit", "Money In", "Masuk", "Mutasi kredit"),
    "debit": ("Debit", "Debet", "Money Out", "Keluar", "Mutasi debit"),
    "amount": ("Amount", "Jumlah", "Nominal", "Mutasi"),
    "side": ("CR/DB", "DB/CR", "Debit/Credit", "Type", "Jenis", "D/K"),
    "words": ("Description", "Keterangan", "Remarks", "Details", "Uraian", "Berita", "Deskripsi"),
    "reference": ("Reference", "Reference No", "No referensi", "Referensi"),
    "account": ("Account", "Account Number", "Account No", "No rekening", "Nomor rekening", "Rekening"),
    "currency": ("Currency", "Mata uang", "Ccy"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SettlementFormat:
    """A gateway's way to write a settlement file.

    Attributes:
        columns: Our words to the names a column may bear.
        decimal_sign: None is told by the file; where that shows nothing, `falls_to`.
    """

    code: str
    columns: Mapping[str, tuple[str, ...]]
    decimal_sign: str | None = None
    falls_to: str | None = "."


MIDTRANS: Final = SettlementFormat("midtrans", _NAMES)
DOKU: Final = SettlementFormat("doku", _NAMES)
COURIER: Final = SettlementFormat(
    "courier",
    {
        **_NAMES,
        "reference": (
            "AWB", "AWB Number", "No AWB", "Waybill", "Waybill Number", "Tracking Number", "Resi", "No resi", "Nomor resi",
            "Connote",
        ),
        "gateway_id": (),
        "kind": (),
        "status": (),
        "gross": ("COD Amount", "COD Value", "COD", "Nilai COD", "Jumlah COD", "Nominal COD", "Amount", "Jumlah"),
        "fee": ("COD Fee", "Fee", "Biaya COD", "Biaya", "Potongan"),
        "settled_on": (
            "Remittance Date", "Transfer Date", "Payment Date", "Tanggal setor", "Tanggal setoran", "Tanggal transfer",
            "Date", "Tanggal",
        ),
        "payout_reference": ("Remittance ID", "Remittance No", "Nomor setoran", "Batch ID", "Referensi setoran"),
    },
)  # fmt: skip
"""No courier publishes the columns of its remittance report; every name is from memory of such files. A report that is
headed otherwise is read with a mapping, whose reference is the tracking number."""
XENDIT: Final = SettlementFormat(
    "xendit",
    {
        **_NAMES,
        "reference": ("Reference", "Reference ID", "External ID"),
        "gateway_id": ("Product ID", "Payment ID", "Transaction ID"),
        "kind": ("Type",),
        "status": ("Status",),
        "gross": ("Amount",),
    },
)
XENDIT_BALANCE: Final = SettlementFormat(
    "xendit_balance",
    {
        "reference": ("Reference",),
        "gateway_id": ("Product ID",),
        "kind": ("Transaction Type",),
        "line_type": ("Line Type",),
        "method": ("Payment Channel",),
        "gross": ("Amount",),
        "currency": ("Currency",),
        "settled_on": ("Created Date", "Created Date (ISO)", "Settlement Date", "Timestamp", "Date"),
    },
)

FORMATS: Final[Mapping[str, SettlementFormat]] = {
    one.code: one for one in (MIDTRANS, XENDIT, XENDIT_BALANCE, DOKU)
}
"""By code; a mapping of the shop's own is read with `mapped`."""

MAPPED: Final = "mapped"
CAMT: Final = "camt053"

PAID: Final = frozenset(
    {"", "success", "successful", "succeeded", "settlement", "settled", "capture", "captured", "paid", "completed",
     "berhasil", "partiallyrefunded", "partialrefund", "refunded", "refund", "chargeback",
     "partialchargeback", "reversed", "00"}
)  # fmt: skip
"""Status words of money that moved, bare; a row of another status is skipped."""
NOT_YET: Final = frozenset(
    {"pending", "pendingsettlement", "unsettled", "notsettled", "earlysettlementpending"}
)
BACK: Final = frozenset(
    {"refund", "partialrefund", "chargeback", "partialchargeback", "reversal", "reversed", "void", "pengembalian",
     "pengembaliandana"}
)  # fmt: skip
"""Kinds of rows that take money back."""
NOT_OURS: Final = frozenset(
    {"disbursement", "batchdisbursement", "withdrawal", "transfer", "topup", "platformfee", "remittancepayout",
     "remittance", "payout", "adjustment", "deposit"}
)  # fmt: skip
"""Kinds of rows that are about no payment of a buyer."""
