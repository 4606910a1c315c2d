"""Settings: one frozen tree, grouped by subject, read once at the edge and handed down.

Nothing here is read when a module is imported. A command-line program calls
`Settings.from_environment(os.environ)` once; a test builds the tree by hand.
"""

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, get_args

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["auto", "json", "console"]

Choice = TypeVar("Choice", bound=str)
Number = TypeVar("Number", int, float)

MASTER_KEY_BYTES = 32


class SettingRefused(Exception):
    """An environment variable holds something that cannot be used; the message says what may stand there."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    host: str = "127.0.0.1"
    """Address the web server listens on (ORDERAN_HOST). Default 127.0.0.1: this machine only."""

    port: int = 8000
    """TCP port of the web server, 1 to 65535 (ORDERAN_PORT). Default 8000."""

    processes: int = 1
    """Web processes sharing the listening socket, >= 1 (ORDERAN_WEB_PROCESSES). Default: one per core,
    at most four, when read from the environment."""

    public_url: str | None = None
    """Address people see, such as https://orders.example.com (ORDERAN_PUBLIC_URL). Links in messages use
    it, and https here makes cookies Secure. Default: none; links use host and port."""

    proxies: str = "127.0.0.1"
    """Reverse proxies whose X-Forwarded-* headers are believed, comma separated
    (ORDERAN_TRUSTED_PROXIES). Default 127.0.0.1."""

    import_mb: int = 200
    """Largest file of order lines taken through a browser, in MB, 1 to 100000 (ORDERAN_IMPORT_MB).
    Default 200."""

    @property
    def address(self) -> str:
        """The address to open in a browser, without a slash at the end."""
        if self.public_url is not None:
            return self.public_url
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - compared only
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether people arrive over https, so that cookies can be Secure."""
        return self.public_url is not None and self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    port: int = 8001
    """TCP port of the simulated gateways, on this machine only, 1 to 65535 (ORDERAN_SANDBOX_PORT). Default:
    the one after the web server's."""

    mail_port: int = 8025
    """TCP port of the simulated mail server, on this machine only, 1 to 65535 (ORDERAN_SANDBOX_MAIL_PORT).
    Default: 8025."""

    @property
    def address(self) -> str:
        """Where its pages are, and its gateways below."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    url: str | None = None
    """libpq URL of a PostgreSQL >= 15 (ORDERAN_DATABASE_URL). Default: none, which means the embedded
    server under `data_dir`."""

    admin_url: str | None = None
    """URL of a role that bypasses row-level security, for backup and restore of an external server
    (ORDERAN_DATABASE_ADMIN_URL). Default: none; `url` is used, and refused if it may not read all rows."""

    pool_min: int = 2
    """Connections a process keeps open, >= 0 (ORDERAN_DB_POOL_MIN). Default 2."""

    pool_max: int = 16
    """Connections a process opens at most, >= 1 (ORDERAN_DB_POOL_MAX). Default 16: four web processes
    and a worker stay under PostgreSQL's usual 100."""

    acquire_timeout_s: float = 10.0
    """Seconds to wait for a free connection before the request is refused as busy
    (ORDERAN_DB_ACQUIRE_TIMEOUT). Default 10."""

    statement_timeout_s: float = 30.0
    """Seconds one statement may run; 0 means no limit (ORDERAN_DB_STATEMENT_TIMEOUT). Default 30."""

    lock_timeout_s: float = 5.0
    """Seconds one statement may wait for a lock; 0 means no limit (ORDERAN_DB_LOCK_TIMEOUT). Default 5."""

    bin_dir: Path | None = None
    """Folder of PostgreSQL programs to use instead of the wheel's (ORDERAN_PG_BIN). Default: none."""

    @property
    def embedded(self) -> bool:
        """Whether the database is ours to start and stop."""
        return self.url is None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    concurrency: int = 4
    """Jobs one worker runs side by side, >= 1 (ORDERAN_WORKER_CONCURRENCY). Default 4."""

    sweep_interval_s: float = 1.0
    """Seconds between two looks at what is due (expiry, outbox) (ORDERAN_SWEEP_INTERVAL). Default 1."""

    answers_days: int = 30
    """Days the answer to an Idempotency-Key is kept, >= 1 (ORDERAN_ANSWERS_DAYS): a request repeated
    later is a new request. Default 30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSettings:
    osrm_url: str | None = None
    """Address of a server that speaks OSRM's table service (ORDERAN_OSRM_URL), asked how far it is by road
    between doors. Default: none; distances are those over the globe, times a factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    level: LogLevel = "info"
    """The least severe message written (ORDERAN_LOG_LEVEL). Default info."""

    format: LogFormat = "auto"
    """json, console, or auto: console on a terminal and JSON elsewhere (ORDERAN_LOG_FORMAT)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSettings:
    master_key_file: Path
    """File that keeps the 32 byte master key, mode 0600. Always `data_dir`/master.key."""

    master_key: bytes | None = field(default=None, repr=False)
    """The master key itself, 32 bytes, given as base64 in ORDERAN_MASTER_KEY. Default: none, which means
    the file. `orderan.kit.masterkey.obtain` turns the two into the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data_dir: Path
    """Where everything kept on this machine lives (ORDERAN_DATA_DIR). Default XDG_DATA_HOME/orderan, or
    ~/.local/share/orderan."""

    secrets: SecretSettings
    web: WebSettings = WebSettings()
    sandbox: SandboxSettings = SandboxSettings()
    database: DatabaseSettings = DatabaseSettings()
    worker: WorkerSettings = WorkerSettings()
    routes: RouteSettings = RouteSettings()
    logs: LogSettings = LogSettings()

    @property
    def sandbox_file(self) -> Path:
        """Where the simulated gateways keep their keys: `data_dir`/sandbox.json."""
        return self.data_dir / "sandbox.json"

    @classmethod
    def under(cls, data_dir: Path) -> "Settings":
        """Defaults for one data folder: what tests start from."""
        return cls(data_dir=data_dir, secrets=SecretSettings(master_key_file=data_dir / "master.key"))

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Settings":
        """The whole tree, from variables named ORDERAN_*; an empty variable counts as absent.

        Raises:
            SettingRefused: A variable holds something that cannot be used. The message names it.
        """
        read = _Reader(env)
        data_dir = _data_dir(env)
        port = read.whole("ORDERAN_PORT", WebSettings().port, least=1, most=65535)
        web, database, worker, logs = WebSettings(), DatabaseSettings(), WorkerSettings(), LogSettings()
        return cls(
            data_dir=data_dir,
            secrets=SecretSettings(
                master_key_file=data_dir / "master.key",
                master_key=read.key("ORDERAN_MASTER_KEY"),
            ),
            web=WebSettings(
                host=read.text("ORDERAN_HOST") or web.host,
                port=port,
                processes=read.whole("ORDERAN_WEB_PROCESSES", min(4, os.cpu_count() or 1), least=1, most=64),
                public_url=read.web_address("ORDERAN_PUBLIC_URL"),
                proxies=read.text("ORDERAN_TRUSTED_PROXIES") or web.proxies,
                import_mb=read.whole("ORDERAN_IMPORT_MB", web.import_mb, least=1, most=100_000),
            ),
            database=DatabaseSettings(
                url=read.database_url("ORDERAN_DATABASE_URL"),
                admin_url=read.database_url("ORDERAN_DATABASE_ADMIN_URL"),
                pool_min=read.whole("ORDERAN_DB_POOL_MIN", database.pool_min, least=0, most=1000),
                pool_max=read.whole("ORDERAN_DB_POOL_MAX", database.pool_max, least=1, most=1000),
                acquire_timeout_s=read.seconds("ORDERAN_DB_ACQUIRE_TIMEOUT", database.acquire_timeout_s),
                statement_timeout_s=read.seconds(
                    "ORDERAN_DB_STATEMENT_TIMEOUT", database.statement_timeout_s
                ),
                lock_timeout_s=read.seconds("ORDERAN_DB_LOCK_TIMEOUT", database.lock_timeout_s),
                bin_dir=read.folder("ORDERAN_PG_BIN"),
            ),
            sandbox=SandboxSettings(
                port=read.whole("ORDERAN_SANDBOX_PORT", _after(port), least=1, most=65535),
                mail_port=read.whole(
                    "ORDERAN_SANDBOX_MAIL_PORT", SandboxSettings().mail_port, least=1, most=65535
                ),
            ),
            worker=WorkerSettings(
                concurrency=read.whole("ORDERAN_WORKER_CONCURRENCY", worker.concurrency, least=1, most=1000),
                sweep_interval_s=read.seconds("ORDERAN_SWEEP_INTERVAL", worker.sweep_interval_s),
                answers_days=read.whole("ORDERAN_ANSWERS_DAYS", worker.answers_days, least=1, most=3650),
            ),
            routes=RouteSettings(osrm_url=read.web_address("ORDERAN_OSRM_URL")),
            logs=LogSettings(
                level=read.one_of("ORDERAN_LOG_LEVEL", get_args(LogLevel), logs.level),
                format=read.one_of("ORDERAN_LOG_FORMAT", get_args(LogFormat), logs.format),
            ),
        )


def _after(port: int) -> int:
    return port + 1 if port < 65535 else port - 1


def _data_dir(env: Mapping[str, str]) -> Path:
    if chosen := env.get("ORDERAN_DATA_DIR"):
        return Path(chosen).expanduser().absolute()
    if shared := env.get("XDG_DATA_HOME"):
        return Path(shared).expanduser().absolute() / "orderan"
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    return home.absolute() / ".local" / "share" / "orderan"


class _Reader:
    """Turns one variable into one value, or refuses it by name."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def text(self, name: str) -> str | None:
        return self._env.get(name, "").strip() or None

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        return self._number(name, default, int, least=least, most=most, kind="a whole number")

    def seconds(self, name: str, default: float) -> float:
        return self._number(name, default, float, least=0, most=86_400, kind="seconds")

    def one_of(self, name: str, choices: tuple[Choice, ...], default: Choice) -> Choice:
        value = self.text(name)
        if value is None:
            return default
        for choice in choices:
            if choice == value.lower():
                return choice
        raise SettingRefused(name, f"{value!r} is none of {', '.join(choices)}")

    def folder(self, name: str) -> Path | None:
        value = self.text(name)
        return None if value is None else Path(value).expanduser().absolute()

    def database_url(self, name: str) -> str | None:
        value = self.text(name)
        if value is not None and not value.startswith(("postgresql://", "postgres://")):
            raise SettingRefused(
                name, "must begin with postgresql://, as in postgresql://user:password@host/db"
            )
        if value is not None:
            from psycopg import ProgrammingError
            from psycopg.conninfo import conninfo_to_dict

            try:
                conninfo_to_dict(value)
            except ProgrammingError as fault:
                # What libpq quotes after the colon may be the password.
                reason = str(fault).partition(":")[0]
                raise SettingRefused(
                    name, f"cannot be read ({reason}); a % in a password is written %25"
                ) from None
        return value

    def web_address(self, name: str) -> str | None:
        value = self.text(name)
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise SettingRefused(name, f"{value!r} must begin with http:// or https://")
        return value.rstrip("/")

    def key(self, name: str) -> bytes | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            key = base64.b64decode(value, validate=True)
        except binascii.Error:
            raise SettingRefused(name, "is not base64") from None
        if len(key) != MASTER_KEY_BYTES:
            raise SettingRefused(name, f"holds {len(key)} bytes instead of {MASTER_KEY_BYTES}")
        return key

    def _number(
        self, name: str, default: Number, read: Callable[[str], Number], *, least: int, most: int, kind: str
    ) -> Number:
        value = self.text(name)
        if value is None:
            return default
        try:
            number = read(value)
        except ValueError:
            raise SettingRefused(name, f"{value!r} is not {kind}") from None
        if not least <= number <= most:
            raise SettingRefused(name, f"{value} is not between {least} and {most}")
        return number
