"""The Idempotency-Key of a request, looked at before the framework looks at anything else.

The framework gives up at the first header that is missing, before it has read the body: whoever
forgot the key would be told of that alone, and of what is wrong with the body only when they come
again. So every route that takes a key is preceded by `with_a_key`, and the hot door, which the
framework does not precede, asks the same two functions.
"""

from typing import Any

from litestar import Request
from litestar.exceptions import ValidationException
from pydantic import TypeAdapter, ValidationError

from orderan.kit.runner import KEY_LENGTH
from orderan.web.errors import wrong_fields


async def with_a_key(request: Request[Any, Any, Any]) -> None:
    """Before a handler: lets a request through whose route takes no key, or that has one.

    Raises:
        ValidationException: The key is missing or too long; with every wrong field of the body.
    """
    parameters = request.route_handler.parsed_fn_signature.parameters
    if "idempotency_key" not in parameters or can_be_a_key(request.headers.get("idempotency-key", "")):
        return
    asked = parameters.get("data")
    raise without_a_key(asked.annotation if asked else None, await request.body())


def can_be_a_key(text: str) -> bool:
    """Whether a text is one a client may use as a key."""
    return 1 <= len(text) <= KEY_LENGTH


def without_a_key(shape: Any, body: bytes) -> ValidationException:
    """What is wrong with a request that has no key it can be kept under: that, and every wrong field.

    Args:
        shape: What the body should be; None where nothing is read of it.
    """
    wrong = [{"key": "Idempotency-Key", "message": f"1 to {KEY_LENGTH} characters are required"}]
    try:
        if shape is not None:
            TypeAdapter(shape).validate_json(body)
    except ValidationError as fault:
        wrong += [
            {"key": one["field"], "code": one["code"], "message": one["message"]}
            for one in wrong_fields(fault)
        ]
    return ValidationException("the Idempotency-Key header is missing or too long", extra=wrong)
