"""Words are found in the forms that people type."""

import pytest

from skk_analysis.language.search_words import folded, stem, stems


@pytest.mark.parametrize(
    ("typed", "written", "language"),
    [
        ("turun", "Turku", "fi"), ("turussa", "Turku", "fi"), ("Turku", "Turun", "fi"),
        ("helsingin", "Helsinki", "fi"), ("espoossa", "Espoo", "fi"), ("espoon", "Espoo", "fi"),
        ("jyvaskyla", "Jyväskylän", "fi"), ("jyväskylästä", "Jyväskylä", "fi"),
        ("tampereen", "Tampere", "fi"), ("vantaalla", "Vantaa", "fi"), ("oulun", "Oulu", "fi"),
        ("kuopion", "Kuopio", "fi"), ("lahden", "Lahden", "fi"), ("tuloerot", "tuloero", "fi"),
        ("tuloerojen", "tuloerot", "fi"), ("kokeilut", "kokeilu", "fi"),
        ("åbo", "ÅBO", "sv"), ("abo", "Åbo", "sv"), ("inkomsten", "inkomst", "sv"),
        ("områden", "område", "sv"), ("indices", "indices", "en"), ("areas", "area", "en"),
    ],
)  # fmt: skip
def test_an_inflected_word_finds_what_is_written(typed, written, language):
    [wanted] = stems(typed, language)
    [there] = stems(written, language)
    assert there.startswith(wanted)


def test_years_stay_and_other_numbers_go():
    assert stems("Vuonna 2020 luku oli 27,3 ja 20200", "fi") >= {"2020"}
    assert not {"27", "3", "20200"} & stems("Vuonna 2020 luku oli 27,3 ja 20200", "fi")
    assert (folded("ÄÖÅé"), stem("2020", "fi")) == ("aoae", "2020")
