"""What a reader of the site is told of a report that was not made."""

import pytest

from skk_analysis.language import LANGUAGES
from skk_analysis.reporting.failure_words import CAUSES, failure_words

MESSAGES = {
    "changed": "Espoo 2019 fi: The notebook computed run id 1, planned was 2: data or code changed "
    "while the report was made. Run again.",
    "slow": "Espoo 2019 fi: cell 4: not ready in 600 s, the time a cell may take.",
    "disclosure": "Espoo 2019 fi: Disclosure control stops this report, 2 faults:",
    "refused": "Espoo 2019 fi: The page was refused: an image has no alt text: <img>.",
    "missing": "Espoo 2019 fi: The programme register has no table x.csv",
    "interrupted": "Espoo 2019 fi: cell 4: the kernel died (no reason known).",
    "other": "Espoo 2019 fi: cell 4, line 1 «1 / 0»: ZeroDivisionError: division by zero",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_cause_has_its_own_words(language):
    """No cause is told as another, and none in the words of the machine."""
    assert MESSAGES.keys() == {*CAUSES, "other"}
    told = {cause: failure_words(message, language) for cause, message in MESSAGES.items()}
    assert len(set(told.values())) == len(MESSAGES)
    assert not any("Error" in words or "cell" in words for words in told.values())
    assert failure_words("", language) == ""
