"""Shapes of requests and answers that several routes share."""

from typing import Annotated, Any

from litestar import Request
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter
from pydantic import BaseModel, ConfigDict, Field

from orderan.access import Principal
from orderan.kit.runner import KEY_LENGTH, Key
from orderan.web.errors import PROBLEM_JSON


class Asked(BaseModel):
    """A request body: unknown fields are refused, because a misspelt one would be lost silently."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Told(BaseModel):
    """An answer body."""

    model_config = ConfigDict(frozen=True)


class FieldProblem(Told):
    """One wrong field of a request."""

    field: str = Field(description="Path of the field, such as lines.0.quantity")
    code: str
    message: str


class Problem(Told):
    """Problem details (RFC 9457), with the facts of the refusal beside the standard members."""

    model_config = ConfigDict(extra="allow", frozen=True)

    type: str
    title: str
    status: int
    code: str
    request_id: str | None = None
    errors: list[FieldProblem] | None = None


def answers(shape: type[BaseModel], meaning: str) -> ResponseSpec:
    """An answer other than the usual one, for the document."""
    media = PROBLEM_JSON if issubclass(shape, Problem) else "application/json"
    return ResponseSpec(shape, description=meaning, media_type=media, generate_examples=False)


REFUSED = {
    400: answers(Problem, "Not the shape this document promises; every wrong field at once"),
    401: answers(Problem, "No valid API key"),
    403: answers(Problem, "The key lacks the permission, or the thing is outside its scope"),
    404: answers(Problem, "No such thing in this shop"),
    409: answers(
        Problem, "Turned down by the business: stock_short, total_changed, idempotency_key_reused, ..."
    ),
    413: answers(Problem, "The body is too large"),
    422: answers(Problem, "Refers to something that cannot be used: unknown_skus, no_price, ..."),
    429: answers(Problem, "Asked too often; Retry-After says in how many seconds to come back"),
    503: answers(Problem, "Too busy, or the database is away; nothing was changed"),
}
"""What any route under /api/v1 may answer instead."""

IdempotencyKey = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=KEY_LENGTH,
        description="Any text of your own, one per intended effect; a repeat gives the first answer.",
        examples=[Example(value="6f1c7c1e-9f7b-4f3e-a1d2-0c8f6f2f1b7a")],
    ),
]


async def key_of(request: Request[Any, Any, Any], principal: Principal, text: str) -> Key:
    """The idempotency key of a request: scoped to who asks and to the route, bound to the body."""
    scope = f"{principal.actor} {request.method} {request.url.path}"
    return Key.of(scope, text, await request.body())
