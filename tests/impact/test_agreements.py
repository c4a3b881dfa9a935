"""Other packages' answers on invented panels, pinned in validation/impact/synthetic."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from skk_analysis.impact.conformal import conformal_synthetic_control
from skk_analysis.impact.identified_range import identified_range
from skk_analysis.impact.size_matching import Placebos
from skk_analysis.impact.synthetic_control import augmented_synthetic_control, synthetic_control
from skk_analysis.impact.synthetic_did import synthetic_did

_spec = importlib.util.spec_from_file_location("panels", Path(__file__).with_name("panels.py"))
panels = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(panels)

PINNED = json.loads(
    (Path(__file__).parents[2] / "validation/impact/synthetic/agreements.json").read_text("utf-8")
)
ONE = {"placebos": Placebos(count=1, draws=1)}
LEVELS = {"ridge": 0, "intercept": False}
OURS = {
    "synthetic_did": lambda panel: synthetic_did(panel, "y", **ONE).estimate,
    "ridge_synthetic_control": lambda panel: synthetic_control(panel, "y", **ONE).estimate,
    "synthetic_control": lambda panel: synthetic_control(panel, "y", **LEVELS, **ONE).estimate,
    "augmented_synthetic_control": lambda panel: (
        augmented_synthetic_control(panel, "y", **ONE).estimate
    ),
    "identified_low": lambda panel: identified_range(panel, "y")[0],
    "identified_high": lambda panel: identified_range(panel, "y")[1],
    "conformal_p": lambda panel: (
        conformal_synthetic_control(panel, "y", permutations="iid", **LEVELS).p
    ),
}


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        pytest.param(case, answer, id=f"{case['name']}: {answer['quantity']}, {answer['package']}")
        for case in PINNED["cases"]
        for answer in case["answers"]
    ],
)
def test_ours_is_theirs_to_the_digits_of_their_solver(case, answer):
    values = np.array(case["values"])
    start = 2009 + values.shape[1] - case["after"]
    panel = panels.panel_of(values, {f"u{i:03d}": start for i in range(case["treated"])})
    ours = OURS[answer["quantity"]](panel)
    assert ours == pytest.approx(answer["value"], abs=answer["tolerance"])


def test_published_answers_are_met_to_the_digits_printed():
    allowed = {"synthetic control": 0.12, "synthetic difference-in-differences": 2e-3}
    for line in PINNED["published"]:
        share = "weight" in line["quantity"]
        near = 20 if "about" in line["quantity"] else 0.006 if share else 1e-3
        assert line["ours"] == pytest.approx(
            line["published"], abs=allowed.get(line["quantity"], near)
        ), line["quantity"]
