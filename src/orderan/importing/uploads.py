"""The folder of files that people bring in with a browser, private to us and emptied behind us.

coming      a hidden file that grows while the browser sends
kept        the same file under its own name, once all of it is there
forgotten   when its import is finished, or nobody wanted it any more
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from orderan.importing.errors import Problem, SourceRefused
from orderan.kit.ids import new_id

ENDINGS: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet", ".pq")
FOLDER: Final = "imports"
LONGEST_NAME: Final = 200


@dataclass
class Coming:
    """A file on its way."""

    folder: UploadFolder
    upload_id: UUID
    source: str
    stored: str
    path: Path
    file: BinaryIO
    size: int = 0
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, piece: bytes | bytearray) -> None:
        self.file.write(piece)
        self.size += len(piece)
        self._digest.update(piece)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def keep(self) -> None:
        """All of it is there, and stays there when the machine stops."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self.path.rename(self.folder.path(self.stored))

    def drop(self) -> None:
        """Whatever came of it is not wanted."""
        self.file.close()
        self.path.unlink(missing_ok=True)


class UploadFolder:
    """Where the files lie; the worker must see the same folder as the web."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / FOLDER

    def path(self, stored: str) -> Path:
        return self._root / stored

    def receive(self, name: str) -> Coming:
        """Begin a file.

        Raises:
            SourceRefused: The ending of its name is none we read.
        """
        source = Path(name.replace("\\", "/")).name.replace("\x00", "").strip()[-LONGEST_NAME:]
        ending = Path(source).suffix.lower()
        if ending not in ENDINGS:
            known = ".parquet, .csv, .tsv, .txt, .xlsx"
            raise SourceRefused(source, (Problem("file", f"{ending or 'no ending'}: not {known}"),))
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        upload_id = new_id()
        stored = f"{upload_id}{ending}"
        path = self._root / f".{stored}.part"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return Coming(self, upload_id, source, stored, path, os.fdopen(handle, "wb"))

    def forget(self, stored: str) -> None:
        self.path(stored).unlink(missing_ok=True)
