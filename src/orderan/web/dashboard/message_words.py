"""What pages call messages, their states, channels and the reasons they were not told."""

from collections.abc import Mapping
from typing import Final

from orderan.kit.errors import N_
from orderan.notifications import NATURES, Channel, DeliveryState, MessageState, Why

KINDS: Final[Mapping[str, str]] = {kind.value: nature.name for kind, nature in NATURES.items()}
CHANNELS: Final[Mapping[str, str]] = {
    Channel.EMAIL: N_("E-mail"),
    Channel.WHATSAPP: N_("WhatsApp"),
    Channel.SMS: N_("SMS"),
    Channel.PUSH: N_("Notifikasi peramban"),
    Channel.WEBHOOK: N_("Aplikasi toko (webhook)"),
}
STATES: Final = {
    MessageState.WAITING: (N_("Menunggu"), "wait", "clock"),
    MessageState.TOLD: (N_("Tersampaikan"), "done", "circle-check"),
    MessageState.UNTOLD: (N_("Tidak sampai"), "loss", "alert-triangle"),
    MessageState.SUPPRESSED: (N_("Tidak dikirim"), "calm", "ban"),
}
DELIVERIES: Final = {
    DeliveryState.QUEUED: (N_("Antre"), "wait", "clock"),
    DeliveryState.SENDING: (N_("Sedang dikirim"), "wait", "send"),
    DeliveryState.SENT: (N_("Dikirim"), "done", "check"),
    DeliveryState.DELIVERED: (N_("Sampai"), "done", "circle-check"),
    DeliveryState.SEEN: (N_("Dibaca"), "done", "eye"),
    DeliveryState.FAILED: (N_("Gagal"), "loss", "alert-triangle"),
    DeliveryState.UNKNOWN: (N_("Belum diketahui"), "wait", "help-circle"),
    DeliveryState.SUPPRESSED: (N_("Tidak jadi"), "calm", "ban"),
}
REASONS: Final[Mapping[str, str]] = {
    Why.OVERTAKEN: N_("Sudah ada kabar yang lebih baru"),
    Why.NOT_TRUE: N_("Sudah tidak benar saat akan dikirim"),
    Why.TOO_LATE: N_("Sudah tidak berguna"),
    Why.STOPPED: N_("Tidak diinginkan, atau belum disetujui pembeli"),
    Why.NOWHERE: N_("Tidak ada alamat di jalur ini"),
    Why.GONE: N_("Data pembelinya sudah dihapus"),
    Why.NO_SENDER: N_("Belum ada penyedia untuk jalur ini"),
    Why.CHANNEL_AWAY: N_("Penyedianya tidak bisa dihubungi"),
    Why.IN_DOUBT: N_("Tidak ada yang tahu apakah terkirim"),
    Why.NOT_USED: N_("Toko tidak memakai jalur ini lagi"),
    Why.GAP: N_("Kalimatnya punya isian yang belum diketahui"),
    Why.CHANNELS_OVER: N_("Semua jalur sudah dicoba"),
}
"""Our own reasons; a provider's code is shown as it is."""

LANGUAGES: Final = {"id": N_("Bahasa Indonesia"), "en": N_("Inggris")}
