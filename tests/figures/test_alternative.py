"""Short alternative texts keep whole sentences; the description has what they leave out."""

import pytest

from skk_analysis.figures import Figure, Table
from skk_analysis.figures.alternative import LONGEST, short

FILLER = "x" * 100


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Kartta: vuokrat. Suurin 9.", "Kartta: vuokrat. Suurin 9."),
        (f"{FILLER}. Suurin 9. {FILLER}.", f"{FILLER}. Suurin 9."),
        (f"{FILLER}. kasvoi: 4; pieneni: 3; {FILLER}.", f"{FILLER}. kasvoi: 4; pieneni: 3 …"),
        (f"{FILLER}. Arvio 2 (95 % lv. 1; 3; {FILLER}).", f"{FILLER}."),
        (f"{FILLER}, n. 12,5 %, {FILLER}", f"{FILLER}, n. 12,5 % …"),
        (f"{FILLER} {FILLER}", f"{FILLER} …"),
    ],
)
def test_short_cuts_at_sentences_and_parts_of_lists(words: str, kept: str):
    """Never within brackets, a number or an abbreviation; an unfinished list is marked."""
    assert short(words) == kept
    assert len(kept) <= LONGEST


def test_a_figure_refuses_a_long_alternative_text():
    """So every figure of every report keeps to the limit."""
    table = Table("Luvut", ("a",), (("b",),), "fi")
    with pytest.raises(ValueError, match="at most 150 letters"):
        Figure("<svg/>", "Kuvio 1.", "x" * (LONGEST + 1), "Kuvaus.", table)
