"""What every command begins with: the settings, and a database to talk to.

    with database_url("orderan audit") as url:
        ...

connects to the server that runs, or starts the embedded one for as long as the block lasts.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from orderan.settings import Settings


def read_settings() -> Settings:
    """The settings of this process, from its environment.

    Raises:
        SettingRefused: A variable cannot be used; `main` says so and exits with 2.
    """
    return Settings.from_environment(os.environ)


@contextmanager
def database_url(purpose: str, settings: Settings | None = None) -> Iterator[str]:
    """URL of the application's role, for as long as the block runs.

    Args:
        purpose: This program, as told to whoever finds the database taken: "orderan audit".
        settings: Default: read from the environment.
    """
    chosen = settings if settings is not None else read_settings()
    if chosen.database.url is not None:
        yield chosen.database.url
        return
    from orderan.kit.postgres import running

    with running(chosen.data_dir, bin_dir=chosen.database.bin_dir, purpose=purpose) as server:
        yield server.url


@contextmanager
def admin_url(purpose: str, settings: Settings) -> Iterator[str]:
    """URL of a role that reads every row and may create databases, for backup and restore."""
    given = settings.database.admin_url or settings.database.url
    if given is not None:
        yield given
        return
    from orderan.kit.postgres import running

    with running(settings.data_dir, bin_dir=settings.database.bin_dir, purpose=purpose) as server:
        yield server.superuser_url()


def prepare_database(settings: Settings, url: str, *, post: bool = False) -> list[str]:
    """Right master key, migrations, then the list of areas; says each on standard error.

    Returns the names of the migrations applied. Each is looked at every time: an earlier start may have
    been killed in between.
    """
    from orderan.cli.areas import areas_are_current, bring_regions
    from orderan.kit.installation import prepare

    applied = prepare(
        url,
        key_file=settings.secrets.master_key_file,
        given_key=settings.secrets.master_key,
        now=datetime.now(UTC),
        post=post,
        tell=lambda name: say(f"migrating {name}"),
    )
    if not areas_are_current(url):
        say("loading administrative areas")
        bring_regions(url)
    return applied


def say(words: str) -> None:
    """Words for the person, on standard error, so that standard output stays for results."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def print_json(result: Any) -> None:
    """A result for a program, on standard output."""
    sys.stdout.write(json.dumps(result, indent=2, default=str) + "\n")
