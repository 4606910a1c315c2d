"""What pages of own vans call states, weather, failures and why a parcel stays."""

from typing import Final

from orderan.kit.errors import N_

RUNS: Final = {
    "planned": (N_("Direncanakan"), "act", "route"),
    "out": (N_("Di jalan"), "wait", "truck"),
    "back": (N_("Kembali, belum ditutup"), "act", "cash"),
    "closed": (N_("Ditutup"), "done", "circle-check"),
    "cancelled": (N_("Dibatalkan"), "calm", "ban"),
}
STOPS: Final = {
    "planned": (N_("Menunggu giliran"), "calm", "clock"),
    "next": (N_("Sedang dituju"), "wait", "truck"),
    "delivered": (N_("Terkirim"), "done", "circle-check"),
    "failed": (N_("Gagal diantar"), "loss", "alert-triangle"),
    "skipped": (N_("Tidak jadi"), "calm", "ban"),
}
WEATHERS: Final = {"clear": N_("Cerah"), "rain": N_("Hujan"), "flood": N_("Banjir")}
LEFT: Final = {
    "no_point": N_("Letaknya belum diketahui"),
    "too_heavy": N_("Terlalu berat untuk mobil mana pun"),
    "too_much_cash": N_("Tagihan COD melewati batas uang di mobil"),
    "no_room": N_("Tidak muat di jam kerja atau di mobil"),
}
REFUSED: Final = {
    "fleet_nothing_waits": N_("Tidak ada paket kurir sendiri yang menunggu diantar dari lokasi ini."),
    "fleet_nobody_drives": N_("Tidak ada mobil dan sopir bebas yang jam kerjanya masih cukup."),
    "fleet_plan_overtaken": N_("Isinya terus berubah sementara rute dihitung. Coba lagi."),
    "fleet_depot_missing": N_("Titik awal mobil di lokasi ini belum diisi."),
    "route_nothing_fits": N_("Tidak ada rute yang memenuhi semua syarat."),
    "route_solver_not_installed": N_("Pustaka penghitung rute belum terpasang di mesin ini."),
    "given_up": N_("Hitungan itu tidak pernah selesai. Coba lagi."),
}
DISTANCES: Final = {
    "osrm": N_("jarak dari peta jalan"),
    "globe": N_("jarak garis lurus dikali faktor jalan"),
    "globe_osrm_failed": N_("peta jalan tidak menjawab; jarak garis lurus dikali faktor jalan"),
}
