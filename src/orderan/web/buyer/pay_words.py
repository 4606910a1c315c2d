"""How a buyer pays with what we hand out, step by step, for each bank, wallet and counter.

Menus are named as the apps and machines name them, in Indonesian in both languages: that is what
stands on their screens.
"""

from dataclasses import dataclass
from typing import Final

from orderan.gateways import InstrumentKind
from orderan.kit.errors import N_
from orderan.payments import METHODS, Group


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay an instrument.

    Attributes:
        steps: In order; `{number}` and `{amount}` stand for what is to be typed, `{menu}` for the menu.
        menu: As the app or machine writes it; of a wallet or a store its name.
    """

    name: str
    steps: tuple[str, ...]
    menu: str = ""


_CHECK: Final = N_("Periksa nama toko dan jumlahnya, lalu selesaikan dengan PIN Anda.")


_IN_APP: Final = (N_("Masuk ke aplikasi, lalu buka {menu}."), N_("Masukkan nomor {number}."), _CHECK)
_AT_MACHINE: Final = (
    N_("Masukkan kartu dan PIN, lalu pilih {menu}."),
    N_("Masukkan nomor {number}."),
    _CHECK,
)


_OTHER_BANK: Final = Way(
    N_("Dari bank lain"),
    (
        N_("Pilih Transfer ke bank lain di aplikasi bank Anda."),
        N_("Pilih bank tujuan, lalu masukkan nomor {number} sebagai rekening tujuan."),
        N_("Masukkan jumlah tepat {amount}: jumlah lain ditolak bank."),
        _CHECK,
    ),
)


def _bank(app: str, menu: str, machine: str) -> tuple[Way, ...]:
    return (Way(app, _IN_APP, menu), Way(N_("ATM"), _AT_MACHINE, machine), _OTHER_BANK)


def _app(name: str) -> tuple[Way, ...]:
    """A bank whose app has one menu for it, and whose machines are few."""
    return (Way(name, _IN_APP, "Virtual Account"), _OTHER_BANK)


BANKS: Final = {
    "va_bca": _bank(
        "m-BCA",
        "m-Transfer › BCA Virtual Account",
        "Transaksi Lainnya › Transfer › Ke Rek BCA Virtual Account",
    ),
    "va_bni": _bank(
        "BNI Mobile", "Transfer › Virtual Account Billing", "Menu Lain › Transfer › Virtual Account Billing"
    ),
    "va_bri": _bank("BRImo", "Pembayaran › BRIVA", "Transaksi Lain › Pembayaran › Lainnya › BRIVA"),
    "va_permata": _bank(
        "PermataMobile X", "Bayar › Virtual Account", "Transaksi Lainnya › Pembayaran › Virtual Account"
    ),
    "va_cimb": _bank("OCTO Mobile", "Transfer › Virtual Account", "Transfer › CIMB Niaga Virtual Account"),
    "va_bsi": _bank("BSI Mobile", "Bayar › Virtual Account", "Menu Lain › Bayar › Virtual Account"),
    "va_danamon": _bank("D-Bank PRO", "Pembayaran › Virtual Account", "Pembayaran › Virtual Account"),
    "va_mandiri": _bank("Livin' by Mandiri", "Bayar/VA", "Bayar/Beli › Lainnya › Multipayment"),
    "va_maybank": _app("M2U ID"),
    "va_btn": _app("Bale by BTN"),
    "va_bnc": _app("neobank"),
    "va_bss": _app("Bank Sahabat Sampoerna"),
    "va_bjb": _app("DIGI by bank bjb"),
    "va_muamalat": _app("Muamalat DIN"),
    "va_hana": _app("MyHana"),
    "va_sinarmas": _app("SimobiPlus"),
    "va_arthagraha": _app("Bank Artha Graha"),
    "va_bpd_bali": _app("BPD Bali Mobile"),
    "va_seabank": _app("SeaBank"),
    "va_saqu": _app("Bank Saqu"),
}
MANDIRI_BILL: Final = (
    Way(
        "Livin' by Mandiri",
        (
            N_("Masuk ke aplikasi, lalu buka {menu}."),
            N_("Pilih penyedia jasa {biller}, lalu masukkan kode bayar {number}."),
            _CHECK,
        ),
        "Bayar › Multipayment",
    ),
    Way(
        N_("ATM"),
        (
            N_("Masukkan kartu dan PIN, lalu pilih {menu}."),
            N_("Masukkan kode perusahaan {biller}, lalu kode bayar {number}."),
            _CHECK,
        ),
        "Bayar/Beli › Lainnya › Multipayment",
    ),
)
_ANY_BANK: Final = (
    Way(
        N_("Aplikasi bank"),
        (
            N_("Buka menu Virtual Account atau Transfer di aplikasi bank Anda."),
            N_("Masukkan nomor {number}."),
            _CHECK,
        ),
    ),
    _OTHER_BANK,
)
_QR: Final = (
    Way(
        N_("Dengan ponsel lain"),
        (
            N_("Buka aplikasi bank atau dompet digital apa pun yang bisa QRIS."),
            N_("Pilih Pindai atau Bayar, lalu arahkan kamera ke kode ini."),
            _CHECK,
        ),
    ),
    Way(
        N_("Dengan ponsel ini"),
        (
            N_("Simpan gambar kode ini atau ambil tangkapan layar."),
            N_("Buka aplikasi bank atau dompet digital, pilih Pindai, lalu ambil gambar dari galeri."),
            _CHECK,
        ),
    ),
)
_AT_THE_TILL: Final = (
    N_("Datang ke {menu} terdekat dan bilang ingin membayar tagihan belanja daring."),
    N_("Tunjukkan kode bayar {number} kepada kasir."),
    N_("Bayar tunai {amount}, lalu simpan struknya sampai pesanan tiba."),
)
_BACK: Final = N_("Kembali ke halaman ini: halamannya berganti sendiri begitu uangnya masuk.")
_LEADS_ON: Final = {
    Group.WALLET: (
        N_("Tekan tombol di atas: aplikasi {menu} atau halamannya terbuka."),
        N_("Periksa nama toko dan jumlah {amount}, lalu bayar dengan PIN {menu} Anda."),
        _BACK,
    ),
    Group.CARD: (
        N_("Tekan tombol di atas, lalu ketik nomor kartu di halaman yang terbuka. Toko tidak melihatnya."),
        N_("Masukkan kode OTP yang dikirim bank penerbit kartu Anda."),
        _BACK,
    ),
    Group.PAY_LATER: (
        N_("Tekan tombol di atas, lalu masuk ke akun {menu} Anda."),
        N_("Pilih lamanya cicilan, lalu setujui {amount}."),
        _BACK,
    ),
    Group.DIRECT_DEBIT: (
        N_("Tekan tombol di atas, lalu masuk ke {menu}."),
        N_("Periksa jumlah {amount}, lalu setujui dengan kode dari bank Anda."),
        _BACK,
    ),
}
_LEADS_ELSEWHERE: Final = (
    N_("Tekan tombol di atas: halaman atau aplikasi pembayarannya terbuka."),
    N_("Selesaikan di sana, lalu kembali ke halaman ini."),
)
_PUSHED: Final = (
    N_("Buka {menu} dan ketuk pemberitahuannya; bila tidak tampak, lihat di kotak masuknya."),
    N_("Periksa jumlah {amount}, lalu setujui sebelum waktunya habis."),
)


def ways_to_pay(method: str, kind: str) -> tuple[Way, ...]:
    """Steps for an instrument of a method."""
    group, name = METHODS[method].group, METHODS[method].name
    if kind == InstrumentKind.BILL:
        return MANDIRI_BILL
    if kind == InstrumentKind.QR:
        return _QR
    if kind == InstrumentKind.PUSH:
        return (Way(N_("Di aplikasi"), _PUSHED, name),)
    if kind in (InstrumentKind.DEEPLINK, InstrumentKind.REDIRECT):
        return (Way(N_("Lanjutkan di halaman pembayaran"), _LEADS_ON.get(group, _LEADS_ELSEWHERE), name),)
    if group is Group.COUNTER:
        return (Way(N_("Di kasir"), _AT_THE_TILL, name),)
    return BANKS.get(method, _ANY_BANK)
