"""Every collection answers alike: rows in `data`, the next page by `cursor`, as many as `limit` asks for."""

import json
from typing import Any

import pytest
from tools.reference import openapi

DOCUMENT: dict[str, Any] = json.loads(openapi())
MOST = 1_000
FEED = "/api/v1/events"
"""Its cursor is a position, a number that may be kept for ever."""


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def answers() -> dict[str, dict[str, Any]]:
    """What each GET under /api/v1 answers with, by path."""
    found = {}
    for path, verbs in DOCUMENT["paths"].items():
        content = verbs.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if path.startswith("/api/v1/") and "application/json" in content:
            found[path] = resolved(content["application/json"]["schema"])
    return found


def parameters(path: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one["schema"] for one in DOCUMENT["paths"][path]["get"].get("parameters", [])}


COLLECTIONS = sorted(path for path, schema in answers().items() if "data" in schema.get("properties", {}))


def test_no_answer_is_a_bare_list_or_names_its_rows_otherwise() -> None:
    assert [path for path, schema in answers().items() if schema.get("type") != "object"] == []
    odd = {"items", "results", "rows", "next", "after"}
    assert [path for path, schema in answers().items() if odd & schema["properties"].keys()] == []
    assert [path for path in answers() if "after" in parameters(path)] == []
    assert len(COLLECTIONS) > 20


@pytest.mark.parametrize("path", COLLECTIONS)
def test_a_collection_has_rows_and_where_it_goes_on_pages(path: str) -> None:
    schema = answers()[path]
    asked = parameters(path)

    assert resolved(schema["properties"]["data"])["type"] == "array"
    assert ("next_cursor" in schema["properties"]) == ("cursor" in asked)
    if "cursor" in asked:
        assert asked["cursor"]["type"] == ("integer" if path == FEED else "string")
        assert asked["limit"]["minimum"] == 1
        assert asked["limit"]["maximum"] <= MOST
