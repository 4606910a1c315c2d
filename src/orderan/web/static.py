"""Style sheets, scripts and icons, at addresses that change when their content does.

Every address holds one hash of the whole folder, so that a style sheet and the modules a script
imports by relative path belong together. The answer to a current address may be kept for ever;
an older one (a page opened before an upgrade) gets today's file and is asked not to keep it.
"""

import gzip
import mimetypes
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

FOLDER: Final = Path(__file__).parent / "static"
FOREVER: Final = "public, max-age=31536000, immutable"
_SHIPPED: Final = {".css", ".js", ".svg", ".png", ".ico", ".woff2", ".webmanifest"}
# Below this a gzip header and a proxy's work cost more than the bytes saved.
_WORTH_ZIPPING: Final = 600


@cache
def files() -> dict[str, Path]:
    """Every shipped file by its address below the hash. What is not here is never served."""
    found = (p for p in sorted(FOLDER.rglob("*")) if p.is_file() and p.suffix in _SHIPPED)
    return {path.relative_to(FOLDER).as_posix(): path for path in found}


@cache
def version() -> str:
    """Twelve hex digits over the names and contents of all files."""
    digest = sha256()
    for name, path in files().items():
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def static(name: str) -> str:
    """The address of a shipped file, `/static/<hash>/app.css` for `app.css`.

    Raises:
        KeyError: No such file, which is a mistake in a template and should be seen at once.
    """
    if name not in files():
        raise KeyError(name)
    return f"/static/{version()}/{name}"


@cache
def zipped(name: str) -> bytes:
    """The file compressed once per process; empty when compressing does not pay."""
    content = files()[name].read_bytes()
    return gzip.compress(content, 9, mtime=0) if len(content) >= _WORTH_ZIPPING else b""


@get("/static/{tree:str}/{path:path}", name="static", opt={"public": True}, include_in_schema=False)
async def serve_static(
    request: Request[Any, Any, Any], tree: FromPath[str], path: FromPath[str]
) -> Response[bytes]:
    """A file, zipped when the browser takes it. Refuses (404) whatever is not shipped."""
    name = path.lstrip("/")
    if name not in files():
        raise NotFoundException
    headers = {
        "cache-control": FOREVER if tree == version() else "no-cache",
        "vary": "accept-encoding",
    }
    body = zipped(name) if "gzip" in request.headers.get("accept-encoding", "") else b""
    if body:
        headers["content-encoding"] = "gzip"
    return Response(
        body or files()[name].read_bytes(),
        headers=headers,
        media_type=_media_type(name),
        status_code=HTTP_200_OK,
    )


def _media_type(name: str) -> str:
    if name.endswith(".js"):
        return "text/javascript"  # machines disagree on what a .js file is; browsers insist
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
