"""The order of the alphabet in each language: å, ä and ö are letters of their own behind z."""

from __future__ import annotations

import unicodedata

LETTERS = "abcdefghijklmnopqrstuvwxyzåäö"
"""The Finnish and the Swedish alphabet."""

OWN = {"fi": "åäö", "sv": "åäö", "en": ""}
"""Letters with a mark that a language counts as letters; in others the mark is passed over."""


def collation_key(words: str, language: str) -> tuple[tuple[int, ...], str]:
    """A key to sort by: letters in the language's order, capital or not; signs before letters.

    Examples
    --------
    >>> sorted(["Öja", "Åbo", "Äetsä", "Zeta", "Espoo"], key=lambda w: collation_key(w, "fi"))
    ['Espoo', 'Zeta', 'Åbo', 'Äetsä', 'Öja']
    """
    folded = unicodedata.normalize("NFC", words).casefold()
    plain = "".join(
        letter if letter in OWN[language] else unicodedata.normalize("NFD", letter)[0]
        for letter in folded
    )
    places = tuple(
        1000 + LETTERS.index(letter) if letter in LETTERS else min(ord(letter), 999)
        for letter in plain
    )
    return places, words
