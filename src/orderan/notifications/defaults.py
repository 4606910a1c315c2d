"""The words that are shipped: per kind and language a subject, a letter, and what fits into an SMS.

Version 0 of every template. A shop that writes its own keeps them in the database; these stay what
they are given back to.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from orderan.notifications.kinds import TITLED
from orderan.notifications.models import Channel, Kind, Template

LONG: Final = frozenset({Channel.EMAIL, Channel.WHATSAPP, Channel.WEBHOOK})
_Said = tuple[str, str, str]

_ID: Final[Mapping[Kind, _Said]] = MappingProxyType(
    {
        Kind.PAY_NOW: (
            "Pesanan {{ number }} menunggu pembayaran",
            (
                "Halo {{ buyer }},\n\n"
                "Pesanan Anda di {{ shop }} sudah kami catat. Bayar {{ amount }} sebelum {{ until }}, supaya"
                " barangnya tetap kami simpan untuk Anda.\n\n"
                "Bayar sekarang: {{ link }}"
            ),
            "{{ shop }}: pesanan {{ number }} menunggu pembayaran {{ amount }} sebelum {{ until }}. {{ link }}",
        ),
        Kind.PAY_WITH: (
            "Cara membayar pesanan {{ number }}",
            (
                "Halo {{ buyer }},\n\n"
                "Bayar {{ amount }} lewat {{ method }} sebelum {{ until }}.\n\n"
                "Nomor untuk membayar:\n{{ pay_code }}\n\n"
                "Buka halaman pembayaran: {{ link }}"
            ),
            (
                "{{ shop }}: bayar {{ amount }} lewat {{ method }}, nomor {{ pay_code }}, sebelum {{ until }}."
                " {{ link }}"
            ),
        ),
        Kind.PAY_SOON: (
            "Batas bayar pesanan {{ number }} hampir lewat",
            (
                "Halo {{ buyer }},\n\n"
                "Pesanan Anda belum dibayar. Setelah {{ until }} barangnya kami lepas untuk pembeli lain."
                " Yang perlu dibayar: {{ amount }}, lewat {{ pay_how }}.\n\n"
                "Bayar sekarang: {{ link }}"
            ),
            (
                "{{ shop }}: batas bayar pesanan {{ number }} ({{ amount }}) {{ until }}, lewat {{ pay_how }}."
                " {{ link }}"
            ),
        ),
        Kind.TROUBLE: (
            "{{ method }} sedang terganggu",
            (
                "Halo {{ buyer }},\n\n"
                "Pembayaran lewat {{ method }} sedang terganggu. Waktu bayar pesanan {{ number }} kami hentikan"
                " selama gangguan, jadi Anda tidak kehilangan apa-apa. Anda juga bisa memilih cara bayar lain.\n\n"
                "Pilih cara bayar: {{ link }}"
            ),
            (
                "{{ shop }}: {{ method }} sedang terganggu. Waktu bayar pesanan {{ number }} kami hentikan, atau"
                " pilih cara lain: {{ link }}"
            ),
        ),
        Kind.RECOVERED: (
            "{{ method }} sudah pulih",
            (
                "Halo {{ buyer }},\n\n"
                "Pembayaran lewat {{ method }} sudah pulih. Pesanan {{ number }} bisa dibayar sampai {{ until }}.\n\n"
                "Bayar sekarang: {{ link }}"
            ),
            "{{ shop }}: {{ method }} sudah pulih. Bayar pesanan {{ number }} sampai {{ until }}: {{ link }}",
        ),
        Kind.EXPIRED: (
            "Batas bayar pesanan {{ number }} sudah lewat",
            (
                "Halo {{ buyer }},\n\n"
                "Kami belum menerima pembayaran, jadi pesanan {{ number }} berakhir dan tidak perlu dibayar lagi."
                " Kalau Anda masih menginginkannya, silakan pesan lagi."
            ),
            (
                "{{ shop }}: pesanan {{ number }} berakhir karena belum dibayar. Jangan dibayar lagi; silakan"
                " pesan ulang."
            ),
        ),
        Kind.PAID_LATE: (
            "Pembayaran pesanan {{ number }} datang terlambat",
            (
                "Halo {{ buyer }},\n\n"
                "Pembayaran Anda {{ amount }} kami terima setelah pesanan {{ number }} berakhir. Uang Anda aman dan"
                " Anda tidak perlu membayar lagi.\n\n"
                "Dalam tiga hari petugas {{ shop }} mengembalikannya, atau menawarkan pesanan baru kepada Anda.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            (
                "{{ shop }}: pembayaran {{ amount }} datang setelah pesanan {{ number }} berakhir. Dalam tiga hari"
                " kami kembalikan atau tawarkan pesanan baru. {{ link }}"
            ),
        ),
        Kind.ACCEPTED: (
            "Pesanan {{ number }} kami terima",
            (
                "Halo {{ buyer }},\n\n"
                "Terima kasih. Pesanan {{ number }} senilai {{ amount }} kami terima dan segera disiapkan.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            "{{ shop }}: pesanan {{ number }} ({{ amount }}) kami terima dan segera disiapkan. {{ link }}",
        ),
        Kind.SHIPPED: (
            "Pesanan {{ number }} dikirim",
            (
                "Halo {{ buyer }},\n\n"
                "Paket pesanan {{ number }} sudah di tangan {{ courier }}.\n\n"
                "Nomor resi:\n{{ awb }}\n\n"
                "Lacak paket: {{ link }}"
            ),
            "{{ shop }}: pesanan {{ number }} dikirim dengan {{ courier }}, resi {{ awb }}.",
        ),
        Kind.OUT_FOR_DELIVERY: (
            "Paket pesanan {{ number }} diantar hari ini",
            (
                "Halo {{ buyer }},\n\n"
                "{{ courier }} sedang mengantar paket Anda (resi {{ awb }}). Mohon pastikan ada yang menerima.\n\n"
                "Lacak paket: {{ link }}"
            ),
            "{{ shop }}: {{ courier }} mengantar paket pesanan {{ number }} hari ini, resi {{ awb }}.",
        ),
        Kind.DELIVERED: (
            "Pesanan {{ number }} sudah sampai",
            (
                "Halo {{ buyer }},\n\n"
                "Pesanan {{ number }} sudah sampai. Kalau ada yang tidak sesuai, beri tahu kami.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            "{{ shop }}: pesanan {{ number }} sudah sampai. Kalau ada yang tidak sesuai, beri tahu kami.",
        ),
        Kind.CANCELLED: (
            "Pesanan {{ number }} dibatalkan",
            (
                "Halo {{ buyer }},\n\n"
                "Pesanan {{ number }} dibatalkan dan tidak akan dikirim. Kalau sudah ada yang Anda bayar, uangnya"
                " kami kembalikan dan kami kabari begitu dikirim.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            "{{ shop }}: pesanan {{ number }} dibatalkan. Kalau sudah dibayar, uangnya kami kembalikan.",
        ),
        Kind.REFUNDED: (
            "Dana pesanan {{ number }} dikembalikan",
            (
                "Halo {{ buyer }},\n\n"
                "{{ amount }} dari pesanan {{ number }} sudah kami kembalikan. Bank atau dompet Anda mungkin perlu"
                " beberapa hari untuk menampilkannya."
            ),
            "{{ shop }}: {{ amount }} dari pesanan {{ number }} sudah kami kembalikan.",
        ),
        Kind.RETURN_APPROVED: (
            "Retur pesanan {{ number }} disetujui",
            (
                "Halo {{ buyer }},\n\n"
                "Retur {{ return_number }} untuk pesanan {{ number }} disetujui. Kirim barangnya kembali, dan tulis"
                " nomor retur di luar paketnya."
            ),
            "{{ shop }}: retur {{ return_number }} disetujui. Kirim barangnya dengan nomor itu di luar paket.",
        ),
        Kind.REVIEW: (
            "Bagaimana pesanan {{ number }}?",
            (
                "Halo {{ buyer }},\n\n"
                "Semoga pesanan {{ number }} sesuai harapan. Ceritakan kepada kami apa yang baik dan apa yang bisa"
                " lebih baik.\n\n"
                "Beri ulasan: {{ link }}"
            ),
            "{{ shop }}: bagaimana pesanan {{ number }}? Ceritakan kepada kami: {{ link }}",
        ),
        Kind.BACK_IN_STOCK: (
            "{{ ware }} tersedia lagi",
            (
                "Halo {{ buyer }},\n\n"
                "{{ ware }} yang Anda tunggu tersedia lagi di {{ shop }}. Jumlahnya terbatas dan tidak kami simpan untuk"
                " Anda.\n\n"
                "Pesan sekarang: {{ link }}"
            ),
            "{{ shop }}: {{ ware }} tersedia lagi. Pesan sekarang: {{ link }}",
        ),
    }
)

_EN: Final[Mapping[Kind, _Said]] = MappingProxyType(
    {
        Kind.PAY_NOW: (
            "Order {{ number }} is waiting for your payment",
            (
                "Hello {{ buyer }},\n\n"
                "We have your order at {{ shop }}. Please pay {{ amount }} before {{ until }}; until then we keep"
                " the goods for you.\n\n"
                "Pay now: {{ link }}"
            ),
            "{{ shop }}: order {{ number }} is waiting for {{ amount }} before {{ until }}. {{ link }}",
        ),
        Kind.PAY_WITH: (
            "How to pay for order {{ number }}",
            (
                "Hello {{ buyer }},\n\n"
                "Please pay {{ amount }} by {{ method }} before {{ until }}.\n\n"
                "Number to pay to:\n{{ pay_code }}\n\n"
                "Open the payment page: {{ link }}"
            ),
            "{{ shop }}: pay {{ amount }} by {{ method }}, number {{ pay_code }}, before {{ until }}. {{ link }}",
        ),
        Kind.PAY_SOON: (
            "The time to pay for order {{ number }} is nearly over",
            (
                "Hello {{ buyer }},\n\n"
                "Your order is not paid yet. After {{ until }} the goods go to somebody else. Still to pay:"
                " {{ amount }}, by {{ pay_how }}.\n\n"
                "Pay now: {{ link }}"
            ),
            (
                "{{ shop }}: order {{ number }} ({{ amount }}) can be paid until {{ until }}, by {{ pay_how }}."
                " {{ link }}"
            ),
        ),
        Kind.TROUBLE: (
            "{{ method }} has trouble",
            (
                "Hello {{ buyer }},\n\n"
                "Payments by {{ method }} have trouble. We have stopped the clock of order {{ number }}, so you lose"
                " nothing. You can also choose another way to pay.\n\n"
                "Choose a way to pay: {{ link }}"
            ),
            (
                "{{ shop }}: {{ method }} has trouble. We stopped the clock of order {{ number }}, or choose another"
                " way: {{ link }}"
            ),
        ),
        Kind.RECOVERED: (
            "{{ method }} works again",
            (
                "Hello {{ buyer }},\n\n"
                "Payments by {{ method }} work again. You can pay for order {{ number }} until {{ until }}.\n\n"
                "Pay now: {{ link }}"
            ),
            "{{ shop }}: {{ method }} works again. Pay for order {{ number }} until {{ until }}: {{ link }}",
        ),
        Kind.EXPIRED: (
            "The time to pay for order {{ number }} is over",
            (
                "Hello {{ buyer }},\n\n"
                "No payment reached us, so order {{ number }} has ended and need not be paid any more. If you still"
                " want it, please order again."
            ),
            "{{ shop }}: order {{ number }} ended unpaid. Please do not pay it any more; order again instead.",
        ),
        Kind.PAID_LATE: (
            "Your payment for order {{ number }} came late",
            (
                "Hello {{ buyer }},\n\n"
                "Your payment of {{ amount }} reached us after order {{ number }} had ended. Your money is safe, and"
                " you need not pay again.\n\n"
                "Within three days somebody at {{ shop }} pays it back, or offers you a new order.\n\n"
                "See the order: {{ link }}"
            ),
            (
                "{{ shop }}: your payment of {{ amount }} came after order {{ number }} had ended. Within three days"
                " we pay it back or offer a new order. {{ link }}"
            ),
        ),
        Kind.ACCEPTED: (
            "We have your order {{ number }}",
            (
                "Hello {{ buyer }},\n\n"
                "Thank you. We have accepted order {{ number }} of {{ amount }} and are getting it ready.\n\n"
                "See the order: {{ link }}"
            ),
            "{{ shop }}: order {{ number }} ({{ amount }}) is accepted and being prepared. {{ link }}",
        ),
        Kind.SHIPPED: (
            "Order {{ number }} is on its way",
            (
                "Hello {{ buyer }},\n\n"
                "A parcel of order {{ number }} is with {{ courier }}.\n\n"
                "Tracking number:\n{{ awb }}\n\n"
                "Track it: {{ link }}"
            ),
            "{{ shop }}: order {{ number }} is on its way with {{ courier }}, tracking number {{ awb }}.",
        ),
        Kind.OUT_FOR_DELIVERY: (
            "Your parcel of order {{ number }} comes today",
            (
                "Hello {{ buyer }},\n\n"
                "{{ courier }} is bringing your parcel ({{ awb }}). Please make sure that somebody is there.\n\n"
                "Track it: {{ link }}"
            ),
            "{{ shop }}: {{ courier }} brings your parcel of order {{ number }} today, {{ awb }}.",
        ),
        Kind.DELIVERED: (
            "Order {{ number }} has arrived",
            (
                "Hello {{ buyer }},\n\n"
                "Order {{ number }} has arrived. If anything is not as it should be, tell us.\n\n"
                "See the order: {{ link }}"
            ),
            "{{ shop }}: order {{ number }} has arrived. If anything is not as it should be, tell us.",
        ),
        Kind.CANCELLED: (
            "Order {{ number }} is cancelled",
            (
                "Hello {{ buyer }},\n\n"
                "Order {{ number }} is cancelled and will not be sent. If you have paid anything, we return it and"
                " tell you when it is on its way.\n\n"
                "See the order: {{ link }}"
            ),
            "{{ shop }}: order {{ number }} is cancelled. If you have paid anything, we return it.",
        ),
        Kind.REFUNDED: (
            "We have returned your money of order {{ number }}",
            (
                "Hello {{ buyer }},\n\n"
                "We have returned {{ amount }} of order {{ number }}. Your bank or wallet may take some days to show"
                " it."
            ),
            "{{ shop }}: we have returned {{ amount }} of order {{ number }}.",
        ),
        Kind.RETURN_APPROVED: (
            "The return of order {{ number }} is approved",
            (
                "Hello {{ buyer }},\n\n"
                "Return {{ return_number }} of order {{ number }} is approved. Please send the goods back, with the"
                " return number on the outside of the parcel."
            ),
            "{{ shop }}: return {{ return_number }} is approved. Send it with that number on the parcel.",
        ),
        Kind.REVIEW: (
            "How was order {{ number }}?",
            (
                "Hello {{ buyer }},\n\n"
                "We hope order {{ number }} is what you hoped for. Tell us what was good and what could be better.\n\n"
                "Write a review: {{ link }}"
            ),
            "{{ shop }}: how was order {{ number }}? Tell us: {{ link }}",
        ),
        Kind.BACK_IN_STOCK: (
            "{{ ware }} is back",
            (
                "Hello {{ buyer }},\n\n"
                "{{ ware }}, which you waited for, is back at {{ shop }}. Stock is limited and is not kept for you.\n\n"
                "Order now: {{ link }}"
            ),
            "{{ shop }}: {{ ware }} is back. Order now: {{ link }}",
        ),
    }
)

_SAID: Final = {"id": _ID, "en": _EN}


def default_template(kind: Kind, channel: str, locale: str) -> Template:
    """Version 0 of a kind's words; a language we do not speak gets Indonesian."""
    subject, letter, short = _SAID.get(locale, _ID)[kind]
    words = letter if channel in LONG else short
    return Template(kind, channel, locale, 0, subject if channel in TITLED else "", words)
