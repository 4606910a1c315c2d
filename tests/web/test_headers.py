"""What the browser is told not to do, on every answer, also on a refusal."""

from litestar import Litestar, Response, get
from litestar.middleware import DefineMiddleware
from litestar.testing import TestClient

from orderan.web.headers import CONTENT_SECURITY_POLICY, SECURITY_HEADERS, security_headers


@get("/", sync_to_thread=False)
def front() -> str:
    return "hello"


@get("/own", sync_to_thread=False)
def own_policy() -> Response[str]:
    return Response("mine", headers={"content-security-policy": "sandbox"})


def app() -> Litestar:
    return Litestar(
        [front, own_policy],
        middleware=[DefineMiddleware(security_headers)],
        openapi_config=None,
    )


def test_every_answer_carries_every_header() -> None:
    with TestClient(app()) as client:
        answer = client.get("/")
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


def test_the_policy_allows_our_own_host_and_nothing_inline() -> None:
    assert CONTENT_SECURITY_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def test_transport_security_is_promised_only_over_tls() -> None:
    with TestClient(app()) as plain, TestClient(app(), base_url="https://shop.test") as secure:
        assert "strict-transport-security" not in plain.get("/").headers
        assert secure.get("/").headers["strict-transport-security"] == "max-age=31536000"


def test_a_handler_keeps_a_policy_of_its_own() -> None:
    with TestClient(app()) as client:
        answer = client.get("/own")
    assert answer.headers["content-security-policy"] == "sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
