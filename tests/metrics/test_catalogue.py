"""The index page, and the example of an index of one's own."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from skk_analysis.metrics import AREA_INDICES, INDICES
from skk_analysis.metrics.catalogue import FAMILIES, index_names, index_page, main

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_page_is_the_generated_one():
    example = (ROOT / "docs" / "own_index.py").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "indices.md").read_text(encoding="utf-8")
    assert page == index_page(example), "run python -m skk_analysis.metrics.catalogue"


def test_every_index_has_its_names_and_its_place():
    names = index_names()
    assert set(names) == set(INDICES) | set(AREA_INDICES)
    assert {row["family"] for row in names.values()} == set(FAMILIES)
    for language in ("fi", "sv", "en"):
        texts = [row[language] for row in names.values()]
        assert all(texts)
        assert len(set(texts)) == len(texts)


def test_no_markup_of_docstrings_is_left():
    page = (ROOT / "docs" / "indices.md").read_text(encoding="utf-8")
    for mark in (":math:", ":func:", ":class:", ".. math::", "\n``math", "\n---"):
        assert mark not in page
    assert page.count("```math") == sum(
        f.__doc__.count(".. math::") for f in (INDICES | AREA_INDICES).values()
    )


def test_every_docstring_has_a_reference_or_points_to_one():
    for name, function in (INDICES | AREA_INDICES).items():
        assert "References\n" in function.__doc__ or ":func:`" in function.__doc__, name


def test_main_writes_in_the_root_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="run it in the repository's root"):
        main()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "own_index.py").write_text("print(1)\n")
    main()
    assert "print(1)" in (tmp_path / "docs" / "indices.md").read_text(encoding="utf-8")


@pytest.fixture
def own_index():
    """The example's names; what it registers is taken away again."""
    before = dict(INDICES)
    yield runpy.run_path(str(ROOT / "docs" / "own_index.py"))
    INDICES.clear()
    INDICES.update(before)


def test_own_index_runs_and_gets_everything(own_index):
    table = own_index["table"].set_index(["index", "year"])
    assert table.loc[("affluent_share", 2018), "value"] == pytest.approx(110 / 160)
    assert own_index["verdict"] == "unclear"
    lines = (ROOT / "docs" / "own_index.py").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 22


def test_own_index_has_the_right_standard_error(own_index):
    rng = np.random.default_rng(5)
    affluent = own_index["affluent_share"]
    draws = [affluent(rng.lognormal(0, 0.6, 800)) for _ in range(200)]
    spread = np.std([e.value for e in draws])
    assert np.mean([e.se for e in draws]) == pytest.approx(spread, rel=0.15)
