"""The OpenAPI document: the framework's paths with the shapes as Pydantic itself describes them.

The framework's own description of a shape is lossy: a tuple's items become "this or anything", and a
field that may be null loses its pattern and its length. Whoever generates a client, or a test,
from such a document is told that junk is right.
"""

from collections.abc import Iterator
from typing import Any

from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from orderan.web.api.shapes import Asked, Told

REF = "#/components/schemas/{model}"


def exact(document: dict[str, Any]) -> dict[str, Any]:
    """The document with every shape of ours described by Pydantic."""
    components = document["components"]
    shapes = dict(components["schemas"])
    for name, shape in _described():
        if name in shapes:
            shapes[name] = shape
    # What a shape is made of may stand in it by reference and nowhere else.
    by_name = dict(_described())
    while missing := _named(shapes) - shapes.keys():
        shapes |= {name: by_name[name] for name in missing}
    return document | {"components": components | {"schemas": dict(sorted(shapes.items()))}}


class ExactJson(JsonRenderPlugin):
    """Serves the exact document."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, exact(openapi_schema))


def _described() -> Iterator[tuple[str, dict[str, Any]]]:
    modes: tuple[tuple[type[BaseModel], JsonSchemaMode], ...] = (
        (Asked, "validation"),
        (Told, "serialization"),
    )
    for base, mode in modes:
        models = [(model, mode) for model in sorted(set(shapes_below(base)), key=lambda one: one.__name__)]
        _, found = models_json_schema(models, ref_template=REF)
        yield from found["$defs"].items()


def shapes_below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in model.__subclasses__():
        yield one
        yield from shapes_below(one)


def _named(part: Any) -> set[str]:
    """Components that are referred to anywhere in it."""
    if isinstance(part, list):
        return {name for one in part for name in _named(one)}
    if not isinstance(part, dict):
        return set()
    here = {part["$ref"].rpartition("/")[2]} if isinstance(part.get("$ref"), str) else set()
    return here | {name for one in part.values() for name in _named(one)}
