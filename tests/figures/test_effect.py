"""The figure of one effect and the forest of many: whole with what there is, neutral in words."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from skk_analysis.figures import canvas
from skk_analysis.figures.alternative import LONGEST
from skk_analysis.figures.effect import effect_figure, mark, unseen
from skk_analysis.figures.forest import effects_forest
from skk_analysis.figures.path import path_of
from skk_analysis.impact.checks import CHECKS, PASSED, Check
from skk_analysis.impact.result import Effect
from skk_analysis.impact.verdict import ESSENTIAL, verdict_of
from skk_analysis.language import LANGUAGES
from skk_analysis.language.effects import estimate_text

NB = "\u00a0"
YEARS = np.arange(2010, 2021)
OBSERVED = 0.12 + 0.002 * (YEARS - 2010)
GAP = np.where(YEARS >= 2019, -0.0123, 0.0)
ALL = tuple(
    Check(name, PASSED, dict.fromkeys(CHECKS[name], 0.01))
    for group in ESSENTIAL["panel"]
    for name in group
)


def judged(effect: Effect) -> Effect:
    return replace(effect, verdict=verdict_of(effect))


WHOLE = judged(
    Effect(
        -0.0123,
        (-0.0241, -0.0005),
        0.024,
        method="synthetic_did",
        inference="size_matched_placebos",
        outcome="Työttömien osuus <b>",
        unit="share",
        mde=0.0134,
        n_treated=1,
        n_comparison=300,
        years=(2019, 2020),
        checks=ALL,
        path=pd.DataFrame(
            {"time": YEARS, "observed": OBSERVED, "counterfactual": OBSERVED - GAP, "gap": GAP}
        ),
        placebos=np.random.default_rng(1).normal(0, 0.005, 40),
    )
)
SURVEY = judged(Effect(0.31, (-0.05, 0.67), 0.09, outcome="Yksinäisyys", mde=0.51))
BARE = judged(Effect(3.0, outcome="Pakkaukset", unit="packs"))
OPEN = judged(replace(WHOLE, path=None, interval=(-0.02, math.inf), p=0.3))
MANY = replace(WHOLE, placebos=np.random.default_rng(1).normal(0, 0.005, 999))
NOTHING = judged(Effect(math.nan))
WAVES = replace(
    SURVEY,
    path=pd.DataFrame(
        {"time": ["alku", "loppu"], "observed": [2.0, 2.5], "counterfactual": [2.0, 2.2],
         "gap": [0.0, 0.3]}
    ),
)  # fmt: skip
RATIO = judged(
    Effect(
        0.894,
        (0.84, 0.95),
        0.001,
        outcome="Sairaalahoidot",
        unit="ratio",
        mde=1.07,
        years=(2019, 2020),
        details={"null": 1.0},
        path=WHOLE.path.assign(
            observed=700.0 + YEARS, counterfactual=710.0 + YEARS, gap=-10.0, lower=-20.0, upper=1.0
        ),
    )
)
CASES = {
    "whole": WHOLE, "survey": SURVEY, "bare": BARE, "open": OPEN, "many": MANY, "nothing": NOTHING,
    "waves": WAVES, "ratio": RATIO,
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_an_effect_is_drawn_with_what_it_has(case, language):
    """With or without path, placebos, interval, visible size; the table is accessible."""
    figure = CASES[case].plot(language)
    assert figure.svg.startswith("<svg")
    assert len(figure.alt) <= LONGEST
    assert estimate_text(CASES[case], language) in figure.description
    assert "nan" not in figure.description + figure.table.plain()
    soup = BeautifulSoup(figure.table.html(), "html.parser")
    assert all(th.get("scope") in ("col", "row") and th.get_text() for th in soup.find_all("th"))
    assert not soup.find("b")


def test_the_texts_hold_the_numbers():
    """Estimate, interval, visible size, placebos at least as far, first and last year."""
    figure = effect_figure(WHOLE, "fi", record="c.espoo")
    beyond = int((np.abs(WHOLE.placebos) >= 0.0123).sum())
    assert f"−1,2{NB}prosenttiyksikköä" in figure.alt
    assert "vahva näyttö laskusta" in figure.alt
    for words in (
        "(2010–2020)",
        "Plaseboja on 40",
        f"suuria kuin arvio: {beyond}.",
        f"14,0{NB}%",
    ):
        assert words in figure.description
    found = {q.id: q for q in figure.quantities()}
    assert found["c.espoo.estimate"].value == pytest.approx(-0.0123)
    assert found["c.espoo.estimate"].lower == pytest.approx(-0.0241)
    assert found["c.espoo.mde"].value == pytest.approx(0.0134)
    assert found["c.espoo.observed.2020"].value == pytest.approx(OBSERVED[-1])
    assert found["c.espoo.gap.2019"].value == pytest.approx(-0.0123)
    assert found["c.espoo.placebo_high"].value == pytest.approx(WHOLE.placebos.max())


def test_an_open_interval_says_so():
    """A limit that the placebos cannot give is told in the table too."""
    assert f"−2,0{NB}–{NB}rajaton" in effect_figure(OPEN, "fi").table.plain()
    assert "ei väliä" in effect_figure(BARE, "fi").table.plain()
    assert "Ero (packs)" in effect_figure(BARE, "fi").table.plain()


def test_a_ratio_is_read_against_one():
    """No sign and no percentage points; the size that would be seen is a factor."""
    figure = effect_figure(RATIO, "fi")
    assert figure.alt.endswith("Arvio 0,894.")
    assert "Arvio: 0,894 (95" in figure.description.replace(NB, " ")
    assert "0,840–0,950" in figure.table.plain()
    assert "pienempi kuin 1,070-kertainen" in figure.description
    assert unseen(RATIO) == pytest.approx((1 / 1.07, 1.07))
    assert unseen(WHOLE) == (-0.0134, 0.0134)
    found = {q.id: q for q in figure.quantities()}
    gap = found["effect.Sairaalahoidot..gap.2019"]
    assert (gap.value, gap.lower, gap.upper) == (-10.0, -20.0, 1.0)


def test_a_path_without_its_comparison_is_not_drawn():
    """Half a path says nothing; the estimate is shown alone."""
    half = WHOLE.path.drop(columns="counterfactual")
    assert path_of(replace(WHOLE, path=half)) is None
    assert path_of(replace(WHOLE, path=WHOLE.path.assign(counterfactual=math.nan))) is None
    assert len(path_of(WHOLE)) == len(YEARS)


def test_the_order_of_placebos_does_not_matter():
    """The same bytes for any order, and every time."""
    turned = replace(WHOLE, placebos=WHOLE.placebos[::-1])
    assert effect_figure(turned, "fi").svg == effect_figure(WHOLE, "fi").svg


def test_words_are_neutral():
    """A figure is also shown where the grade is low: no causal word in its own words."""
    for language, causal in (("fi", "vaikut"), ("sv", "effekt"), ("en", "effect|impact")):
        figure = effect_figure(WHOLE, language)
        forest = effects_forest({"Espoo": WHOLE}, language)
        for words in (figure.alt, figure.description, figure.caption, figure.table.plain(),
                      forest.alt, forest.description, forest.table.plain()):  # fmt: skip
            assert not re.search(causal, words, re.IGNORECASE)


def test_direction_is_told_by_marker_and_strength_by_filling():
    """Colour is never alone."""
    assert mark(WHOLE) == (canvas.BLUE, "v", True)
    weak = judged(replace(WHOLE, checks=()))
    assert mark(weak) == (canvas.BLUE, "v", False)
    rising = judged(replace(WHOLE, estimate=0.0123, interval=(0.001, 0.02)))
    assert mark(rising) == (canvas.VERMILLION, "^", True)
    assert mark(SURVEY) == (canvas.GREY, "o", True)
    assert mark(Effect(1.0)) == (canvas.GREY, "o", False)


CITIES = {
    ("Työttömien osuus", "Espoo"): WHOLE,
    ("Työttömien osuus", "Turku"): OPEN,
    ("Yksinäisyys", "Espoo"): SURVEY,
    ("Pakkaukset", "Espoo"): BARE,
    ("Pakkaukset", "Turku"): Effect(2.0, (1.0, 3.0), 0.04, unit="packs"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forest_has_a_row_for_each_effect(language):
    """Blocks with units of their own, a verdict word for each row, tallied in the text."""
    figure = effects_forest(CITIES, language, topic="Aihe")
    assert figure.svg == effects_forest(CITIES, language, topic="Aihe").svg
    assert len(figure.table.rows) == len(CITIES)
    assert figure.table.rows[0][0] == "Työttömien osuus: Espoo"
    values = {(q.id, q.value) for q in figure.quantities()}  # a range repeats its number's id
    assert len({name for name, _ in values}) == len(values)
    assert "Aihe" in figure.alt
    assert "nan" not in figure.description + figure.table.plain()


def test_a_forest_in_finnish():
    """The verdicts are counted, and one that was not decided is said not to be."""
    figure = effects_forest(CITIES, "fi")
    tally = (
        "Päätelmät: vahva näyttö laskusta (1), jää avoimeksi (2), ei voida arvioida (1), "
        "päätelmää ei ole tehty (1)."
    )
    start = "Metsäkuvio (forest plot): Arviot ja niiden luottamusvälit. Arvioita 5. "
    assert figure.alt == f"{start}{tally.partition(', ei')[0]} …"
    assert tally in figure.description


def test_a_block_has_one_unit():
    """Two units on one axis would compare what cannot be compared."""
    with pytest.raises(ValueError, match=r"different units \['', 'share'\]"):
        effects_forest({"Espoo": WHOLE, "Turku": SURVEY}, "fi")
    with pytest.raises(ValueError, match="no effects to draw"):
        effects_forest({}, "fi")
