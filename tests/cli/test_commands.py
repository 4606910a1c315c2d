"""The other commands: migrate, doctor, db url, backup and restore; exit codes and JSON."""

import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tools.link import PROGRAM
from typer.main import get_command
from typer.testing import CliRunner

from cli.given import Installation, free_port
from orderan.cli import app
from orderan.kit.distribution import plan
from orderan.kit.migrations import shipped
from orderan.kit.postgres import running
from orderan.kit.postgres.processes import processes_of


@pytest.fixture
def here() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="orderan-test-") as folder:
        yield Installation(Path(folder) / "data", free_port())


@pytest.fixture(scope="module")
def filled() -> Iterator[Installation]:
    """An installation whose database holds something to lose; only ever copied."""
    with tempfile.TemporaryDirectory(prefix="orderan-test-") as folder:
        made = Installation(Path(folder) / "data", free_port())
        assert made.run("migrate").returncode == 0
        execute(made, "CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 5000)")
        yield made


@pytest.fixture
def shop(filled: Installation, here: Installation) -> Installation:
    """A copy of the filled installation, owners and permissions included."""
    subprocess.run(["cp", "-a", str(filled.folder), str(here.folder)], check=True)
    return here


def execute(here: Installation, script: str) -> None:
    with (
        running(here.folder, purpose="the test") as server,
        psycopg.connect(server.url, autocommit=True) as database,
    ):
        for statement in script.split("; "):
            database.execute(statement.encode())


def value(here: Installation, query: str) -> object:
    with running(here.folder, purpose="the test") as server, psycopg.connect(server.url) as database:
        row = database.execute(query.encode()).fetchone()
    return row[0] if row is not None else None


def test_help_lists_every_command_and_the_exit_codes(here: Installation) -> None:
    told = here.run("--help")
    assert told.returncode == 0
    commands = commands_of(get_command(app))
    assert len(commands) > 12
    for command in commands:
        assert f" {command} " in told.stdout
    assert (
        "Exit codes: 0 done, 1 refused or a check failed, 2 wrong usage, 3 the environment is broken"
        in told.stdout
    )


def commands_of(group: Any) -> dict[str, Any]:
    """Commands of a group that are meant to be seen, by name."""
    return {name: one for name, one in group.commands.items() if not one.hidden}


def test_the_help_of_every_group_lists_every_command_of_it_with_a_sentence() -> None:
    groups = {
        name: group for name, group in commands_of(get_command(app)).items() if hasattr(group, "commands")
    }
    assert {"db", "shop", "user", "key", "import", "regions"} <= set(groups)
    for name, group in groups.items():
        told = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"})
        assert told.exit_code == 0
        for command in commands_of(group):
            [line] = [one for one in told.stdout.splitlines() if one.startswith(f"│ {command} ")]
            assert len(line.replace(command, "").strip("│ ")) > 10, line


def test_a_setting_that_cannot_be_used_is_one_line_and_exit_2(here: Installation) -> None:
    told = here.run("migrate", ORDERAN_PORT="banyak")
    assert (told.returncode, told.stderr) == (2, "orderan: ORDERAN_PORT: 'banyak' is not a whole number\n")


def test_a_database_that_cannot_be_reached_is_exit_3(here: Installation) -> None:
    told = here.run("migrate", ORDERAN_DATABASE_URL=f"postgresql://u:p@127.0.0.1:{free_port()}/none")
    assert told.returncode == 3
    assert told.stderr.startswith("orderan: the database cannot be used: connection")
    assert len(told.stderr.splitlines()) == 1


def test_migrate_applies_everything_once_and_stops_the_database_it_started(here: Installation) -> None:
    first, second = here.run("migrate", "--json"), here.run("migrate", "--json")
    assert json.loads(first.stdout) == {"applied": [one.name for one in shipped()]}
    assert json.loads(second.stdout) == {"applied": []}
    assert processes_of(here.folder / "postgres" / "cluster") == []


def test_db_url_needs_a_running_database(shop: Installation) -> None:
    refused = shop.run("db", "url")
    assert (refused.returncode, refused.stdout) == (3, "")
    with running(shop.folder, purpose="the test") as server:
        assert shop.run("db", "url").stdout == f"{server.url}\n"
        assert json.loads(shop.run("db", "url", "--tcp", "--json").stdout) == {"url": server.tcp_url}


def test_doctor_finds_a_fresh_installation_healthy(shop: Installation) -> None:
    told = shop.run("doctor", "--json")
    found = json.loads(told.stdout)
    assert (told.returncode, found["healthy"]) == (0, True), found
    assert [one["check"] for one in found["checks"]] == [
        "python",
        "data folder",
        "disk",
        "port",
        "PostgreSQL programs",
        "leftover processes",
        "database",
        "migrations",
        "master key",
        "row-level security",
        "areas",
        "worker",
        "clock",
    ]


def test_doctor_says_what_is_broken_and_how_to_mend_it(shop: Installation) -> None:
    execute(shop, "DELETE FROM migration WHERE name LIKE '0012%'")
    (shop.folder / "master.key").write_bytes(os.urandom(32))
    shop.folder.chmod(0o777)
    told = shop.run("doctor", "--json")
    broken = {one["check"]: one for one in json.loads(told.stdout)["checks"] if one["state"] == "broken"}
    assert told.returncode == 1
    assert set(broken) == {"data folder", "migrations", "master key"}
    assert broken["data folder"]["mend"] == f"chmod go-w {shop.folder}"
    assert broken["migrations"]["mend"] == "run `orderan migrate`; `orderan serve` does it too"
    assert broken["master key"]["words"].startswith("this is not the master key of this database")


def test_what_a_killed_start_left_out_is_found_by_doctor_and_done_by_the_next_start(
    shop: Installation,
) -> None:
    execute(shop, "ALTER TABLE sales_order DISABLE ROW LEVEL SECURITY; UPDATE region_list SET digest = 'old'")

    told = shop.run("doctor", "--json")
    found = {one["check"]: one for one in json.loads(told.stdout)["checks"] if one["state"] != "ok"}
    assert told.returncode == 1
    assert {name: one["state"] for name, one in found.items()} == {
        "row-level security": "broken",
        "areas": "warning",
    }
    assert found["row-level security"]["words"] == "shops are not kept apart in 1 tables, first sales_order"

    assert json.loads(shop.run("migrate", "--json").stdout) == {"applied": []}
    assert json.loads(shop.run("doctor", "--json").stdout)["healthy"] is True
    assert value(shop, "SELECT count(*) FROM region_list WHERE digest <> 'old'") == 1


def test_doctor_says_that_the_worker_is_behind(shop: Installation) -> None:
    made = shop.run("shop", "create", "--code", "toko", "--name", "Toko", "--owner-email", "saya@example.com")
    assert made.returncode == 0, made.stderr
    execute(
        shop,
        "SET orderan.shop = '1'; "
        "INSERT INTO event (shop_id, entity_id, seq, kind, payload, actor, occurred_at)"
        " VALUES (1, gen_random_uuid(), 1, 'uji.v1', '{}', 'system:test', now() - interval '1 hour')",
    )

    told = json.loads(shop.run("doctor", "--json").stdout)

    [worker] = [one for one in told["checks"] if one["check"] == "worker"]
    assert (worker["state"], told["healthy"]) == ("warning", True)
    assert worker["words"].startswith("it is behind: a fact waits for its place since 36")


def test_a_database_of_a_newer_release_is_used_by_no_command(shop: Installation) -> None:
    execute(
        shop,
        "INSERT INTO migration (name, checksum, statements, applied_at)"
        " VALUES ('0999_pre_later.sql', 'x', 1, now())",
    )
    words = "orderan: the database is of a newer release (0999_pre_later.sql): install that one\n"

    refused = [shop.run("migrate"), shop.run("serve")]
    with running(shop.folder, purpose="the test") as server:
        address = {"ORDERAN_DATABASE_URL": server.tcp_url}
        refused += [shop.run("web", **address), shop.run("worker", **address)]

    assert [one.returncode for one in refused] == [3] * 4
    assert all(one.stderr.endswith(words) for one in refused), [one.stderr for one in refused]
    [found] = [
        one
        for one in json.loads(shop.run("doctor", "--json").stdout)["checks"]
        if one["check"] == "migrations"
    ]
    assert (found["state"], found["words"]) == (
        "broken",
        "the database is of a newer release (0999_pre_later.sql)",
    )


def test_a_data_folder_that_cannot_be_used_is_said_so_with_what_to_do(here: Installation) -> None:
    here.folder.write_text("a file where the folder should be")

    refused = here.run("serve")

    assert refused.returncode == 3
    assert refused.stderr == (
        f"orderan: the data folder {here.folder} cannot be used (File exists): give it to this user, or set"
        " ORDERAN_DATA_DIR to a folder elsewhere\n"
    )


def test_a_wrong_or_missing_master_key_stops_a_start_before_anything_is_changed(shop: Installation) -> None:
    key = shop.folder / "master.key"
    right = key.read_bytes()
    key.write_bytes(os.urandom(32))
    wrong = shop.run("migrate")
    assert wrong.returncode == 3
    assert "this is not the master key of this database" in wrong.stderr
    key.unlink()
    missing = shop.run("migrate")
    assert missing.returncode == 3
    assert "master.key is missing: put it back" in missing.stderr
    assert not key.exists()
    key.write_bytes(right)
    key.chmod(0o600)
    assert shop.run("migrate").stdout == "up to date\n"


def test_a_backup_goes_round_and_replaces_what_was_there(shop: Installation) -> None:
    file = shop.folder.parent / "shop.backup"
    made = shop.run("db", "backup", str(file), "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["bytes"] == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    execute(shop, "DELETE FROM kept; CREATE TABLE later (n int)")

    refused = shop.run("db", "restore", str(file))
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    assert value(shop, "SELECT count(*) FROM kept") == 0

    restored = shop.run("db", "restore", str(file), "--replace")
    assert restored.returncode == 0, restored.stderr
    assert value(shop, "SELECT sum(n) FROM kept") == 12_502_500
    assert value(shop, "SELECT to_regclass('later')") is None
    assert value(shop, "SELECT count(*) FROM pg_class WHERE relforcerowsecurity") != 0
    assert (
        value(shop, "SELECT bool_and(tableowner = 'orderan') FROM pg_tables WHERE schemaname = 'public'")
        is True
    )
    assert value(shop, "SELECT count(*) FROM pg_database WHERE datname LIKE 'orderan%'") == 1
    assert shop.run("doctor").returncode == 0


def test_a_backup_moves_to_a_new_installation_with_its_key_and_only_with_it(
    shop: Installation,
) -> None:
    file = shop.folder.parent / "shop.backup"
    assert shop.run("db", "backup", str(file)).returncode == 0
    new = Installation(shop.folder.parent / "new", free_port())
    keyless = new.run("db", "restore", str(file))
    assert keyless.returncode == 3
    assert "the master key" in keyless.stderr

    new.folder.mkdir(exist_ok=True)
    (new.folder / "master.key").write_bytes(os.urandom(32))
    (new.folder / "master.key").chmod(0o600)
    wrong = new.run("db", "restore", str(file))
    assert wrong.returncode == 1
    assert "was sealed with another master key" in wrong.stderr

    (new.folder / "master.key").write_bytes((shop.folder / "master.key").read_bytes())
    right = new.run("db", "restore", str(file))
    assert right.returncode == 0, right.stderr
    assert value(new, "SELECT count(*) FROM kept") == 5000


def test_a_backup_says_what_is_not_in_it(shop: Installation) -> None:
    key, pictures = shop.folder / "master.key", shop.folder / "images"

    without = shop.run("db", "backup", str(shop.folder.parent / "without.backup"), "--json")
    pictures.mkdir()
    (pictures / "kopi.webp").write_bytes(b"picture")
    with_one = shop.run("db", "backup", str(shop.folder.parent / "with.backup"), "--json")

    assert json.loads(without.stdout)["not_in_it"] == [str(key)]
    assert json.loads(with_one.stdout)["not_in_it"] == [str(key), str(pictures)]
    assert with_one.stderr == f"not in it, so copy them apart: {key}, {pictures}\n"


def test_a_damaged_backup_leaves_the_database_as_it_was(shop: Installation) -> None:
    file = shop.folder.parent / "shop.backup"
    assert shop.run("db", "backup", str(file)).returncode == 0
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    file.write_bytes(whole)
    refused = shop.run("db", "restore", str(file), "--replace")
    assert refused.returncode == 1
    assert value(shop, "SELECT count(*) FROM kept") == 5000
    assert value(shop, "SELECT count(*) FROM pg_database WHERE datname LIKE 'orderan%'") == 1

    file.write_bytes(b"not a backup")
    assert "is no backup made by" in shop.run("db", "restore", str(file), "--replace").stderr
    assert value(shop, "SELECT count(*) FROM kept") == 5000


def test_a_backup_never_overwrites_a_file(shop: Installation) -> None:
    file = shop.folder.parent / "mine"
    file.write_text("precious")
    assert shop.run("db", "backup", str(file)).returncode == 1
    assert file.read_text() == "precious"


def test_a_restore_under_a_running_shop_is_refused(shop: Installation) -> None:
    file = shop.folder.parent / "shop.backup"
    assert shop.run("db", "backup", str(file)).returncode == 0
    with running(shop.folder, purpose="the shop") as server, psycopg.connect(server.url):
        refused = shop.run("db", "restore", str(file), "--replace")
    assert refused.returncode == 1
    assert "1 other session(s) use the database orderan: stop Orderan first" in refused.stderr
    assert value(shop, "SELECT count(*) FROM kept") == 5000


def test_distribute_without_citus_is_refused(shop: Installation) -> None:
    refused = shop.run("db", "distribute")
    assert refused.returncode == 3
    assert "this PostgreSQL has no Citus" in refused.stderr


def test_distribute_plans_reference_tables_first_and_parents_before_children(shop: Installation) -> None:
    with (
        running(shop.folder, purpose="the test") as server,
        psycopg.connect(server.url, autocommit=True) as database,
    ):
        database.execute("DROP TABLE kept")
        # What Citus keeps of tables it has placed, with one of ours placed already.
        database.execute(
            'CREATE TEMPORARY TABLE pg_dist_partition (logicalrelid regclass, partmethod "char", repmodel "char")'
        )
        database.execute("INSERT INTO pg_dist_partition VALUES ('shop', 'n', 't')")
        planned = plan(database)
        points_to = database.execute(
            "SELECT DISTINCT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid <> confrelid"
        ).fetchall()
    order = {step.table: place for place, step in enumerate(planned)}
    homes = [step.home for step in planned]
    assert homes == sorted(homes, reverse=True)
    assert "shop" not in order
    assert "migration" not in order
    assert len(points_to) > 10
    for child, parent in points_to:
        assert parent not in order or child not in order or order[parent] < order[child], (child, parent)


def test_a_process_the_program_spawns_does_not_run_it_again(tmp_path: Path) -> None:
    program = tmp_path / "orderan"
    program.write_text(PROGRAM.format(python=sys.executable))
    # As `multiprocessing` imports the main module of its parent. Run, it would end in SystemExit.
    assert "main" in runpy.run_path(str(program), run_name="__mp_main__")
    with pytest.raises(SystemExit):
        runpy.run_path(str(program), run_name="__main__")
