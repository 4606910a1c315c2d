"""Refusals of settlements."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class FileRefused(Refusal):
    """The file as a whole cannot be read; nothing of it was taken.

    Attributes:
        why: `empty`, `not_csv`, `not_xlsx`, `not_xml`, `doctype`, `not_camt`.
        detail: What of the file shows it.
    """

    file: str
    why: str
    detail: str

    code = "settlement_file_refused"
    kind = Kind.INVALID
    sentence = N_(
        "Berkas “{file}” tidak bisa dibaca. Simpan sebagai CSV atau XLSX, atau CAMT.053 untuk rekening koran, lalu unggah lagi."
    )


@dataclass(eq=False)
class FileTooLarge(Refusal):
    """More bytes or rows than one file may have."""

    at_most: int

    code = "settlement_file_too_large"
    kind = Kind.INVALID
    sentence = N_("Berkas terlalu besar; paling banyak {at_most}. Bagi menjadi beberapa berkas.")


@dataclass(eq=False)
class ColumnsMissing(Refusal):
    """The heading lacks columns the format needs; nothing was taken.

    Attributes:
        columns: Our words for them.
        heading: What the file has.
    """

    columns: tuple[str, ...]
    heading: tuple[str, ...]

    code = "settlement_columns_missing"
    kind = Kind.INVALID
    sentence = N_("Kolom yang dibutuhkan tidak ada di berkas ini: {columns}.")


@dataclass(eq=False)
class BankMoneyNotFound(Refusal):
    """The shop's statements have no such line."""

    line: str

    code = "bank_money_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Uang masuk “{line}” tidak ditemukan.")


@dataclass(eq=False)
class BankMoneyPlaced(Refusal):
    """It is known already what this money is; nothing changed."""

    line: str

    code = "bank_money_placed"
    kind = Kind.CONFLICT
    sentence = N_("Uang masuk ini sudah dicocokkan.")


@dataclass(eq=False)
class PayoutNotWaiting(Refusal):
    """There is no such payout that the bank has not shown, in the currency of the money."""

    payout: str

    code = "payout_not_waiting"
    kind = Kind.CONFLICT
    sentence = N_("Pencairan ini tidak sedang menunggu uang masuk. Pilih yang lain.")


@dataclass(eq=False)
class MappingRefused(Refusal):
    """A mapping names a column of ours that does not exist, lacks one that must be there, or has no name.

    Attributes:
        why: Our words for the columns, or `name`.
    """

    why: str

    code = "settlement_mapping_refused"
    kind = Kind.INVALID
    sentence = N_("Pemetaan kolom tidak lengkap: {why}.")


@dataclass(eq=False)
class MappingNotFound(Refusal):
    """The shop has no such mapping."""

    mapping: str

    code = "settlement_mapping_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pemetaan “{mapping}” tidak ditemukan.")


@dataclass(eq=False)
class AccountNotFound(Refusal):
    """The shop has no such account at a gateway."""

    account: str

    code = "settlement_account_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Akun gateway “{account}” tidak ditemukan.")


@dataclass(eq=False)
class EntryNotFound(Refusal):
    """The shop has no such difference."""

    entry: str

    code = "reconciliation_entry_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Selisih “{entry}” tidak ditemukan.")


@dataclass(eq=False)
class WordMissing(Refusal):
    """A difference is explained in words, or it is not."""

    code = "reconciliation_word_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis singkat apa penjelasannya.")


@dataclass(eq=False)
class FileNotFound(Refusal):
    """The shop brought no such file."""

    file: str

    code = "settlement_file_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Berkas “{file}” tidak ditemukan.")
