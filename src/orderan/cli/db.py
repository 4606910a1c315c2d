"""`orderan migrate` and `orderan db ...`: the schema, and the database as a whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from orderan.cli.edge import admin_url, database_url, prepare_database, print_json, read_settings, say
from orderan.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")]

db = typer.Typer(name="db", help="The database: address, backup, restore, sharding.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(migrate)
    app.add_typer(db)


def migrate(
    post: Annotated[
        bool, typer.Option("--post", help="Also take away what only older releases use, once none runs.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Bring the database up to this release. Safe to run at any time, also twice at once."""
    settings = read_settings()
    with database_url("orderan migrate", settings) as url:
        applied = prepare_database(settings, url, post=post)
    if json:
        print_json({"applied": applied})
    else:
        print(f"{len(applied)} migrations applied" if applied else "up to date")


@db.command("url")
def print_url(
    tcp: Annotated[bool, typer.Option(help="Over 127.0.0.1 instead of the private socket.")] = False,
    admin: Annotated[bool, typer.Option(help="As the superuser of the embedded database.")] = False,
    json: AsJson = False,
) -> None:
    """Print the address of the running database, for psql and others. It contains the password."""
    from orderan.cli.exits import ExitCode, NotDone
    from orderan.kit.postgres import EmbeddedPostgres

    settings = read_settings()
    if settings.database.url is not None:
        url = (settings.database.admin_url or settings.database.url) if admin else settings.database.url
    else:
        server = EmbeddedPostgres(settings.data_dir, bin_dir=settings.database.bin_dir)
        if server.status().state != "running":
            raise NotDone(
                "the embedded database is not running: start it with `orderan serve`", ExitCode.BROKEN
            )
        plain = server.tcp_url if tcp else server.url
        url = server.superuser_url() if admin else plain
    if json:
        print_json({"url": url})
    else:
        print(url)


@db.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write; must not exist.", dir_okay=False)],
    json: AsJson = False,
) -> None:
    """Write the whole database to FILE while everything keeps running; its folder is made if there is none.

    The master key is not in it: keep a copy of master.key apart, or personal data in it is lost. Pictures
    are not in it either: copy the folder images under the data folder too.
    """
    from orderan import __version__
    from orderan.kit import masterkey
    from orderan.kit.postgres import find_binaries
    from orderan.kit.postgres.backup import backup as write_backup

    settings = read_settings()
    key = masterkey.obtain(settings.secrets.master_key_file, given=settings.secrets.master_key, create=False)
    file.absolute().parent.mkdir(parents=True, exist_ok=True)
    with admin_url("orderan db backup", settings) as url, _progress("backing up", None) as tell:
        manifest = write_backup(
            url,
            file.absolute(),
            binaries=find_binaries(settings.database.bin_dir),
            key_fingerprint=masterkey.fingerprint(key),
            release=__version__,
            now=datetime.now(UTC),
            tell=tell,
        )
    size = file.stat().st_size
    apart = _kept_apart(settings)
    if json:
        print_json({"file": str(file), "bytes": size, "made_at": manifest.made_at, "not_in_it": apart})
    else:
        print(f"{file}: {size:,} bytes")
    say(f"not in it, so copy them apart: {', '.join(apart)}")


@db.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file made by `orderan db backup`.", dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Give up what the database holds now.")] = False,
    json: AsJson = False,
) -> None:
    """Put FILE in the place of the database. Stop Orderan first; put the right master key in place first.

    When it fails half-way, the database is as it was.
    """
    from orderan.kit import masterkey
    from orderan.kit.postgres import find_binaries
    from orderan.kit.postgres.backup import restore as put_back

    settings = read_settings()
    key = masterkey.obtain(settings.secrets.master_key_file, given=settings.secrets.master_key, create=False)
    size = file.stat().st_size if file.exists() else None
    with admin_url("orderan db restore", settings) as url, _progress("restoring", size) as tell:
        manifest = put_back(
            url,
            file.absolute(),
            binaries=find_binaries(settings.database.bin_dir),
            owner=_owner(settings.database.url),
            key_fingerprint=masterkey.fingerprint(key),
            replace=replace,
            tell=tell,
        )
    if json:
        print_json({"restored": str(file), "made_at": manifest.made_at, "release": manifest.release})
    else:
        print(f"restored the backup of {manifest.made_at}; `orderan migrate` brings it up to this release")


@db.command()
def distribute(json: AsJson = False) -> None:
    """Spread the tables over a PostgreSQL with Citus, by shop. Safe to run again after an interruption."""
    from orderan.kit.distribution import distribute as spread

    settings = read_settings()
    with database_url("orderan db distribute", settings) as url:
        done = spread(url, tell=say)
    if json:
        print_json({"distributed": [{"table": step.table, "home": step.home} for step in done]})
    else:
        print(f"{len(done)} tables placed" if done else "every table is in its place already")


def _kept_apart(settings: Settings) -> list[str]:
    """What an installation consists of beside its database."""
    from orderan.web.images import FOLDER

    key = settings.secrets
    pictures = settings.data_dir / FOLDER
    return [
        "ORDERAN_MASTER_KEY" if key.master_key is not None else str(key.master_key_file),
        *([str(pictures)] if pictures.is_dir() and any(pictures.iterdir()) else []),
    ]


def _owner(url: str | None) -> str:
    from psycopg.conninfo import conninfo_to_dict

    from orderan.cli.exits import ExitCode, NotDone
    from orderan.kit.postgres.layout import OWNER

    if url is None:
        return OWNER
    user = conninfo_to_dict(url).get("user")
    if user is None:
        raise NotDone("ORDERAN_DATABASE_URL must name the user that owns the schema", ExitCode.USAGE)
    return str(user)


@contextmanager
def _progress(words: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; yields what to call with the size of each piece."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(words, total=total)
        yield lambda size: progress.advance(task, size)
