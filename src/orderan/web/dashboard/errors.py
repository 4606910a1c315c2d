"""What a person sees when something is refused or goes wrong; programs get problem documents.

not signed in     to the login page, and back afterwards
a swap by htmx    the sentence, put on top of the page; the form stays as it was typed
otherwise         a page with the sentence, the way back and the request id
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect
from psycopg_pool import PoolTimeout
from pydantic import ValidationError

from orderan.kit import telemetry
from orderan.kit.errors import N_, Kind, Refusal
from orderan.web import errors as problems
from orderan.web.headers import SECURITY_HEADERS
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.principal import SESSION_COOKIE

TITLES: Final = {
    400: N_("Permintaan tidak lengkap"),
    403: N_("Tidak diizinkan"),
    404: N_("Tidak ditemukan"),
    405: N_("Tidak bisa begitu"),
    409: N_("Tidak jadi dilakukan"),
    413: N_("Terlalu besar"),
    422: N_("Tidak jadi dilakukan"),
    429: N_("Tunggu sebentar"),
    500: N_("Terjadi kesalahan"),
    503: N_("Sedang sibuk"),
}
SENTENCES: Final = {
    400: N_("Sebagian isian kosong atau bukan bentuk yang diminta. Kembali, periksa, lalu kirim lagi."),
    403: N_("Halaman ini sudah terlalu lama terbuka. Muat ulang, lalu coba lagi."),
    404: N_("Alamat ini tidak ada, atau di luar yang boleh Anda lihat."),
    405: N_("Alamat ini tidak menerima permintaan seperti itu."),
    413: N_("Berkas atau isian itu melebihi batas."),
    500: N_("Ini kesalahan kami dan sudah dicatat. Sebutkan nomor permintaan di bawah kepada kami."),
    503: N_("Sistem sedang sibuk. Tidak ada yang berubah. Coba lagi sebentar."),
}

_log = telemetry.log("orderan.web")


def on_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    """A correct request the business turned down."""
    if refusal.kind is Kind.UNAUTHENTICATED:
        return to_login(request)
    status = problems.STATUS[refusal.kind]
    spoken = problems.sentence(refusal, place_of(request).words)
    return told(request, status, spoken, headers=problems.when_again(refusal))


def on_invalid(
    request: Request[Any, Any, Any], fault: ValidationException | ValidationError
) -> Response[Any]:
    """A form without a field that the page always sends."""
    _log.info("invalid form", fault=str(fault)[:500])
    return told(request, 400)


def on_http(request: Request[Any, Any, Any], fault: HTTPException) -> Response[Any]:
    """What the framework itself turns down: no such page, method, or a stale form."""
    return told(request, fault.status_code)


def on_database_away(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """The database cannot be reached: nothing was changed."""
    _log.warning("database away", fault=type(fault).__name__)
    return told(request, 503, headers={"retry-after": str(problems.RETRY_AFTER_S)})


def on_bug(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """Anything else is a bug: logged whole, told as little as possible."""
    _log.error("unexpected", exc_info=fault)
    return told(request, 500)


def told(
    request: Request[Any, Any, Any], status: int, text: str = "", *, headers: dict[str, str] | None = None
) -> Response[Any]:
    """A page, or a notice for htmx, that says what happened."""
    spoken = place_of(request).words
    swap = {"hx-retarget": "#flashes", "hx-reswap": "innerHTML"} if _is_swap(request) else {}
    return page(
        request,
        "errors/page.html",
        block="notice",
        status_code=status,
        # The framework answers an unknown address before its middleware is asked.
        headers=SECURITY_HEADERS | swap | (headers or {}),
        status=status,
        heading=spoken.gettext(TITLES.get(status, TITLES[500 if status >= 500 else 400])),
        text=text or spoken.gettext(SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400])),
        request_id=problems.request_id_of(request),
        layout="kit/base.html" if request.scope.get("user") else "kit/bare.html",
    )


def to_login(request: Request[Any, Any, Any]) -> Response[Any]:
    """To the login page; a page that was only read is opened afterwards."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = f"/login?next={quote(wanted, safe='/')}" if request.method == "GET" else "/login"
    if _is_swap(request):
        answer: Response[Any] = Response(None, status_code=401, headers={"hx-redirect": "/login"})
    else:
        answer = Redirect(address, status_code=303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


def _is_swap(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("hx-request") == "true" and "hx-boosted" not in request.headers


Handler = Callable[[Request[Any, Any, Any], Any], Response[Any]]


def _either(program: Handler, person: Handler) -> Handler:
    def answered(request: Request[Any, Any, Any], fault: Any) -> Response[Any]:
        return (program if request.url.path.startswith("/api/") else person)(request, fault)

    return answered


def _in_words_of(program: Handler) -> Handler:
    """A page for a fault that only the API has words for."""

    def answered(request: Request[Any, Any, Any], fault: Any) -> Response[Any]:
        document = program(request, fault).content
        return told(request, document["status"], document["title"])

    return answered


_PAGES: Final[dict[Any, Handler]] = {
    Refusal: on_refusal,
    ValidationException: on_invalid,
    ValidationError: on_invalid,
    HTTPException: on_http,
    psycopg.OperationalError: on_database_away,
    PoolTimeout: on_database_away,
    Exception: on_bug,
}
HANDLERS: Final[dict[Any, Handler]] = {
    fault: _either(program, _PAGES.get(fault) or _in_words_of(program))
    for fault, program in problems.HANDLERS.items()
}
"""Handlers of the application: problem documents under /api, pages elsewhere."""
