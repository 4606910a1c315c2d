"""Pictures that came with a form."""

from litestar.datastructures import FormMultiDict, UploadFile


async def photos_sent(form: FormMultiDict, name: str = "photos") -> list[bytes]:
    """What was chosen in a field for files, in its order; a field left empty sends a file without a name."""
    chosen = [one for one in form.getall(name, []) if isinstance(one, UploadFile) and one.filename]
    return [await one.read() for one in chosen]
