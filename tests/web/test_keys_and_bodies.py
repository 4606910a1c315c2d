"""Every POST of the API that comes without its Idempotency-Key is told so, with all that is wrong besides."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final, cast

import pytest
from httpx2 import ASGITransport, AsyncClient
from tools.reference import openapi

from access.conftest import House, everything, house
from access.routes import ID
from conftest import ShopFloor
from orderan.access import Permission, make_key
from orderan.kit.runner import KEY_LENGTH

pytestmark = pytest.mark.anyio

__all__ = ["house"]

DOCUMENT: Final[dict[str, Any]] = json.loads(openapi())
POSTS: Final = {
    path: verbs["post"]
    for path, verbs in DOCUMENT["paths"].items()
    if "post" in verbs and path.startswith("/api/v1/")
}
BODIES: Final = {
    path: post["requestBody"]["content"]["application/json"]["schema"]
    for path, post in POSTS.items()
    if "requestBody" in post
}
SHAPED: Final = {
    "currency": "IDR",
    "payer": "merchant",
    "phone": "081234567890",
    "email": "ani@gmail.com",
    "link": "https://toko.test/kopi",
    "endpoint": "https://push.test/a",
}
"""Texts whose pattern the document does not tell, by the name of their field."""


def sample(schema: dict[str, Any], name: str = "") -> Any:
    """The least that a schema takes: what is required, no more and no longer than it must be."""
    if "$ref" in schema:
        return sample(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], name)
    for several in ("allOf", "oneOf"):
        if several in schema:
            return sample({**schema[several][0], **{k: v for k, v in schema.items() if k != several}}, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema["type"]:
        case "object":
            fields = schema.get("properties", {})
            return {field: sample(fields[field], field) for field in schema.get("required", [])}
        case "array":
            return [sample(schema["items"], name)] * schema.get("minItems", 1)
        case "integer":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            if "pattern" in schema and "examples" in schema:
                return schema["examples"][0]
            dates = {"date": "2026-11-30", "date-time": "2026-11-30T04:00:00Z"}
            return dates.get(schema.get("format", "")) or SHAPED.get(name, "a" * schema.get("minLength", 1))
    raise AssertionError(schema)


def address(path: str) -> str:
    return "/".join(
        "1" if part == "{version}" else ID if part.startswith("{") else part for part in path.split("/")
    )


def told(answer: Any) -> tuple[int, str, str, list[tuple[str, str]]]:
    body = answer.json()
    faults = [(one["field"], one["code"]) for one in body.get("errors") or []]
    return answer.status_code, answer.headers["content-type"], body["code"], faults


def refused(*faults: tuple[str, str]) -> tuple[int, str, str, list[tuple[str, str]]]:
    return 400, "application/problem+json", "invalid_request", list(faults)


NO_KEY: Final = ("Idempotency-Key", "invalid")
MISSPELT: Final = ("unbekannt", "extra_forbidden")


@pytest.fixture
async def program(house: House, floor: ShopFloor) -> AsyncIterator[AsyncClient]:
    """A client that may do everything, at the address as it is served: the hot door first."""
    _, secret = await floor.run(
        lambda tx: make_key(tx, name="semua", permissions=list(Permission), now=house.clock.at)
    )
    transport = ASGITransport(cast("Any", house.app.state.door), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {secret}"}
    async with AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:
        # From here on it is known when the key was last used.
        await client.get("/api/v1/regions")
        yield client


def test_every_post_asks_for_the_key_in_the_document() -> None:
    asked = {
        path: [
            (one["required"], one["schema"]["minLength"], one["schema"]["maxLength"])
            for one in post["parameters"]
            if one["name"] == "Idempotency-Key"
        ]
        for path, post in POSTS.items()
    }
    assert len(POSTS) > 50
    assert asked == {path: [(True, 1, KEY_LENGTH)] for path in POSTS}


@pytest.mark.parametrize("key", [None, "", "k" * (KEY_LENGTH + 1)], ids=["none", "empty", "too long"])
async def test_a_missing_key_and_a_wrong_body_are_told_together(
    program: AsyncClient, floor: ShopFloor, key: str | None
) -> None:
    before = await everything(floor)
    headers = {} if key is None else {"idempotency-key": key}

    answers = {
        path: told(await program.post(address(path), headers=headers, json=sample(schema) | {"unbekannt": 1}))
        for path, schema in BODIES.items()
    }

    assert answers == dict.fromkeys(BODIES, refused(NO_KEY, MISSPELT))
    assert await everything(floor) == before


async def test_every_wrong_field_is_told_with_the_key_that_is_missing(program: AsyncClient) -> None:
    answers = {path: told(await program.post(address(path), json={})) for path in BODIES}
    required = {path: resolved(schema).get("required", []) for path, schema in BODIES.items()}

    assert {path: sorted(faults) for path, (*_, faults) in answers.items()} == {
        path: sorted([NO_KEY, *((field, "missing") for field in fields)]) for path, fields in required.items()
    }


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    found = DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return cast("dict[str, Any]", found)


async def test_a_body_that_is_no_json_is_told_with_the_key_that_is_missing(program: AsyncClient) -> None:
    answers = {path: told(await program.post(address(path), content=b"{")) for path in BODIES}

    assert answers == dict.fromkeys(BODIES, refused(NO_KEY, ("", "json_invalid")))


async def test_a_body_that_is_no_json_has_one_shape_of_answer_at_every_door(program: AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    answers = {
        path: told(
            await program.post(address(path), headers=headers | {"idempotency-key": f"k{n}"}, content=b"{")
        )
        for n, path in enumerate(BODIES)
    }

    assert answers == dict.fromkeys(BODIES, refused(("", "json_invalid")))


async def test_a_right_body_without_a_key_is_refused_for_the_key_and_nothing_is_written(
    program: AsyncClient, floor: ShopFloor
) -> None:
    before = await everything(floor)
    bodies = {path: sample(BODIES[path]) if path in BODIES else None for path in POSTS}

    answers = {path: told(await program.post(address(path), json=body)) for path, body in bodies.items()}

    assert answers == dict.fromkeys(POSTS, refused(NO_KEY))
    assert await everything(floor) == before


async def test_control_the_bodies_called_right_have_the_right_shape(program: AsyncClient) -> None:
    wrong = {}
    for path, schema in BODIES.items():
        answer = await program.post(
            address(path), headers={"idempotency-key": "kontrol"}, json=sample(schema)
        )
        if answer.json().get("code") == "invalid_request" or answer.status_code >= 500:
            wrong[path] = answer.json()
    assert wrong == {}


async def test_a_wrong_body_with_a_key_is_told_by_the_same_codes(program: AsyncClient) -> None:
    answers = {
        path: told(
            await program.post(
                address(path), headers={"idempotency-key": "salah"}, json=sample(schema) | {"unbekannt": 1}
            )
        )
        for path, schema in BODIES.items()
    }

    assert answers == dict.fromkeys(BODIES, refused(MISSPELT))
