"""The reference table `region`: filled from the list shipped, with the shop's postcodes kept.

The areas are the installation's, not a shop's; so are the postcodes.
"""

from collections.abc import Collection, Mapping
from hashlib import sha256

from orderan.customers.closeness import plain
from orderan.customers.regions.atlas import Atlas, atlas, list_shipped
from orderan.kit.db import Tx


async def load_regions(tx: Tx, *, areas: Atlas | None = None) -> int:
    """Bring the table to the list shipped, in one COPY; returns how many areas were new or renamed.

    Areas that are no longer in the list stay: old addresses name them. Postcodes stay too.

    Args:
        areas: Another list than the one shipped.
    """
    digest = _digest_shipped() if areas is None else ""
    areas = areas or atlas()
    await tx.run("CREATE TEMPORARY TABLE region_shipped (LIKE region) ON COMMIT DROP")
    async with (
        tx.connection.cursor() as cursor,
        cursor.copy("COPY region_shipped (code, parent_code, level, name, search) FROM STDIN") as copy,
    ):
        for code, name in zip(areas.codes, areas.names, strict=True):
            parent = code.rpartition(".")[0] or None
            await copy.write_row((code, parent, code.count(".") + 1, name, plain(name)))
    changed = await tx.run(
        """
        INSERT INTO region (code, parent_code, level, name, search)
        SELECT code, parent_code, level, name, search
        FROM region_shipped
        ON CONFLICT (code) DO UPDATE SET name = excluded.name, search = excluded.search
        WHERE region.name <> excluded.name OR region.search <> excluded.search
        """
    )
    await tx.run("DROP TABLE region_shipped")
    await tx.run(
        """
        INSERT INTO region_list (only_row, digest)
        VALUES (1, %(digest)s)
        ON CONFLICT (only_row) DO UPDATE SET digest = excluded.digest
        """,
        {"digest": digest},
    )
    return changed


async def regions_are_current(tx: Tx) -> bool:
    """Whether the table of areas was last brought to the list this release ships."""
    row = await tx.maybe("SELECT digest FROM region_list")
    return row is not None and row.digest == _digest_shipped()


def _digest_shipped() -> str:
    return sha256(list_shipped()).hexdigest()


async def save_postcodes(tx: Tx, by_village: Mapping[str, str]) -> int:
    """Store postcodes by village code; returns how many villages got another one than before."""
    return await tx.run(
        """
        UPDATE region
        SET postcode = given.postcode
        FROM unnest(%(codes)s::text[], %(postcodes)s::text[]) AS given (code, postcode)
        WHERE region.code = given.code AND region.level = 4 AND region.postcode IS DISTINCT FROM given.postcode
        """,
        {"codes": list(by_village), "postcodes": list(by_village.values())},
    )


async def postcodes_by_village(tx: Tx) -> dict[str, str]:
    """Every village's own postcode, as far as a list of them was loaded."""
    rows = await tx.all("SELECT code, postcode FROM region WHERE level = 4 AND postcode IS NOT NULL")
    return {row.code: row.postcode for row in rows}


async def districts_of_postcodes(tx: Tx, postcodes: Collection[str]) -> dict[str, str]:
    """District codes of postcodes, of those that lie in one district, where a list of them was loaded."""
    rows = await tx.all(
        """
        SELECT postcode, min(left(code, 8)) AS district
        FROM region
        WHERE postcode = ANY(%(postcodes)s) AND level = 4
        GROUP BY postcode
        HAVING min(left(code, 8)) = max(left(code, 8))
        """,
        {"postcodes": list(postcodes)},
    )
    return {row.postcode: row.district for row in rows}


async def postcode_of(tx: Tx, village_code: str) -> str | None:
    """The village's own postcode, where a list of them was loaded."""
    row = await tx.maybe("SELECT postcode FROM region WHERE code = %(code)s", {"code": village_code})
    return None if row is None else row.postcode
