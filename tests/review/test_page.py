"""The one reader of a page: what reviewers sign and differences are told from is what is seen."""

from __future__ import annotations

import base64

import pytest

from skk_analysis.review.differences import content, text_differences
from skk_analysis.review.page import read_page
from skk_analysis.review.told import told

DRAWN = '<svg><metadata id="skk-drawn">{told}</metadata><path d="{d}"/></svg>'
SAME = DRAWN.format(told="[1]", d="M 0 0"), DRAWN.format(told="[2]", d="M 0 0")
OTHER = DRAWN.format(told="[1]", d="M 0 1")


def page(svg: str) -> str:
    """A page with one drawing and a sentence with a number."""
    coded = base64.b64encode(svg.encode()).decode()
    return (
        '<html lang="fi"><main><h2 id="gap">Erot</h2><figure id="figure-1">'
        f'<img alt="Kuvio" src="data:image/svg+xml;base64,{coded}">'
        '<figcaption>Kuvio 1. Erot</figcaption></figure><p>Ero on <data value="gap.2019">1,5'
        '</data>. src="data:ei kuva"</p><div class="code"><p>koodi</p></div></main></html>'
    )


def notebook(svg: str) -> dict:
    """A notebook with the same drawing."""
    told = {"image/svg+xml": {"caption": "Kuvio 1. Erot", "alt": "Kuvio"}}
    output = {"output_type": "display_data", "data": {"image/svg+xml": svg}, "metadata": told}
    return {"cells": [{"cell_type": "code", "outputs": [output]}]}


@pytest.mark.parametrize(("svg", "differs"), [(SAME[1], False), (OTHER, True)])
def test_a_drawing_is_another_only_if_another_is_seen(svg, differs):
    first = SAME[0]
    hashes = {told(read_page(page(one)), []).digest() for one in (first, svg)}
    assert (len(hashes) == 2) is differs
    before, after = (content(notebook(one)).figures for one in (first, svg))
    assert bool(text_differences(before, after)) is differs


def test_checks_and_review_read_the_same():
    read = read_page(page(SAME[0]))
    assert read.lines == [
        ("gap", "Erot"),
        ("gap", "Kuvio 1. Erot"),
        ("gap", 'Ero on 1,5. src="data:ei kuva"'),
    ]
    assert read.blocks[-1].numbers == [("gap.2019", "1,5")]
    assert [(spot.kind, spot.anchor) for spot in read.spots] == [
        ("section", "gap"), ("figure", "figure-1"), ("number", "gap.2019"),
    ]  # fmt: skip
