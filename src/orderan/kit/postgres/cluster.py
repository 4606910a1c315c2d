"""Making a cluster and writing its configuration.

Every login needs its password (scram-sha-256), over the socket as over TCP. Durability stays on: what
was acknowledged is kept. `fast` turns it off, and is for tests alone.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from orderan.kit.postgres.binaries import BUILTIN_LOCALES_SINCE, Binaries
from orderan.kit.postgres.errors import CannotStart
from orderan.kit.postgres.identity import Identity
from orderan.kit.postgres.layout import SUPERUSER, Credentials, Layout, write_private
from orderan.kit.postgres.processes import end_with_parent

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    # Files of the log that are kept to be written again: making a new one holds up every commit for 50 ms.
    "min_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "random_page_cost": "1.1",
    "jit": "off",  # Our statements are short: compiling them costs more than it saves.
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "idle_in_transaction_session_timeout": "10min",
    # A young shop's tables double in seconds; plans made for empty tables read far too much in full ones.
    "autovacuum_naptime": "10s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_line_prefix": "%m [%p] %q%u@%d %a ",
    "log_lock_waits": "on",
    "log_min_duration_statement": "2s",
    # Buyers' names and phones must not end up in a log: neither parameters nor the failing row.
    "log_parameter_max_length": "0",
    "log_error_verbosity": "terse",
}

# Autovacuum runs as the superuser: a database it happens to visit cannot be dropped by its owner.
UNSAFE_SPEED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

LOGINS = """\
# Written by Orderan at every start. Every login needs its password.
local all all              scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""


def folder_as_seen(cluster: Path, identity: Identity) -> str:
    """The path by which the server's user can name its own working folder.

    As root the cluster may lie under a folder that user cannot pass, such as a private home or one from
    `mktemp -d`, whose permissions are not ours to open. A process started inside it is still there, and
    on Linux it can name that place.
    """
    if identity.reaches(cluster, os.X_OK):
        return str(cluster)
    if Path("/proc/self/cwd").exists():
        return "/proc/self/cwd"
    raise CannotStart(
        f"user id {identity.uid}, which the database runs as, cannot get to {cluster}: allow it to pass"
        " the parent folders (chmod o+x), or set ORDERAN_DATA_DIR to a folder elsewhere"
    )


def create_cluster(
    layout: Layout, binaries: Binaries, identity: Identity, credentials: Credentials, *, fast: bool
) -> None:
    """Run initdb beside the final place and move the result there, so that half a cluster is never used."""
    draft = layout.unfinished_cluster
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    identity.give(draft)
    password = layout.home / "first.password"
    write_private(password, credentials.superuser)
    identity.give(password)
    try:
        made = subprocess.run(
            [
                binaries.program("initdb"),
                f"--pgdata={folder_as_seen(draft, identity)}",
                f"--username={SUPERUSER}",
                f"--pwfile=../{password.name}",
                "--auth=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
                *_locale(binaries),
                *(["--no-sync"] if fast else []),
            ],
            cwd=draft,
            env=server_environment(),
            capture_output=True,
            text=True,
            check=False,
            # Its own session, for Ctrl-C in a terminal is ours to answer; and never longer than we live.
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
            user=identity.user,
            group=identity.group,
            extra_groups=identity.groups,
        )
    finally:
        password.unlink()
    if made.returncode != 0:
        raise CannotStart(f"initdb could not make {layout.cluster}: {(made.stderr or made.stdout).strip()}")
    with (draft / "postgresql.conf").open("a") as main:
        main.write(
            "\ninclude 'orderan.conf'  # rewritten by Orderan at every start; ALTER SYSTEM overrides it\n"
        )
    draft.rename(layout.cluster)


def _locale(binaries: Binaries) -> list[str]:
    # The builtin provider never changes with the C library, so no index goes bad after an upgrade.
    if binaries.major >= BUILTIN_LOCALES_SINCE:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C", "--lc-ctype=C.UTF-8"]


def write_configuration(
    layout: Layout, binaries: Binaries, identity: Identity, *, socket_dir: Path, port: int, fast: bool
) -> None:
    """Write orderan.conf and pg_hba.conf of this run.

    Raises:
        CannotStart: The cluster was made by another major version of PostgreSQL.
    """
    made_by = (layout.cluster / "PG_VERSION").read_text().strip()
    if made_by != str(binaries.major):
        raise CannotStart(
            f"{layout.cluster} was made by PostgreSQL {made_by} and these programs are"
            f" {binaries.text}: back up with the old ones (ORDERAN_PG_BIN), then restore into a new folder"
        )
    values = SETTINGS | {"port": str(port), "unix_socket_directories": _socket_setting(layout, socket_dir)}
    if _has_library(binaries, "pg_stat_statements"):
        values |= {"shared_preload_libraries": "pg_stat_statements"}
    if fast:
        values |= UNSAFE_SPEED
    lines = [f"{name} = '{value}'" for name, value in values.items()]
    header = "# Written by Orderan at every start; use ALTER SYSTEM for settings of your own."
    for name, text in (("orderan.conf", "\n".join([header, *lines, ""])), ("pg_hba.conf", LOGINS)):
        path = layout.cluster / name
        write_private(path, text)
        identity.give(path)


def _socket_setting(layout: Layout, socket_dir: Path) -> str:
    # Named from the cluster, the server's working folder, since it may not be able to pass our parents.
    named = "../socket" if socket_dir.parent == layout.home else str(socket_dir)
    return named.replace("'", "''")


def _has_library(binaries: Binaries, name: str) -> bool:
    return any((binaries.bin_dir.parent / "lib").rglob(f"{name}.*"))


def server_environment() -> dict[str, str]:
    """The environment of the server's programs: nothing of ours, so that no PG* variable leads them astray."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
