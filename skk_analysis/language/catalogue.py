"""The message catalogues: gettext files with symbolic ids (``matrix.title``), read by Babel."""

from __future__ import annotations

import string
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from skk_analysis.workspace import SkkError

LANGUAGES = ("fi", "sv", "en")
"""Languages of the reports; the first one is the one the programme was written in."""

FORMS = ("one", "other")
"""CLDR's names of the plural forms in the order of the catalogues; our languages have these two."""

CATALOGUES = Path(__file__).parent / "catalogues"


@cache
def catalogue(language: str) -> Catalog:
    """The catalogue of a language, read once from its files: ``fi.po``, ``impact.fi.po`` …

    Raises
    ------
    SkkError
        If the language is not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise SkkError(f"There is no language {language!r}. Use one of: {', '.join(LANGUAGES)}.")
    whole = Catalog(locale=language)
    for path in files(language):
        with path.open("rb") as file:
            for message in read_po(file, locale=language, abort_invalid=True):
                if message.id and message.id in whole:
                    raise SkkError(f"{path.name} has message {message.id!r}, which another has.")
                whole[message.id] = message
    return whole


def files(language: str) -> list[Path]:
    """Files that a language's messages are in: one for the reports, others for a room's own."""
    return [*sorted(CATALOGUES.glob(f"*.{language}.po")), CATALOGUES / f"{language}.po"]


def keys(language: str) -> set[str]:
    """All message ids of a language."""
    return set(_messages(language))


def text(key: str, language: str, **values: str) -> str:
    """The message ``key`` in ``language`` with its placeholders filled.

    Parameters
    ----------
    key : symbolic id, such as ``matrix.title``
    language : ``fi``, ``sv`` or ``en``
    values : one text for each placeholder; numbers are formed by `forms` first

    Raises
    ------
    SkkError
        If the message is missing, or the values are not exactly those it has places for.

    Examples
    --------
    >>> text("figure.number", "fi", number="3")
    'Kuvio 3.'
    """
    bare = [name for name, value in values.items() if not isinstance(value, str)]
    if bare:
        raise SkkError(f"Message {key!r}: form the number(s) {', '.join(bare)} for {language!r}.")
    return _filled(template(key, language), key, language, values)


def counted(key: str, language: str, amount: Decimal, **values: str) -> str:
    """The form of a message that the language has for an amount: one euro, two euros.

    Parameters
    ----------
    key : id of a message with plural forms
    language : ``fi``, ``sv`` or ``en``
    amount : with the decimals that are printed: 1,0 is a plural where 1 is not (CLDR's rules)
    values : one text for each placeholder

    Examples
    --------
    >>> counted("form.points", "en", Decimal(1), number="+1")
    '+1\xa0percentage point'
    """
    form = FORMS.index(Locale.parse(language).plural_form(abs(amount)))
    return _filled(template(key, language, form), key, language, values)


def template(key: str, language: str, form: int = -1) -> str:
    """The message with its placeholders still open; of several forms the general one, the last."""
    try:
        return _messages(language)[key][form]
    except KeyError:
        raise SkkError(f"The catalogue of {language!r} has no message {key!r}.") from None


def placeholders(template: str) -> set[str]:
    """Names of the places that a message has."""
    return {field for _, field, _, _ in string.Formatter().parse(template) if field}


@cache
def _messages(language: str) -> dict[str, tuple[str, ...]]:
    """Message id to its text, or to its texts for one and for several."""
    found = ((m.id, m.string) for m in catalogue(language) if m.id)
    return {
        (key if isinstance(key, str) else key[0]): (said,)
        if isinstance(said, str)
        else tuple(said or ())
        for key, said in found
    }


def _filled(form: str, key: str, language: str, values: dict[str, str]) -> str:
    wanted = placeholders(form)
    if wanted != values.keys():
        raise SkkError(
            f"Message {key!r} ({language}) has places {sorted(wanted)}, got {sorted(values)}."
        )
    return form.format(**values) if wanted else form
