"""Effects in words: every symbol has its sentence, and none says more than the grade allows."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from skk_analysis import impact
from skk_analysis.impact.checks import CHECKS, FAILED, INCONCLUSIVE, PASSED, RESULTS, Check
from skk_analysis.impact.conformal import PERMUTATIONS
from skk_analysis.impact.grade import REASONS, STEPS, WORDINGS, Grade, Reason
from skk_analysis.impact.group_time import AGGREGATES
from skk_analysis.impact.interrupted_series import ERRORS
from skk_analysis.impact.result import Effect
from skk_analysis.impact.verdict import RULES, WORDS, Verdict
from skk_analysis.language import LANGUAGES
from skk_analysis.language.amounts import Amounts, probability
from skk_analysis.language.effects import (
    check_name,
    check_text,
    effect_text,
    grade_text,
    inference_name,
    mde_text,
    method_name,
    verdict_text,
    verdict_word_of,
)
from skk_analysis.workspace import SkkError

NB = "\u00a0"
CAUSAL = {
    "fi": r"vaikut|aiheut|johtu[iu]|ansiosta|sai aikaan|seurau",
    "sv": r"effekt|inverk|påverk|verkan\b|orsak|ledde till|tack vare|på grund av programmet",
    "en": r"effect|impact|caus|because|due to|led to|thanks to|attribut",
}
"""Words that claim a cause; below grade 3 none of them may occur, not even in a denial."""


def made(name: str, result: str = PASSED, **numbers) -> Check:
    plain = {"p": 0.024, "year": 2020, "outcome": "toinen luku", "level": 0.05}
    return Check(name, result, {n: numbers.get(n, plain.get(n, 0.5)) for n in CHECKS[name]})


def verdict(word: str, rule: str) -> Verdict:
    numbers = {n: ("pre_fit", "donors") if n == "checks" else 0.5 for n in RULES[rule][1]}
    return Verdict(word, rule, numbers, True if word.endswith("crease") else None)


VERDICTS = [
    verdict(word, rule)
    for word, (rule, (kind, _)) in product(WORDS, RULES.items())
    if word.startswith(kind)
]
SMS = dict(zip(WORDINGS, (1, 1, 2, 2, 3, 5), strict=True))
GRADES = [None] + [
    Grade(sms, 1, tuple(Reason(r, sms, {"years": 2, "needed": 3}) for r in REASONS), STEPS, wording)
    for wording, sms in SMS.items()
]
EFFECT = Effect(
    -0.0123,
    (-0.0241, -0.0005),
    0.024,
    method="synthetic_did",
    inference="size_matched_placebos",
    outcome="Työttömien osuus",
    unit="share",
    mde=0.0121,
    n_treated=1,
    n_comparison=303,
    years=(2019, 2020),
    checks=tuple(made(name, result) for name in CHECKS for result in (FAILED, INCONCLUSIVE)),
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_symbol_has_its_sentence(language):
    """Checks with every result, verdicts, rules, grades, reasons and remedies are all said."""
    said = [check_text(made(*one), language) for one in product(CHECKS, RESULTS)]
    said += [verdict_text(replace(EFFECT, verdict=v), language) for v in VERDICTS]
    said += [grade_text(grade, language) for grade in GRADES if grade]
    assert all(re.match(r"[A-ZÅÄÖ].*[.!?]$", sentence) for sentence in said)
    assert len({check_text(made(*one), language) for one in product(CHECKS, RESULTS)}) == (
        len(CHECKS) * len(RESULTS)
    )
    assert len({verdict_word_of(v, language) for v in VERDICTS}) == len(WORDS)
    assert len({check_name(name, language) for name in CHECKS}) == len(CHECKS)
    assert not [sentence for sentence in said if "{" in sentence or "nan" in sentence.split()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_causal_word_below_grade_3(language):
    """All verdicts × all grades: a change below 3, an effect from 3 up; checks always neutral."""
    for one in product(CHECKS, RESULTS):
        words = check_text(made(*one), language)
        assert not re.search(CAUSAL[language], words, re.IGNORECASE), words
    plain = replace(EFFECT, checks=())
    for found, grade in product(VERDICTS, GRADES):
        words = effect_text(replace(plain, verdict=found, grade=grade), language)
        causal = re.search(CAUSAL[language], words, re.IGNORECASE)
        if grade is None or grade.sms < 3:
            assert not causal, (found.word, grade and grade.wording, causal)
        else:
            assert causal, (found.word, grade.wording)


ALLOWED = {
    "participants_think": ("osallistujat arvioivat", "deltagarna själva bedömer", "participants"),
    "change_while": ("muutoksesta samana aikana kun", "under samma tid som", "at the same time as"),
    "association": ("yhteydestä", "samband", "association"),
    "not_separable": (
        "ei voida erottaa koronavuoden muutoksista",
        "kan inte skiljas från coronaårets",
        "cannot be separated from the changes of the pandemic year",
    ),
    "estimate_provided": ("edellyttäen, että", "under förutsättning att", "provided that"),
    "effect": ("vaikutuksesta", "effekt", "effect"),
}


@pytest.mark.parametrize("wording", WORDINGS)
def test_the_wording_of_the_grade_stands_with_the_headline(wording):
    """The sentence that programme.md §6.2 allows is said with the verdict, not in a footnote."""
    grade = next(g for g in GRADES if g and g.wording == wording)
    found = verdict("weak_evidence_decrease", "check_failed")
    for language, words in zip(LANGUAGES, ALLOWED[wording], strict=True):
        first = effect_text(replace(EFFECT, verdict=found, grade=grade), language).split("\n")[0]
        assert words in first


def test_nothing_is_claimed_of_what_cannot_be_told():
    """No wording of a finding beside a verdict that there is none."""
    grade = next(g for g in GRADES if g and g.wording == "estimate_provided")
    found = verdict("not_estimable", "no_valid_test")
    words = effect_text(replace(EFFECT, verdict=found, grade=grade), "fi")
    assert "edellyttäen" not in words
    assert words.startswith("Työttömien osuus: vaikutusta ei voida arvioida tällä asetelmalla.")


def test_an_effect_in_finnish():
    """The whole text, with numbers where no ending is needed."""
    found = Verdict(
        "inconclusive", "interval_includes_null", {"p": 0.243, "mde": 0.0121, "null": 0.0}
    )
    effect = replace(
        EFFECT,
        estimate=-0.003,
        interval=(-0.008, 0.002),
        p=0.243,
        verdict=found,
        checks=(made("pre_fit"), made("post_years", INCONCLUSIVE, years=1)),
    )
    assert effect.text("fi").replace(NB, " ") == (
        "Työttömien osuus: tulos jää avoimeksi: muutosta ei voida osoittaa eikä sulkea pois. "
        "Arvio: −0,30 prosenttiyksikköä (95 % luottamusväli −0,80 – +0,20, p-arvo 0,24). "
        "Tällä asetelmalla ei olisi voitu havaita muutosta, joka on pienempi kuin 1,21 "
        "prosenttiyksikköä.\n"
        "Sääntö: luottamusväli sisältää arvon 0, joka tarkoittaa, ettei eroa ole (p-arvo 0,24). "
        "Vuosia ohjelman alun jälkeen on niin vähän (1), ettei tuloksen pysyvyydestä voi sanoa "
        "mitään. Läpi menneitä tarkistuksia: 1.\n"
        "Vuodet: 2019–2020. Kohteita 1, verrokkeja 303. Menetelmä: synteettinen erotusten erotus "
        "(synthetic difference-in-differences). Epävarmuus: sija samankokoisten plasebojen "
        "joukossa."
    )
    assert effect_text(effect, "fi", name="Työttömyys").startswith("Työttömyys: tulos jää")


def test_the_smallest_visible_effect_follows_the_grade():
    """A change below grade 3, an effect from 3, in each language; unknown is said to be."""
    high = next(g for g in GRADES if g and g.sms == 3)
    unclear = replace(EFFECT, interval=(-0.0241, 0.0005))
    said = {
        (language, grade and grade.sms): mde_text(replace(unclear, grade=grade), language)
        for language in LANGUAGES
        for grade in (None, high)
    }
    end = f"1,2{NB}prosenttiyksikköä."
    start = "Tällä asetelmalla ei olisi voitu havaita"
    assert said["fi", None] == f"{start} muutosta, joka on pienempi kuin {end}"
    assert said["fi", 3] == f"{start} vaikutusta, joka on pienempi kuin {end}"
    assert "en effekt som är mindre än 1,2" in said["sv", 3]
    assert "a change smaller than 1.2" in said["en", None]
    # beside a finding that is smaller, "could not" would contradict it
    assert mde_text(EFFECT, "fi").startswith("Tällä asetelmalla ei olisi voitu luotettavasti")
    for mde in (math.nan, math.inf):
        assert mde_text(replace(EFFECT, mde=mde), "fi").startswith("Ei tiedetä, kuinka pieni")


@pytest.mark.parametrize(
    ("unit", "estimate", "interval", "shown"),
    [
        ("share", 0.0123, (0.001, 0.0236), ("+1,2", "+0,1 – +2,4", "prosenttiyksikköä")),
        ("euro", -312.4, (-500.2, -120), ("−312 €", "−500 – −120", "€")),
        ("packs", -15.6, (-25.0, -6.2), ("−15,6 packs", "−25,0 – −6,2", "packs")),
        ("", 0.0514, (0.011, 0.092), ("+0,051", "+0,011 – +0,092", "")),
        ("score", 2.0, (-math.inf, 9.5), ("+2,0", "rajaton – +9,5", "")),
        ("", -0.5, (-1.0, -0.0004), ("−0,5000", "−1,0000 – −0,0004", "")),
    ],
)
def test_amounts_have_one_form_and_as_many_decimals_as_the_interval(
    unit, estimate, interval, shown
):
    """Two digits of the half-width, no fewer than the unit's own; an open limit is said to be."""
    effect = Effect(estimate, interval, unit=unit)
    amounts = Amounts.of(effect, "fi")
    assert amounts.difference(estimate).replace(NB, " ").startswith(shown[0])
    assert amounts.limits(*interval).replace(NB, " ") == shown[1]
    assert amounts.size(-1).endswith(shown[2])


def test_probabilities():
    """Two or three decimals, never 0,000."""
    found = [probability(p, "fi") for p in (0.0244, 0.05, 0.025, 0.5, 1, 0.00001, math.nan)]
    assert found == ["0,024", "0,05", "0,025", "0,50", "1,00", f"<{NB}0,001", "ei tiedossa"]


def test_a_ratio_is_told_as_a_factor():
    """No sign, no points, and its null is 1."""
    found = Verdict("inconclusive", "interval_includes_null", {"p": 0.1, "mde": 1.2, "null": 1.0})
    effect = Effect(
        0.9, (0.8, 1.01), 0.1, unit="ratio", mde=1.2, verdict=found, details={"null": 1.0}
    )
    words = effect_text(effect, "fi").replace(NB, " ")
    assert "Arvio: 0,90 (95 % luottamusväli 0,80–1,01, p-arvo 0,10)." in words
    assert "muutosta, joka on pienempi kuin 1,20-kertainen." in words
    assert "sisältää arvon 1, joka" in words
    assert "smaller than a factor of 1.20." in effect_text(effect, "en")


def test_a_number_that_was_not_computed_is_said_to_be_unknown():
    """No nan in a sentence."""
    words = check_text(made("pre_trend", power=math.nan, years=10), "fi")
    assert "testin voima ei tiedossa" in words
    assert "kerroin rajaton" in check_text(made("honest_relative", breakdown=math.inf), "fi")


def test_a_review_is_said_with_the_computed_grade_and_the_reason():
    """Who, from what, why; the reason ends as a sentence."""
    grade = Grade(3, 3, wording="estimate_provided")
    words = grade_text(grade.reviewed(2, "vertailu horjuu", "A. Arvioija"), "fi")
    assert words.startswith("Näytön aste: Maryland 2/5, Nesta 2/5. Arvioija A. Arvioija on antanut")
    assert "laskettu aste oli 3/5. Perustelu: vertailu horjuu." in words
    assert "Perustelu" not in grade_text(grade.reviewed(2, "", "A. Arvioija"), "fi")
    assert "korkein mahdollinen" in grade_text(Grade(5, 5, wording="effect"), "fi")


def test_a_verdict_is_asked_of_an_effect_that_has_one():
    """Words for what has not been decided would be made up."""
    with pytest.raises(ValueError, match="no verdict yet"):
        verdict_text(EFFECT, "fi")


FIRST = {
    "few_treated_effect": "method",
    "effect_of": "method",
    "t_answer": "inference",
    "Answer": "inference",
}
"""Functions of the room whose first argument is a name that is printed."""


def test_methods_and_inferences_that_the_library_gives_have_names():
    """Every literal name that the room hands to an effect can be printed in three languages."""
    names: dict[str, set[str]] = {"method": set(), "inference": set()}
    for path in Path(impact.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if called in ("Effect", "replace"):
                for keyword in node.keywords:
                    if keyword.arg in names:
                        names[keyword.arg] |= literals(keyword.value)
            elif called in FIRST and node.args:
                names[FIRST[called]] |= literals(node.args[0])
    names["method"] |= {f"group_time_{kind}" for kind in AGGREGATES}
    names["inference"] |= {f"conformal_{kind}" for kind in PERMUTATIONS} | {*ERRORS, ""}
    assert {"synthetic_did", "before_after"} <= names["method"]
    assert {"size_matched_placebos", "cluster_robust"} <= names["inference"]
    for language in LANGUAGES:
        assert all(method_name(name, language) for name in names["method"])
        assert all(inference_name(name, language) for name in names["inference"])
    with pytest.raises(SkkError, match=r"no message 'effect\.method\.guess'"):
        method_name("guess", "fi")


def literals(node: ast.expr) -> set[str]:
    """Texts that an expression may be; those inside an f-string or a comparison are none."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) | literals(node.orelse)
    return {node.value} if isinstance(node, ast.Constant) and node.value else set()


def test_text_reads_the_same_for_numpy_numbers():
    """What comes out of arrays prints as what a person types."""
    numpy = replace(EFFECT, estimate=np.float64(-0.0123), p=np.float64(0.024))
    assert effect_text(numpy, "en") == effect_text(EFFECT, "en")
