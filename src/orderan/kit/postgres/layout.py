"""The folder of one embedded server, and the files in it.

<data_dir>/postgres/
    supervisor.lock     held by the process that runs the server; says which and why
    credentials.json    the two generated passwords, mode 0600, readable by us alone
    running.json        where the running server can be reached
    start.log           the server's words until its own log takes over
    socket/             mode 0700; elsewhere when the path would be too long for a socket
    cluster/            PGDATA, mode 0700, of the user the server runs as
"""

import json
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from orderan.kit.postgres.errors import CannotStart
from orderan.kit.postgres.identity import Identity

SUPERUSER = "postgres"
OWNER = "orderan"
DATABASE = "orderan"

# sockaddr_un has 108 bytes with the final zero; ".s.PGSQL.65535.lock" is the longest name put behind it.
SHORT_PREFIX = "orderan-pg-"
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.65535.lock")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The generated passwords of one cluster."""

    superuser: str
    owner: str


@dataclass(frozen=True, slots=True)
class Running:
    """Where a running server can be reached, as its owner wrote it down."""

    postmaster_pid: int
    port: int
    socket_dir: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths of one embedded server under an Orderan data folder."""

    data_dir: Path

    @property
    def home(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def unfinished_cluster(self) -> Path:
        return self.home / "cluster.unfinished"

    @property
    def lock_file(self) -> Path:
        return self.home / "supervisor.lock"

    @property
    def start_log(self) -> Path:
        return self.home / "start.log"

    @property
    def _running_file(self) -> Path:
        return self.home / "running.json"

    @property
    def _credentials_file(self) -> Path:
        return self.home / "credentials.json"

    def prepare(self) -> None:
        """Make our folders; those that exist keep their permissions.

        As root they can be passed through but not listed, because the server's user has to get to the
        cluster; as a plain user they are private.
        """
        mode = 0o711 if os.geteuid() == 0 else 0o700
        try:
            for folder in (self.data_dir, self.home):
                if not folder.is_dir():
                    folder.mkdir(mode=mode, parents=True)
                    folder.chmod(mode)
        except OSError as error:
            raise CannotStart(
                f"cannot make the data folder {self.data_dir}: {error.strerror};"
                " set ORDERAN_DATA_DIR to a folder of your own"
            ) from error

    def credentials(self) -> Credentials:
        """The passwords, made on first use.

        Raises:
            CannotStart: There is a cluster but its passwords are gone.
        """
        if self._credentials_file.exists():
            return Credentials(**json.loads(self._credentials_file.read_text()))
        if self.cluster.exists():
            raise CannotStart(
                f"{self._credentials_file} is missing, so nobody can log in to {self.cluster}:"
                " put the file back, or restore a backup into a new data folder"
            )
        made = Credentials(superuser=secrets.token_urlsafe(24), owner=secrets.token_urlsafe(24))
        write_private(self._credentials_file, json.dumps(asdict(made)))
        return made

    def running(self) -> Running | None:
        """Where the server is, if somebody wrote that down; whether it still answers is another question."""
        try:
            return Running(**json.loads(self._running_file.read_text()))
        except FileNotFoundError:
            return None

    def write_running(self, running: Running) -> None:
        write_private(self._running_file, json.dumps(asdict(running)))

    def forget_running(self) -> None:
        self._running_file.unlink(missing_ok=True)

    def clear_socket_folder(self) -> None:
        """Remove the socket folder of the last run, wherever it was."""
        last = self.running()
        places = {self.home / "socket"} | ({Path(last.socket_dir)} if last is not None else set())
        for place in places:
            if place.name.startswith(("socket", SHORT_PREFIX)):
                shutil.rmtree(place, ignore_errors=True)

    def make_socket_folder(self, identity: Identity) -> Path:
        """The folder for the socket, empty: mode 0700, of the server's user, short enough for a socket path.

        The same place as in the last run where possible, so that clients find a restarted server again.
        """
        folder = self.home / "socket"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            last = self.running()
            again = last is not None and Path(last.socket_dir).name.startswith(SHORT_PREFIX)
            folder = Path(last.socket_dir) if last is not None and again else _short_folder()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        identity.give(folder)
        return folder

    def url(self, running: Running, user: str, database: str, *, tcp: bool = False) -> str:
        """A libpq URL over the socket, or over 127.0.0.1 for programs that know no sockets."""
        credentials = self.credentials()
        password = credentials.superuser if user == SUPERUSER else credentials.owner
        if tcp:
            return f"postgresql://{user}:{password}@127.0.0.1:{running.port}/{database}"
        host = quote(running.socket_dir, safe="")
        return f"postgresql://{user}:{password}@/{database}?host={host}&port={running.port}"


def _short_folder() -> Path:
    places = [os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"]  # noqa: S108 - mkdtemp is private
    for place in places:
        if place and len(os.fsencode(place)) + len(f"/{SHORT_PREFIX}12345678") <= LONGEST_SOCKET_FOLDER:
            try:
                return Path(tempfile.mkdtemp(prefix=SHORT_PREFIX, dir=place))
            except OSError:
                continue
    raise CannotStart(
        "no folder with a short enough path for the database's socket: set ORDERAN_DATA_DIR to a shorter"
        f" path (at most {LONGEST_SOCKET_FOLDER - len('/postgres/socket')} bytes)"
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
