"""Which operating-system user runs the server, and what that user can reach.

PostgreSQL refuses to run as root. As root we drop to `nobody`, which every system has: initdb insists on
an account that exists, and making one would be touching what is not ours. A plain user stays himself.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from orderan.kit.postgres.errors import CannotStart

CANDIDATES = ("nobody", "daemon", "bin")


@dataclass(frozen=True, slots=True)
class Identity:
    """The user the server runs as; `dropped` says that we are root and it is not."""

    uid: int
    gid: int
    dropped: bool

    @property
    def user(self) -> int | None:
        """`user` of subprocess: whom a child becomes, None to stay as we are; with `group` and `groups`."""
        return self.uid if self.dropped else None

    @property
    def group(self) -> int | None:
        return self.gid if self.dropped else None

    @property
    def groups(self) -> list[int] | None:
        return [] if self.dropped else None

    def reaches(self, path: Path, mode: int) -> bool:
        """Whether this user may use `path` as `mode` (os.R_OK, os.X_OK...) says, its parents included.

        Asked of the kernel by a child that has become the user, since permissions, groups and access
        lists are more than a sum of mode bits.
        """
        if not self.dropped:
            return os.access(path, mode)
        flag = {os.R_OK: "-r", os.W_OK: "-w", os.X_OK: "-x"}[mode]
        asked = subprocess.run(
            ["/bin/sh", "-c", f'test {flag} "$1"', "sh", str(path)],
            check=False,
            cwd="/",
            user=self.user,
            group=self.group,
            extra_groups=self.groups,
        )
        return asked.returncode == 0

    def give(self, path: Path) -> None:
        """Make this user the owner of one of our own files or folders."""
        if self.dropped:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_identity(cluster: Path) -> Identity:
    """The user to run the server of `cluster` as: its owner when it exists, so that it never changes hands.

    Raises:
        CannotStart: We are not root and the cluster belongs to somebody else, or there is no account to
            drop to.
    """
    owner = _owner(cluster)
    mine = os.geteuid()
    if mine != 0:
        if owner is not None and owner != mine:
            raise CannotStart(
                f"{cluster} belongs to user id {owner} and this is user id {mine}: run as that user,"
                " or set ORDERAN_DATA_DIR to a folder of your own"
            )
        return Identity(mine, os.getegid(), dropped=False)
    if owner:
        return Identity(owner, cluster.stat().st_gid, dropped=True)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Identity(entry.pw_uid, entry.pw_gid, dropped=True)
    raise CannotStart(
        "PostgreSQL does not run as root, and there is no account named"
        f" {' or '.join(CANDIDATES)} to drop to: run Orderan as a plain user"
    )


def _owner(cluster: Path) -> int | None:
    try:
        return cluster.stat().st_uid
    except FileNotFoundError:
        return None
