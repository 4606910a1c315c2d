"""The catalogue of a freshly migrated database, and the statements that stand in the code."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import namedtuple_row


@pytest.fixture
def catalogue(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, row_factory=namedtuple_row) as connection:
        yield connection


@pytest.fixture
def homes(catalogue: psycopg.Connection[Any]) -> dict[str, str]:
    """Where each table says it lives: distributed, reference, local or nothing."""
    rows = catalogue.execute(
        """
        SELECT relname, split_part(coalesce(obj_description(oid, 'pg_class'), ''), ':', 1) AS home
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'migration'
        """
    )
    return {row.relname: row.home for row in rows}


@pytest.fixture
def distributed(homes: dict[str, str]) -> set[str]:
    found = {name for name, home in homes.items() if home == "distributed"}
    assert len(found) > 40
    return found
