"""From refusals and faults to answers: the one table, and problem details as RFC 9457 has them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from psycopg_pool import PoolTimeout
from pydantic import ValidationError

from orderan.kit import telemetry
from orderan.kit.errors import Kind, Refusal
from orderan.kit.i18n import Words
from orderan.kit.runner import Answer
from orderan.web.headers import SECURITY_HEADERS
from orderan.web.here import locale_of
from orderan.web.words import words

STATUS: Final = {
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.INVALID: 422,
    Kind.FORBIDDEN: 403,
    Kind.UNAUTHENTICATED: 401,
    Kind.TRY_AGAIN: 503,
    Kind.TOO_MANY: 429,
}
TYPE: Final = "/problems/"
PROBLEM_JSON: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2
ASKED_TO_WAIT: Final = frozenset({Kind.TOO_MANY, Kind.TRY_AGAIN})
"""Kinds whose answer says when to come back."""

_log = telemetry.log("orderan.web")


def problem(
    status: int, code: str, title: str, *, request_id: str | None, facts: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A problem document; facts stand beside the standard members."""
    return (facts or {}) | {
        "type": TYPE + code,
        "title": title,
        "status": status,
        "code": code,
        "request_id": request_id,
    }


def refusal_problem(refusal: Refusal, spoken: Words, *, request_id: str | None) -> dict[str, Any]:
    """A refusal as a problem document in the reader's language."""
    facts = {name: plain(value) for name, value in refusal.facts().items()}
    return problem(
        STATUS[refusal.kind], refusal.code, sentence(refusal, spoken), request_id=request_id, facts=facts
    )


def kept_problem(refusal: Refusal, spoken: Words, *, request_id: str | None) -> dict[str, Any]:
    """A refusal as it may stand in an answer that is kept: nothing that was typed of a person."""
    if not refusal.personal:
        return refusal_problem(refusal, spoken, request_id=request_id)
    title = spoken.gettext(refusal.sentence).format_map(dict.fromkeys(refusal.facts(), "…"))
    wrong = [
        {name: value for name, value in plain(one).items() if name in {"field", "doubt"}}
        for one in refusal.facts().get("fields", ())
    ]
    facts = {"fields": wrong} if wrong else None
    return problem(STATUS[refusal.kind], refusal.code, title, request_id=request_id, facts=facts)


def sentence(refusal: Refusal, spoken: Words) -> str:
    """What a refusal says to a person."""
    facts = {
        name: ", ".join(map(str, value)) if isinstance(value, tuple) else value
        for name, value in refusal.facts().items()
    }
    return spoken.gettext(refusal.sentence).format(**facts)


def plain(value: Any) -> Any:
    """A fact as JSON has it."""
    return msgspec.to_builtins(value, enc_hook=str)


def words_of(request: Request[Any, Any, Any]) -> Words:
    """The reader's words: the person's own language, else what the client accepts."""
    viewer = request.scope.get("user")
    return words(
        locale_of(viewer.locale if viewer else None, None, request.headers.get("accept-language", ""))
    )


def request_id_of(request: Request[Any, Any, Any]) -> str | None:
    found = request.scope.get("state", {}).get("request_id")
    return found if isinstance(found, str) else None


def as_problem(document: dict[str, Any], headers: dict[str, str] | None = None) -> Response[dict[str, Any]]:
    # The framework answers an unknown address before its middleware is asked.
    told = SECURITY_HEADERS | (headers or {})
    return Response(document, status_code=document["status"], media_type=PROBLEM_JSON, headers=told)


def on_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """A correct request the business turned down."""
    document = refusal_problem(refusal, words_of(request), request_id=request_id_of(request))
    headers = {}
    if refusal.kind is Kind.UNAUTHENTICATED:
        headers["www-authenticate"] = 'Bearer realm="orderan"'
    return as_problem(document, headers | when_again(refusal))


def when_again(refusal: Refusal) -> dict[str, str]:
    """The header that says when to come back, where a refusal is about time."""
    if refusal.kind not in ASKED_TO_WAIT:
        return {}
    return {"retry-after": str(refusal.facts().get("retry_after_s", RETRY_AFTER_S))}


def on_invalid(
    request: Request[Any, Any, Any], fault: ValidationException | ValidationError
) -> Response[Any]:
    """A request that does not have the shape the document promises; every wrong field at once."""
    return as_problem(invalid_problem(fault, words_of(request), request_id=request_id_of(request)))


def invalid_problem(
    fault: ValidationException | ValidationError, spoken: Words, *, request_id: str | None
) -> dict[str, Any]:
    """A wrong shape as a problem document, of a request or of one row of it."""
    return problem(
        400,
        "invalid_request",
        spoken.gettext("Permintaan tidak sesuai bentuknya."),
        request_id=request_id,
        facts={"errors": wrong_fields(fault)},
    )


def _unreadable(request: Request[Any, Any, Any], detail: str) -> dict[str, Any]:
    """A body nothing can be read of, told in the shape of any other wrong one."""
    code = "json_invalid" if "json" in request.headers.get("content-type", "") else "unreadable"
    return problem(
        400,
        "invalid_request",
        words_of(request).gettext("Permintaan tidak sesuai bentuknya."),
        request_id=request_id_of(request),
        facts={"errors": [{"field": "", "code": code, "message": detail}]},
    )


def wrong_fields(fault: ValidationException | ValidationError) -> list[dict[str, Any]]:
    """Every wrong field with its path, the code of what is wrong with it, and that in words."""
    if isinstance(fault, ValidationError):
        return _told(fault.errors(include_url=False, include_input=False, include_context=False))
    # The framework hands on the words for a wrong body and drops the codes; its cause still has them.
    of_the_body = getattr(fault.__cause__, "errors", None)
    if isinstance(of_the_body, list):
        return _told(of_the_body)
    extra = fault.extra if isinstance(fault.extra, list) else []
    found = [
        {
            "field": str(item.get("key", "")),
            "code": str(item.get("code", "invalid")),
            "message": str(item.get("message", "")),
        }
        for item in extra
        if isinstance(item, dict)
    ]
    return found or [{"field": "", "code": "invalid", "message": fault.detail}]


def _told(errors: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"field": ".".join(map(str, error["loc"])), "code": error["type"], "message": error["msg"]}
        for error in errors
    ]


def on_http(request: Request[Any, Any, Any], fault: HTTPException) -> Response[Any]:
    """What the framework itself turns down: no such route, method, media type, CSRF, a body that is no JSON."""
    if fault.status_code == 400:
        return as_problem(_unreadable(request, fault.detail))
    code = {
        404: "not_found",
        405: "method_not_allowed",
        403: "forbidden",
        401: "not_signed_in",
        413: "too_large",
    }.get(fault.status_code, f"http_{fault.status_code}")
    document = problem(fault.status_code, code, fault.detail, request_id=request_id_of(request))
    return as_problem(document, dict(fault.headers or {}))


def on_database_away(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """The database cannot be reached, is full or too busy: nothing was changed, try again."""
    _log.warning("database away", fault=type(fault).__name__)
    document = problem(
        503,
        "try_again",
        words_of(request).gettext("Sistem sedang sibuk. Coba lagi sebentar."),
        request_id=request_id_of(request),
    )
    return as_problem(document, {"retry-after": str(RETRY_AFTER_S)})


def on_bug(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """Anything else is a bug: it is logged whole and told as little as possible."""
    _log.error("unexpected", exc_info=fault)
    document = problem(
        500,
        "internal_error",
        words_of(request).gettext("Terjadi kesalahan. Sebutkan nomor permintaan ini kepada kami."),
        request_id=request_id_of(request),
    )
    return as_problem(document)


def on_unstorable(request: Request[Any, Any, Any], fault: psycopg.DataError) -> Response[Any]:
    """A text with a zero byte or a number beyond 64 bits: no column could hold it, so nothing matches it."""
    if "NUL" not in str(fault) and not isinstance(fault, psycopg.errors.NumericValueOutOfRange):
        return on_bug(request, fault)
    return as_problem(
        problem(
            400,
            "invalid_request",
            words_of(request).gettext("Permintaan tidak sesuai bentuknya."),
            request_id=request_id_of(request),
            facts={"errors": [{"field": "", "code": "unstorable", "message": str(fault)}]},
        )
    )


HANDLERS: Final[dict[Any, Any]] = {
    Refusal: on_refusal,
    ValidationException: on_invalid,
    ValidationError: on_invalid,
    HTTPException: on_http,
    psycopg.OperationalError: on_database_away,
    PoolTimeout: on_database_away,
    psycopg.DataError: on_unstorable,
    Exception: on_bug,
}
"""Handlers of the API; pages wrap them in a page (see web/dashboard/errors)."""


def problem_of(request: Request[Any, Any, Any], fault: Exception) -> tuple[Answer, list[tuple[bytes, bytes]]]:
    """The answer of a fault, and headers that go with it, for what is served outside the framework."""
    handler = next(HANDLERS[kind] for kind in type(fault).__mro__ if kind in HANDLERS)
    response = handler(request, fault)
    headers = [(name.encode(), value.encode()) for name, value in response.headers.items()]
    return Answer(response.status_code, msgspec.json.encode(response.content, enc_hook=str)), headers
