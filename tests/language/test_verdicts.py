"""Verdict words follow the rule that gave them, in every language."""

import pytest

from skk_analysis.estimate import Estimate
from skk_analysis.language import LANGUAGES, rule_sentence, verdict_sentence, verdict_word
from skk_analysis.metrics import change, gap_change, overall_verdict

UP = change(Estimate(0.25, 0.003), Estimate(0.27, 0.004))
DOWN = change(Estimate(0.27, 0.003), Estimate(0.25, 0.004))
FLAT = change(Estimate(0.25, 0.003), Estimate(0.255, 0.004))


def test_words_follow_the_rule():
    """Grew, shrank and unclear are said exactly where the interval says so."""
    assert [verdict_word(c.verdict, "fi") for c in (UP, DOWN, FLAT)] == [
        "kasvoi",
        "pieneni",
        "ei selvää muutosta",
    ]
    assert "ei sisällä nollaa" in rule_sentence(UP.rule, "fi")
    assert "sisältää nollan" in rule_sentence(FLAT.rule, "fi")
    assert verdict_sentence("Gini-kerroin", UP, "fi").startswith("Gini-kerroin: kasvoi. Sääntö")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_its_sentence(language):
    """All rules that metrics can give are told, those of several measures with their counts."""
    exact = change(1, 2)
    unknown = change(Estimate(1, float("nan")), Estimate(2, 0.1))
    for one in (UP, DOWN, FLAT, exact, unknown):
        assert "95" in rule_sentence(one.rule, language)
    families = [{"a": UP, "b": UP}, {"a": UP, "b": FLAT}, {"a": UP, "b": DOWN}, {"a": FLAT}]
    told = [rule_sentence(overall_verdict(f).rule, language) for f in families]
    assert len(set(told)) == len(families)


def test_helsinkis_example_depends_on_the_measure():
    """2 and 20 percent become 4 and 30: the ratio narrows while the difference widens."""
    outcome = gap_change((0.02, 0.20), (0.04, 0.30))
    assert verdict_word(outcome.verdict, "fi") == "riippuu mittarista"
    assert "kasvoi 1, pieneni 1" in rule_sentence(outcome.rule, "fi")
