"""The document says of every shape what the code checks: what is right is right by it, what is wrong wrong."""

import json
from typing import Any

import jsonschema_rs
import pytest
from tools.reference import openapi

from orderan.web.api.document import shapes_below
from orderan.web.api.shapes import Asked, Told

AN_ORDER = {"channel": "web", "lines": [{"sku": "kopi", "quantity": 1}]}
A_DISCOUNT = {"code": "HEMAT", "payer": "merchant", "amount": 1_000}
AN_ADDRESS = {"line": "Jl. Mawar 1", "village_code": "31.71.01.1001"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(openapi())
    return made


def right(document: dict[str, Any], shape: str, body: object) -> bool:
    schema = {"$ref": f"#/components/schemas/{shape}", "components": document["components"]}
    return jsonschema_rs.validator_for(schema).is_valid(body)


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        ("OrderAsked", AN_ORDER | {"discounts": [A_DISCOUNT]}, AN_ORDER | {"discounts": [7]}),
        ("OrderAsked", AN_ORDER, AN_ORDER | {"misspelt": 1}),
        ("AddressAsked", AN_ADDRESS, AN_ADDRESS | {"village_code": "Gambir"}),
        (
            "ChangeAsked",
            {"actions": [{"action": "set_quantity", "line": 1, "quantity": 2}]},
            {"actions": ["x"]},
        ),
        ("TagsAsked", {"add": ["vip"]}, {"add": [7]}),
    ],
)
def test_the_document_tells_right_from_wrong(
    document: dict[str, Any], shape: str, good: object, bad: object
) -> None:
    assert right(document, shape, good)
    assert not right(document, shape, bad)


def test_every_shape_has_a_name_of_its_own_and_stands_in_the_document_whole(document: dict[str, Any]) -> None:
    for base in (Asked, Told):
        names = [model.__name__ for model in set(shapes_below(base))]
        assert sorted(names) == sorted(set(names))
    assert [name for name in document["components"]["schemas"] if "__" in name or "_" in name] == []


def test_nothing_in_the_document_is_this_or_anything(document: dict[str, Any]) -> None:
    def choices(part: Any) -> list[Any]:
        if isinstance(part, list):
            return [found for one in part for found in choices(one)]
        if not isinstance(part, dict):
            return []
        here = [part[name] for name in ("oneOf", "anyOf") if name in part]
        return here + [found for one in part.values() for found in choices(one)]

    assert [found for found in choices(document) if {} in found] == []
