"""Every refusal of an import, named for what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, and where."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(eq=False)
class MappingRefused(Refusal):
    """The mapping cannot be used; `problems` lists everything wrong with it at once."""

    source: str
    problems: Sequence[Problem]

    code = "import_mapping_refused"
    kind = Kind.INVALID
    sentence = N_("Pemetaan “{source}” tidak bisa dipakai.")

    def __str__(self) -> str:
        return f"{self.source}: " + "; ".join(map(str, self.problems))


@dataclass(eq=False)
class SourceRefused(Refusal):
    """The file cannot be read as what its name and the mapping say it is."""

    source: str
    problems: Sequence[Problem]

    code = "import_source_refused"
    kind = Kind.INVALID
    sentence = N_("Berkas “{source}” tidak bisa dibaca.")

    def __str__(self) -> str:
        return f"{self.source}: " + "; ".join(map(str, self.problems))


@dataclass(eq=False)
class RunTaken(Refusal):
    """Another process is working on this very import; this one stops and leaves it to that one."""

    source: str

    code = "import_run_taken"
    kind = Kind.CONFLICT
    sentence = N_("Impor “{source}” sedang dikerjakan proses lain.")


@dataclass(eq=False)
class ChannelNotForImport(Refusal):
    """The channel takes orders of today; imported history needs a channel of its own."""

    channel: str

    code = "import_channel_taken"
    kind = Kind.CONFLICT
    sentence = N_("Kanal “{channel}” bukan kanal impor.")


@dataclass(eq=False)
class RunNotFound(Refusal):
    """The shop has no such import."""

    run: str

    code = "import_run_unknown"
    kind = Kind.NOT_FOUND
    sentence = N_("Impor “{run}” tidak ditemukan.")


@dataclass(eq=False)
class UploadNotFound(Refusal):
    """The shop has no such file, or it was taken off."""

    upload: str

    code = "import_upload_unknown"
    kind = Kind.NOT_FOUND
    sentence = N_("Berkas impor “{upload}” tidak ditemukan.")


@dataclass(eq=False)
class UploadInUse(Refusal):
    """The import of this file runs or is finished; it cannot be taken off any more."""

    source: str

    code = "import_upload_in_use"
    kind = Kind.CONFLICT
    sentence = N_("Berkas “{source}” sedang atau sudah diimpor, jadi tidak bisa dibuang.")


@dataclass(eq=False)
class UploadTooLarge(Refusal):
    """The file is larger than this installation takes through a browser."""

    most_mb: int

    code = "import_upload_too_large"
    kind = Kind.INVALID
    sentence = N_(
        "Berkas itu lebih besar dari {most_mb} MB. Bagi menjadi beberapa berkas, atau pakai `orderan import orders`."
    )


@dataclass(eq=False)
class UploadMissing(Refusal):
    """No file came with the form."""

    code = "import_upload_missing"
    kind = Kind.INVALID
    sentence = N_("Pilih dulu berkasnya.")


@dataclass(eq=False)
class NotAnImportEntry(Refusal):
    """There is no open entry of an import with this id."""

    entry: str

    code = "import_entry_unknown"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada perkara impor terbuka dengan id itu.")


@dataclass(eq=False)
class StillWaiting(Refusal):
    """The repaired lines still cannot be used; `problems` names each line and its reason."""

    problems: Sequence[Problem]

    code = "import_still_waiting"
    kind = Kind.INVALID
    sentence = N_("Baris yang diperbaiki masih belum bisa dipakai.")

    def __str__(self) -> str:
        return "; ".join(map(str, self.problems))


class BooksDisagree(AssertionError):
    """The outcomes do not add up to the file: a bug, never the fault of the file."""

    def __init__(self, differences: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, differences)))
        self.differences = differences
