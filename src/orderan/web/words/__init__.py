"""The catalogues of this folder, loaded once: `en/<domain>.po` translates that domain's pages."""

from functools import cache
from pathlib import Path
from typing import Final

from orderan.kit.i18n import LOCALES, SOURCE_LOCALE, Words, load_catalogue

FOLDER: Final = Path(__file__).parent


@cache
def words(locale: str) -> Words:
    """The words of `locale`, one of `LOCALES`; an unknown one gets Indonesian."""
    if locale not in LOCALES or locale == SOURCE_LOCALE:
        return Words(SOURCE_LOCALE)
    return Words(locale, load_catalogue((FOLDER / locale).glob("*.po"), locale=locale))
