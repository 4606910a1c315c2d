"""What pages call incidents, their states and what is wrong."""

from typing import Final

from orderan.incidents import Flag, IncidentState, Kind, Severity
from orderan.kit.errors import N_

KINDS: Final = {
    Kind.DOWN: N_("Tidak bisa dipakai"),
    Kind.SLOW: N_("Sangat lambat"),
    Kind.DECLINES: N_("Banyak ditolak"),
    Kind.SILENT: N_("Kabar pembayaran terlambat"),
    Kind.OTHER: N_("Gangguan lain"),
}
SEVERITIES: Final = {
    Severity.MINOR: N_("Ringan"),
    Severity.MAJOR: N_("Parah"),
    Severity.CRITICAL: N_("Gawat"),
}
STATES: Final = {
    IncidentState.SUSPECTED: (N_("Dugaan"), "wait", "help-circle"),
    IncidentState.OPEN: (N_("Berlangsung"), "loss", "alert-triangle"),
    IncidentState.RECOVERED: (N_("Pulih"), "act", "clipboard-check"),
    IncidentState.CLOSED: (N_("Ditutup"), "done", "circle-check"),
    IncidentState.DISMISSED: (N_("Bukan gangguan"), "calm", "ban"),
}
FLAGS: Final = {
    Flag.TOO_LONG: N_("Lebih dari 24 jam: tidak menurunkan apa pun"),
    Flag.UNKNOWN_PART: N_("Bagiannya tidak dikenal: tidak menurunkan apa pun"),
}
