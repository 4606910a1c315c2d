"""What can go wrong with the embedded server. Each message says what to do about it.

PostgresFault
├── NoBinaries       no PostgreSQL >= 15 anywhere we look
├── AlreadyRunning   another process of ours holds the data folder
└── CannotStart      the server or its files refuse
"""

from pathlib import Path


class PostgresFault(Exception):
    """The embedded server cannot be used as asked."""


class NoBinaries(PostgresFault):
    """No usable PostgreSQL programs were found."""


class AlreadyRunning(PostgresFault):
    """Another process holds this data folder."""

    def __init__(self, folder: Path, pid: int | None, purpose: str) -> None:
        who = f"process {pid} ({purpose})" if pid is not None else "another process"
        super().__init__(f"{who} already runs Orderan in {folder}; stop it first, or use another folder")
        self.folder = folder
        self.pid = pid
        self.purpose = purpose


class CannotStart(PostgresFault):
    """The server did not start, or did not stop; the message carries its own words."""
