"""What the document says of every operation: how it refuses whoever may not, or cannot now."""

import json
from typing import Any

import pytest
from tools.reference import openapi

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def operations() -> dict[str, dict[str, Any]]:
    paths = json.loads(openapi())["paths"]
    found = {
        f"{method} {path}": operation
        for path, there in paths.items()
        for method, operation in there.items()
        if method in METHODS and path.startswith("/api/v1/")
    }
    assert len(found) > 90
    return found


@pytest.mark.parametrize("status", ["401", "503"])
def test_every_operation_says_that_it_wants_a_key_and_may_be_busy(
    operations: dict[str, dict[str, Any]], status: str
) -> None:
    assert [name for name, one in operations.items() if status not in one["responses"]] == []


def test_every_operation_that_needs_a_permission_says_that_a_key_may_lack_it(
    operations: dict[str, dict[str, Any]],
) -> None:
    open_to_every_key = {"get /api/v1/regions", "get /api/v1/regions/{code}"}
    silent = {name for name, one in operations.items() if "403" not in one["responses"]}
    assert silent == open_to_every_key


def test_every_operation_with_a_body_says_that_it_may_be_too_large(
    operations: dict[str, dict[str, Any]],
) -> None:
    silent = [
        name for name, one in operations.items() if "requestBody" in one and "413" not in one["responses"]
    ]
    assert silent == []
