"""The order of lists of names."""

import pytest

from skk_analysis.language.collation import collation_key


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fi", ["Espoo", "Évian", "Oulu", "Turku", "Zeta", "Åbo", "Äetsä", "Öja"]),
        ("sv", ["Espoo", "Évian", "Oulu", "Turku", "Zeta", "Åbo", "Äetsä", "Öja"]),
        ("en", ["Åbo", "Äetsä", "Espoo", "Évian", "Öja", "Oulu", "Turku", "Zeta"]),
    ],
)
def test_letters_stand_in_the_order_of_the_language(language, expected):
    """å, ä, ö behind z in Finnish and Swedish, as a and o in English."""
    shuffled = [word.upper() if i % 2 else word for i, word in enumerate(reversed(expected))]
    found = sorted(shuffled, key=lambda word: collation_key(word, language))
    assert [word.casefold() for word in found] == [word.casefold() for word in expected]
