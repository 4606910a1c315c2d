"""Every collection answers alike: rows in `data`, the next page by `cursor`, as many as `limit` asks for."""

import json
from typing import Any

import pytest
from tools.reference import openapi

DOCUMENT: dict[str, Any] = json.loads(openapi())
MOST = 1_000
FEED = "/api/v1/events"
"""Its cursor is a position, a number that may be kept for ever."""

PAGE = {"data", "next_cursor"}
ONE_THING = {
    "/api/v1/customers/{customer_id}": "a customer with the addresses and consents that count today",
    "/api/v1/customers/{customer_id}/personal": "the person asked about, in the fields asked for",
    "/api/v1/denials/{denial_id}": "a denial with its reasons",
    "/api/v1/label-prints/{job_id}": "labels printed together, and the tasks left out",
    "/api/v1/tag-sessions/{session_id}": "tags that were read for one thing",
    "/api/v1/sticker-prints/{job_id}": "labels of goods and bins printed together",
    "/api/v1/orders/{order_id}": "an order with its lines, tags and holds",
    "/api/v1/orders/{order_id}/money": "an order's money with the events it is computed from",
    "/api/v1/orders/{order_id}/versions/{version}": "an order's lines as they were",
    "/api/v1/products/{product_id}": "a product with its variants and pictures",
    "/api/v1/returns/{return_id}": "a return with its lines",
    "/api/v1/returns/{return_id}/dispute": "a dispute with what differs and its evidence",
    "/api/v1/return-reasons": "what is behind the returns of one time: causes, and the worst fifty of each kind",
    "/api/v1/reviews/{order_id}": "a held order with its reasons and the orders it is tied to",
    "/api/v1/promise-terms": "one version with its days",
    "/api/v1/return-policy": "one policy with its causes",
    "/api/v1/routing-rules": "the rules that are followed, with the draft",
    "/api/v1/routing-rules/versions/{version}": "a version with its rules",
    "/api/v1/stock-transfers/{transfer_id}": "a transfer with its lines",
    "/api/v1/pick-lists/{list_id}": "a pick list with its stops",
    "/api/v1/picking/{location_id}": "how one location picks, with its cut-offs",
    "/api/v1/tasks/{task_id}": "a task with its lines",
    "/api/v1/manifests/{manifest_id}": "a pick-up with its labels",
    "/api/v1/courier-claims/{claim_id}": "a claim with its evidence",
    "/api/v1/tasks/{task_id}/packing": "a task at the packing table with its parcels",
    "/api/v1/waves/{wave_id}": "a wave with its lists",
    "/api/v1/trust-rules": "the rules that are followed, with their versions",
    "/api/v1/verification-policy": "one policy with its rules and steps",
    "/api/v1/parcels/{parcel_id}/delivery-day": "a parcel with every attempt to ask whether somebody is home",
    "/api/v1/verifications/{order_id}": "an order with every attempt to ask its buyer",
}
"""Answers about one thing whose parts are a list: the thing is told whole."""
TOLD_WHOLE = {
    "/api/v1/courier-accounts": "a shop has a few",
    "/api/v1/courier-scores": "as many as the shop has couriers and provinces",
    "/api/v1/shipping-rates": "what a few couriers offer at once",
    "/api/v1/tasks/{task_id}/bookings": "a task is booked a few times",
    "/api/v1/couriers": "as many as the shop works with",
    "/api/v1/customers/{customer_id}/accesses": "the last hundred of one customer",
    "/api/v1/customers/{customer_id}/duplicates": "the ten likeliest",
    "/api/v1/locations": "as many as the shop has places",
    "/api/v1/locations/{location_id}/floor": "the first two hundred: what was put away makes room",
    "/api/v1/orders/{order_id}/decisions": "of one order",
    "/api/v1/orders/{order_id}/promises": "of one order",
    "/api/v1/orders/{order_id}/timeline": "of one order",
    "/api/v1/orders/{order_id}/versions": "of one order",
    "/api/v1/price-lists": "as many as the shop keeps",
    "/api/v1/prices": "of one sku, asked for by its code",
    "/api/v1/reach-accounts": "as many as the shop opened",
    "/api/v1/reviews": "the most urgent, at most `limit`: what was judged makes room",
    "/api/v1/pick-lists": "what waits or is walked: at most two hundred",
    "/api/v1/skus/{sku_id}/substitutes": "at most twenty",
    "/api/v1/regions": "the best matches, at most `limit`",
    "/api/v1/stock-expectations": "what has not come yet: as many deliveries as are on their way",
    "/api/v1/locations/{location_id}/refills": "the first two hundred: what was brought makes room",
    "/api/v1/shelf-life": "a few rules a channel",
    "/api/v1/tasks/{task_id}/elsewhere": "of one task",
    "/api/v1/tax-rates": "as many as the law has had",
}
"""Collections in `data` that come in one answer, and what bounds them."""


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


def lists(schema: dict[str, Any]) -> bool:
    """Whether a value of this schema may be an array."""
    whole = resolved(schema)
    several = (one for name in ("oneOf", "anyOf", "allOf") for one in whole.get(name, []))
    return "array" in whole.get("type", "") or any(map(lists, several))


def test_every_answer_with_a_list_is_a_page_or_says_why_not() -> None:
    with_lists = {
        path: {name for name, one in schema.get("properties", {}).items() if lists(one)}
        for path, schema in answers().items()
        if lists(schema) or any(map(lists, schema.get("properties", {}).values()))
    }
    pages = {
        path
        for path, named in with_lists.items()
        if named == {"data"}
        and answers()[path]["properties"].keys() >= PAGE
        and parameters(path).keys() >= {"cursor", "limit"}
    }
    unpaged = with_lists.keys() - pages
    assert unpaged == ONE_THING.keys() | TOLD_WHOLE.keys()
    assert {path for path in unpaged if with_lists[path] == {"data"}} == TOLD_WHOLE.keys()


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
