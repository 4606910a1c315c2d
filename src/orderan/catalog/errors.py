"""Refusals of the catalogue, and the one table of what can be wrong with a field."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from orderan.kit.errors import N_, Kind, Refusal


class Fault(StrEnum):
    """What is wrong with a field, wherever it was typed: in a form, over the API, in a sheet."""

    REQUIRED = auto()
    TOO_LONG = auto()
    NOT_A_CODE = auto()
    NOT_WHOLE = auto()
    OUT_OF_RANGE = auto()
    NOT_A_PRICE = auto()
    GTIN_LENGTH = auto()
    GTIN_CHECK_DIGIT = auto()
    GTIN_MANGLED = auto()
    TAKEN = auto()
    UNKNOWN_CHOICE = auto()
    OPTIONS_UNREADABLE = auto()
    PARTS_UNREADABLE = auto()
    PART_UNKNOWN = auto()
    PART_IS_BUNDLE = auto()
    PART_ARCHIVED = auto()
    STILL_IN_BUNDLES = auto()
    PARTS_MISSING = auto()
    NOT_A_BUNDLE = auto()
    BUNDLE_FIXED = auto()
    BUNDLE_STOCKED = auto()
    SAME_OPTIONS = auto()
    SUBSTITUTE_ITSELF = auto()
    SUBSTITUTE_UNSTOCKED = auto()
    DISAGREES = auto()
    REPEATED = auto()
    SEVERAL_PRODUCTS = auto()
    ENDS_BEFORE_IT_BEGINS = auto()
    UNREADABLE_MOMENT = auto()


SENTENCES: Final[dict[Fault, str]] = {
    Fault.REQUIRED: N_("Wajib diisi."),
    Fault.TOO_LONG: N_("Terlalu panjang: paling banyak {right} karakter."),
    Fault.NOT_A_CODE: N_("Kode SKU tidak boleh memuat titik koma, bintang, atau baris baru."),
    Fault.NOT_WHOLE: N_("“{value}” bukan bilangan bulat. Tulis seperti {right}."),
    Fault.OUT_OF_RANGE: N_("Harus antara {right}."),
    Fault.NOT_A_PRICE: N_("“{value}” bukan harga. Tulis seperti {right}."),
    Fault.GTIN_LENGTH: N_("GTIN punya 8, 12, 13, atau 14 angka, tanpa huruf. Yang ditulis: “{value}”."),
    Fault.GTIN_CHECK_DIGIT: N_("Angka terakhir GTIN {value} salah. Seharusnya {right}."),
    Fault.GTIN_MANGLED: N_(
        "Excel mengubah GTIN menjadi “{value}”. Ubah format kolomnya menjadi Teks, lalu isi lagi."
    ),
    Fault.TAKEN: N_("“{value}” sudah dipakai SKU {right}."),
    Fault.UNKNOWN_CHOICE: N_("“{value}” tidak dikenal. Pilih salah satu: {right}."),
    Fault.OPTIONS_UNREADABLE: N_("Pilihan “{value}” tidak terbaca. Tulis seperti {right}."),
    Fault.PARTS_UNREADABLE: N_("Isi bundel “{value}” tidak terbaca. Tulis seperti {right}."),
    Fault.PART_UNKNOWN: N_("SKU “{value}” tidak ada."),
    Fault.PART_IS_BUNDLE: N_("“{value}” sendiri sebuah bundel. Bundel hanya berisi barang biasa."),
    Fault.PART_ARCHIVED: N_("SKU “{value}” diarsipkan, jadi tidak bisa menjadi isi bundel."),
    Fault.STILL_IN_BUNDLES: N_("Masih menjadi isi bundel {right}. Arsipkan bundelnya dulu."),
    Fault.PARTS_MISSING: N_("Bundel perlu isi: paling sedikit satu SKU."),
    Fault.NOT_A_BUNDLE: N_("SKU ini bukan bundel, jadi tidak punya isi."),
    Fault.BUNDLE_FIXED: N_("Barang biasa tidak bisa dijadikan bundel, dan sebaliknya. Buat SKU baru."),
    Fault.BUNDLE_STOCKED: N_("Bundel tidak punya stok sendiri: yang diambil adalah isinya."),
    Fault.SAME_OPTIONS: N_("Varian dengan pilihan yang sama sudah ada: SKU {right}."),
    Fault.SUBSTITUTE_ITSELF: N_("SKU “{value}” tidak bisa menggantikan dirinya sendiri."),
    Fault.SUBSTITUTE_UNSTOCKED: N_(
        "SKU “{value}” tidak punya stok sendiri, jadi tidak diganti dan tidak menggantikan."
    ),
    Fault.DISAGREES: N_("Berbeda dari baris {right} untuk produk yang sama."),
    Fault.REPEATED: N_("SKU “{value}” sudah ada di baris {right}."),
    Fault.SEVERAL_PRODUCTS: N_("Ada beberapa produk bernama “{value}”. Tambahkan varian dari halamannya."),
    Fault.ENDS_BEFORE_IT_BEGINS: N_("Harus sesudah waktu mulai."),
    Fault.UNREADABLE_MOMENT: N_("“{value}” bukan tanggal dan jam. Tulis seperti {right}."),
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong with one field.

    Attributes:
        value: What stands there.
        right: What would be right, where that can be said: the check digit, the choices.
    """

    field: str
    fault: Fault
    value: str = ""
    right: str = ""


@dataclass(eq=False)
class EntryRefused(Refusal):
    """Fields of a product, sku or price cannot be used; all of them are named at once."""

    wrong: tuple[Wrong, ...]

    code = "wares_refused"
    kind = Kind.INVALID
    sentence = N_("Ada isian yang perlu diperbaiki.")


@dataclass(eq=False)
class UnknownSkus(Refusal):
    """No active sku has these codes; all of them are named."""

    skus: tuple[str, ...]

    code = "unknown_skus"
    kind = Kind.INVALID
    sentence = N_("SKU tidak dikenal atau tidak dijual lagi: {skus}.")


@dataclass(eq=False)
class ProductNotFound(Refusal):
    """The shop has no such product."""

    product: str

    code = "product_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Produk “{product}” tidak ada.")


@dataclass(eq=False)
class SkuNotFound(Refusal):
    """The shop has no such sku."""

    sku: str

    code = "sku_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("SKU “{sku}” tidak ada.")


@dataclass(eq=False)
class PriceListNotFound(Refusal):
    """The shop has no such price list."""

    price_list: str

    code = "price_list_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Daftar harga “{price_list}” tidak ada.")


@dataclass(eq=False)
class PriceListTaken(Refusal):
    """Another price list has this code."""

    price_list: str

    code = "price_list_taken"
    kind = Kind.CONFLICT
    sentence = N_("Daftar harga “{price_list}” sudah ada.")


@dataclass(eq=False)
class PriceOverlaps(Refusal):
    """Another price of the same list, sku and quantity step is valid within these times."""

    sku: str
    price_list: str
    valid_from: str
    valid_until: str | None
    amount_minor: int

    code = "price_overlaps"
    kind = Kind.CONFLICT
    sentence = N_("Sudah ada harga untuk waktu itu, mulai {valid_from}. Akhiri dulu, atau gantikan.")


@dataclass(eq=False)
class PriceNotFound(Refusal):
    """No price of this list, sku and quantity step begins then."""

    sku: str

    code = "price_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Harga SKU “{sku}” itu tidak ada.")


@dataclass(eq=False)
class PriceIsHistory(Refusal):
    """The price was valid already; orders were placed by it, so it stays."""

    sku: str

    code = "price_is_history"
    kind = Kind.CONFLICT
    sentence = N_("Harga yang sudah pernah berlaku tidak bisa dihapus atau diubah mundur.")


@dataclass(eq=False)
class StillInBundles(Refusal):
    """The sku is a part of bundles that are sold; archiving it would make them unsellable."""

    sku: str
    bundles: tuple[str, ...]

    code = "still_in_bundles"
    kind = Kind.CONFLICT
    sentence = N_("SKU “{sku}” masih menjadi isi bundel {bundles}. Arsipkan bundelnya dulu.")


@dataclass(eq=False)
class PartArchived(Refusal):
    """A bundle cannot be sold while one of its parts is archived."""

    sku: str
    parts: tuple[str, ...]

    code = "part_archived"
    kind = Kind.CONFLICT
    sentence = N_("Isi bundel “{sku}” masih diarsipkan: {parts}.")


@dataclass(eq=False)
class NotAnImage(Refusal):
    """The bytes are no PNG, JPEG or WebP, whatever the file is called."""

    code = "not_an_image"
    kind = Kind.INVALID
    sentence = N_("Berkas itu bukan gambar PNG, JPEG, atau WebP.")


@dataclass(eq=False)
class ImageTooLarge(Refusal):
    """More bytes or pixels than a product picture needs."""

    most_bytes: int

    code = "image_too_large"
    kind = Kind.INVALID
    sentence = N_("Gambar terlalu besar: paling besar 5 MB dan 8.000 piksel per sisi.")


@dataclass(eq=False)
class TooManyImages(Refusal):
    """A product shows at most so many images."""

    most: int

    code = "too_many_images"
    kind = Kind.CONFLICT
    sentence = N_("Satu produk paling banyak punya {most} gambar.")


@dataclass(eq=False)
class SheetUnreadable(Refusal):
    """The file is no CSV that can be read: not text, empty, or too long."""

    reason: str

    code = "sheet_unreadable"
    kind = Kind.INVALID
    sentence = N_("Berkas itu tidak bisa dibaca sebagai CSV.")


@dataclass(eq=False)
class UnknownColumns(Refusal):
    """Columns nobody knows; a misspelt one would be lost silently, so nothing is read.

    Attributes:
        meant: The likeliest column for each, or an empty text.
    """

    columns: tuple[str, ...]
    meant: tuple[str, ...]

    code = "unknown_columns"
    kind = Kind.INVALID
    sentence = N_("Kolom tidak dikenal: {columns}.")


@dataclass(eq=False)
class ColumnsMissing(Refusal):
    """The sheet lacks columns it cannot do without."""

    columns: tuple[str, ...]

    code = "columns_missing"
    kind = Kind.INVALID
    sentence = N_("Kolom wajib belum ada: {columns}.")


@dataclass(eq=False)
class ImportNotFound(Refusal):
    """The shop has no such import."""

    import_id: str

    code = "import_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Impor itu tidak ada.")


@dataclass(eq=False)
class ImportApplied(Refusal):
    """The good rows of this import were applied before."""

    code = "import_applied"
    kind = Kind.CONFLICT
    sentence = N_("Impor ini sudah diterapkan.")
