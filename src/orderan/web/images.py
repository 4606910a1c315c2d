"""Product pictures at addresses that never change: each is the hash of what it shows.

Public, because buyers see them too; the name cannot be guessed without having the picture.
"""

from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from orderan.catalog import PICTURE_TYPES, PictureFolder
from orderan.settings import Settings
from orderan.web.static import FOREVER

FOLDER: Final = "images"


def picture_folder(settings: Settings) -> PictureFolder:
    """Where this installation keeps pictures."""
    return PictureFolder(settings.data_dir / FOLDER)


@get("/images/{name:str}", opt={"public": True}, include_in_schema=False, sync_to_thread=True)
def picture(settings: NamedDependency[Settings], name: FromPath[str]) -> Response[bytes]:
    """A picture as it was given. Its type is that of its bytes, checked when it was kept."""
    content = picture_folder(settings).read(name)
    if content is None:
        raise NotFoundException
    media_type = PICTURE_TYPES[name.rpartition(".")[2]]
    return Response(content, media_type=media_type, headers={"cache-control": FOREVER})


handlers: list[Any] = [picture]
