"""Language and theme of this browser: cookies set by a form, so they work without JavaScript."""

from typing import Annotated, Any, Final

from litestar import Request, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from orderan.kit.i18n import LOCALES
from orderan.web.here import LANGUAGE_COOKIE, THEME_COOKIE, THEMES

YEAR_S: Final = 31_536_000


def way_back(address: str) -> str:
    """`address` if it is a path on this host, else the front page.

    A backslash or a second slash would make browsers read a host out of a path.
    """
    inside = address.startswith("/") and not address.startswith("//")
    clean = "\\" not in address and not any(character < " " for character in address)
    return address if inside and clean else "/"


@post("/preferences", name="preferences", opt={"public": True}, include_in_schema=False)
async def choose_preferences(
    request: Request[Any, Any, Any],
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Redirect:
    """Remember the language or theme chosen; anything unknown is left as it was."""
    chosen = (
        (LANGUAGE_COOKIE, data.get("language"), LOCALES),
        (THEME_COOKIE, data.get("theme"), THEMES),
    )
    cookies = [
        Cookie(
            key=key,
            value=value,
            path="/",
            max_age=YEAR_S,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        for key, value, known in chosen
        if value in known
    ]
    return Redirect(way_back(data.get("back", "/")), status_code=303, cookies=cookies)
