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
                " selama gangguan, jadi Anda tidak kehilangan apa-apa. Anda juga bisa memakai {{ pay_other }}.\n\n"
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
        Kind.PACKED: (
            "Pesanan {{ number }} sudah dikemas",
            (
                "Halo {{ buyer }},\n\n"
                "Pesanan {{ number }} sudah dikemas dan menunggu kurir. Nomor resinya kami kirim begitu paketnya berangkat."
                "\n\nLihat pesanan: {{ link }}"
            ),
            "{{ shop }}: pesanan {{ number }} sudah dikemas dan menunggu kurir.",
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
        Kind.DELAYED: (
            "Pesanan {{ number }} mungkin terlambat",
            (
                "Halo {{ buyer }},\n\n"
                "Pesanan {{ number }} kami janjikan sampai {{ promised }}, tetapi mungkin datang lebih lambat. Kami sedang"
                " mengejarnya dan mengabari Anda begitu paketnya diantar.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            "{{ shop }}: pesanan {{ number }} mungkin sampai setelah {{ promised }}. Kami sedang mengejarnya.",
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
        Kind.ATTEMPT_FAILED: (
            "Paket pesanan {{ number }} belum bisa diserahkan",
            (
                "Halo {{ buyer }},\n\n"
                "{{ courier }} sudah mengantar paket Anda (resi {{ awb }}), tetapi belum ada yang menerimanya. Paketnya"
                " biasanya diantar lagi pada hari kerja berikutnya. Mau hari lain, alamatnya kurang jelas, atau tidak"
                " jadi? Pilih di sini: {{ link }}"
            ),
            "{{ shop }}: paket pesanan {{ number }} ({{ awb }}) belum bisa diserahkan. Hari lain, alamat lain? {{ link }}",
        ),
        Kind.POSTPONED: (
            "Paket pesanan {{ number }} diantar {{ day }}",
            (
                "Halo {{ buyer }},\n\n"
                "{{ courier }} kami minta mengantar paket Anda (resi {{ awb }}) pada {{ day }}. Kalau harinya berubah"
                " lagi, kami kabari.\n\n"
                "Lacak paket: {{ link }}"
            ),
            "{{ shop }}: paket pesanan {{ number }} ({{ awb }}) diminta diantar {{ day }}. {{ link }}",
        ),
        Kind.COMING_BACK: (
            "Paket pesanan {{ number }} kembali ke kami",
            (
                "Halo {{ buyer }},\n\n"
                "{{ courier }} tidak bisa menyerahkan paket Anda (resi {{ awb }}) dan sedang mengembalikannya ke {{ shop }}."
                " Kalau Anda masih menginginkannya, beri tahu kami.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            "{{ shop }}: paket pesanan {{ number }} ({{ awb }}) sedang kembali ke kami. Masih mau? Beri tahu kami. {{ link }}",
        ),
        Kind.PARCEL_LOST: (
            "Ada masalah dengan paket pesanan {{ number }}",
            (
                "Halo {{ buyer }},\n\n"
                "Maaf, menurut {{ courier }} paket Anda (resi {{ awb }}) hilang atau rusak di jalan. Anda tidak perlu"
                " berbuat apa-apa: petugas {{ shop }} menghubungi Anda untuk mengirim ulang atau mengembalikan uang"
                " Anda.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            "{{ shop }}: maaf, paket pesanan {{ number }} ({{ awb }}) hilang atau rusak di jalan. Petugas kami menghubungi Anda.",
        ),
        Kind.CHANGED: (
            "Pesanan {{ number }} berubah",
            (
                "Halo {{ buyer }},\n\n"
                "Isi pesanan {{ number }} berubah. Jumlahnya kini {{ amount }}. Kalau Anda tidak tahu sebabnya, beri tahu"
                " kami.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            "{{ shop }}: isi pesanan {{ number }} berubah, jumlahnya kini {{ amount }}. {{ link }}",
        ),
        Kind.SUBSTITUTED: (
            "Barang pengganti untuk pesanan {{ number }}",
            (
                "Halo {{ buyer }},\n\n"
                "{{ missing_ware }} di pesanan {{ number }} ternyata tidak ada. Seperti yang Anda izinkan, kami kirim"
                " {{ ware }} sebagai gantinya, tanpa tambahan biaya. Jumlah pesanan kini {{ amount }}; kalau Anda sudah"
                " membayar lebih, selisihnya kami kembalikan.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            (
                "{{ shop }}: {{ missing_ware }} di pesanan {{ number }} kami ganti {{ ware }}, jumlahnya kini"
                " {{ amount }}. {{ link }}"
            ),
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
        Kind.RETURN_REFUSED: (
            "Retur pesanan {{ number }} tidak bisa kami terima",
            (
                "Halo {{ buyer }},\n\n"
                "Maaf, retur {{ return_number }} untuk pesanan {{ number }} tidak bisa kami terima. Mohon jangan kirim"
                " barangnya. Kalau menurut Anda ini keliru, beri tahu kami.\n\n"
                "Lihat pesanan: {{ link }}"
            ),
            "{{ shop }}: retur {{ return_number }} tidak bisa kami terima. Jangan kirim barangnya. {{ link }}",
        ),
        Kind.RETURN_RECEIVED: (
            "Barang retur pesanan {{ number }} sudah sampai",
            (
                "Halo {{ buyer }},\n\n"
                "Barang dari retur {{ return_number }} sudah sampai di {{ shop }}. Kami periksa dulu, lalu Anda kami kabari"
                " hasilnya."
            ),
            "{{ shop }}: barang retur {{ return_number }} sudah sampai dan sedang diperiksa.",
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
                " nothing. You can also use {{ pay_other }}.\n\n"
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
        Kind.PACKED: (
            "Order {{ number }} is packed",
            (
                "Hello {{ buyer }},\n\n"
                "Order {{ number }} is packed and waits for the courier. We send the tracking number as soon as it leaves."
                "\n\nSee the order: {{ link }}"
            ),
            "{{ shop }}: order {{ number }} is packed and waits for the courier.",
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
        Kind.DELAYED: (
            "Order {{ number }} may be late",
            (
                "Hello {{ buyer }},\n\n"
                "We promised order {{ number }} for {{ promised }}, but it may arrive later. We are chasing it and tell you"
                " as soon as it is being delivered.\n\n"
                "See the order: {{ link }}"
            ),
            "{{ shop }}: order {{ number }} may arrive after {{ promised }}. We are chasing it.",
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
        Kind.ATTEMPT_FAILED: (
            "Your parcel of order {{ number }} could not be handed over",
            (
                "Hello {{ buyer }},\n\n"
                "{{ courier }} came with your parcel ({{ awb }}), and nobody took it. It is usually brought again on the"
                " next working day. Another day, a better address, or not any more? Choose here: {{ link }}"
            ),
            "{{ shop }}: your parcel of order {{ number }} ({{ awb }}) could not be handed over. Another day or address? {{ link }}",
        ),
        Kind.POSTPONED: (
            "Your parcel of order {{ number }} comes on {{ day }}",
            (
                "Hello {{ buyer }},\n\n"
                "We have asked {{ courier }} to bring your parcel ({{ awb }}) on {{ day }}. If the day changes again, we"
                " tell you.\n\n"
                "Track it: {{ link }}"
            ),
            "{{ shop }}: your parcel of order {{ number }} ({{ awb }}) is to come on {{ day }}. {{ link }}",
        ),
        Kind.COMING_BACK: (
            "Your parcel of order {{ number }} is coming back to us",
            (
                "Hello {{ buyer }},\n\n"
                "{{ courier }} could not hand over your parcel ({{ awb }}) and is taking it back to {{ shop }}. If you still"
                " want it, please tell us.\n\n"
                "See the order: {{ link }}"
            ),
            "{{ shop }}: your parcel of order {{ number }} ({{ awb }}) is coming back to us. Still want it? Tell us. {{ link }}",
        ),
        Kind.PARCEL_LOST: (
            "Something happened to your parcel of order {{ number }}",
            (
                "Hello {{ buyer }},\n\n"
                "We are sorry: {{ courier }} says that your parcel ({{ awb }}) was lost or damaged on its way. You need"
                " not do anything: somebody at {{ shop }} writes to you to send it again or to return your money.\n\n"
                "See the order: {{ link }}"
            ),
            "{{ shop }}: sorry, your parcel of order {{ number }} ({{ awb }}) was lost or damaged. We write to you about it.",
        ),
        Kind.CHANGED: (
            "Order {{ number }} has changed",
            (
                "Hello {{ buyer }},\n\n"
                "What is in order {{ number }} has changed. Its total is now {{ amount }}. If you do not know why, please"
                " tell us.\n\n"
                "See the order: {{ link }}"
            ),
            "{{ shop }}: what is in order {{ number }} has changed, its total is now {{ amount }}. {{ link }}",
        ),
        Kind.SUBSTITUTED: (
            "A substitute for order {{ number }}",
            (
                "Hello {{ buyer }},\n\n"
                "{{ missing_ware }} of order {{ number }} turned out to be missing. As you allowed, we send {{ ware }}"
                " in its place, at no extra cost. The order now comes to {{ amount }}; if you have paid more, we"
                " return the difference.\n\n"
                "See the order: {{ link }}"
            ),
            (
                "{{ shop }}: {{ missing_ware }} of order {{ number }} is replaced by {{ ware }}, the total is now"
                " {{ amount }}. {{ link }}"
            ),
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
        Kind.RETURN_REFUSED: (
            "We cannot take back the goods of order {{ number }}",
            (
                "Hello {{ buyer }},\n\n"
                "We are sorry: return {{ return_number }} of order {{ number }} is not accepted. Please do not send the"
                " goods. If you think this is wrong, tell us.\n\n"
                "See the order: {{ link }}"
            ),
            "{{ shop }}: return {{ return_number }} is not accepted. Please do not send the goods. {{ link }}",
        ),
        Kind.RETURN_RECEIVED: (
            "What you sent back of order {{ number }} has arrived",
            (
                "Hello {{ buyer }},\n\n"
                "What you sent back with return {{ return_number }} has arrived at {{ shop }}. We look at it first, and tell"
                " you then."
            ),
            "{{ shop }}: what you sent back with return {{ return_number }} has arrived and is being looked at.",
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


_BY_REPLY: Final[Mapping[str, _Said]] = MappingProxyType(
    {
        "id": (
            _ID[Kind.REVIEW][0],
            (
                "Halo {{ buyer }},\n\n"
                "Semoga pesanan {{ number }} sesuai harapan. Balas pesan ini dan ceritakan apa yang baik dan apa yang bisa"
                " lebih baik."
            ),
            "{{ shop }}: bagaimana pesanan {{ number }}? Balas pesan ini dan ceritakan kepada kami.",
        ),
        "en": (
            _EN[Kind.REVIEW][0],
            (
                "Hello {{ buyer }},\n\n"
                "We hope order {{ number }} is what you hoped for. Reply to this message and tell us what was good and what"
                " could be better."
            ),
            "{{ shop }}: how was order {{ number }}? Reply to this message and tell us.",
        ),
    }
)
"""How a review is asked for where the shop has no page to write one on."""


def default_template(kind: Kind, channel: str, locale: str, *, has_page: bool = True) -> Template:
    """Version 0 of a kind's words; a language we do not speak gets Indonesian.

    Args:
        has_page: The shop has a page for reviews.
    """
    said = _SAID.get(locale, _ID)[kind]
    if kind is Kind.REVIEW and not has_page:
        said = _BY_REPLY.get(locale, _BY_REPLY["id"])
    subject, letter, short = said
    words = letter if channel in LONG else short
    return Template(kind, channel, locale, 0, subject if channel in TITLED else "", words)
