"""No byte of the site tells a hidden number: all files are opened and searched."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from skk_analysis import protected
from skk_analysis.reporting.grid import run_reports
from skk_analysis.reporting.plan import Choice
from skk_analysis.reporting.release.pack import release
from skk_analysis.workspace import Workspace, sha256
from tests.reporting.site_scan import finds, opened, spellings, unpacked, without_hashes
from tests.reporting.test_site import cells_with

SHARE = 7 / 17
SMALL = ("02317", "02117")
"""Two areas of Espoo with so few answers that all their shares are hidden."""

CHOICES = (
    Choice(kinds=["city_year"], cities=["Espoo"], years=[2019], languages=["fi"]),
    Choice(kinds=["city_comparison"], years=[2019], languages=["fi"]),
)


def test_the_scan_finds_a_number_in_every_sort_of_file(bench, cells):
    """A scan that is blind would prove nothing: the number is shown, and found wherever it is."""
    bench.write(cells_with(cells, area="Alue 0.41176", share=SHARE))
    assert bench.one().ok
    found = finds(unpacked(bench.workspace.reports), {*spellings(SHARE), b"41,2", b"41.2"})
    kinds = {Path(name.split(".xlsx/")[-1]).suffix for name in found}
    assert {".html", ".json", ".csv", ".xml", ".ipynb"} <= kinds, found


@pytest.mark.slow
def test_the_site_is_the_same_whatever_is_hidden(tmp_path, sample_workspace):
    """Six persons of two hidden areas change places: nothing but hashes may change on the site.

    So nothing in it depends on the hidden numbers: no rate, complement, drawing or rounded total.
    The hidden shares are searched for as well, in all spellings.
    """
    made = {}
    for name, persons in (("as they are", 0), ("otherwise", 6)):
        place = Workspace(tmp_path / name)
        shutil.copytree(sample_workspace.raw, place.raw)
        exchange(place, persons)
        for choice in CHOICES:
            summary = run_reports(place, choice)
            assert summary.ok, [one.message for one in summary.failed]
        files = dict(unpacked(place.reports))
        files |= dict(opened("release.zip", release(place, Choice(), draft=True).content))
        made[name] = files
        assert not finds(files.items(), hidden_forms(place))
    one, other = made.values()
    assert one.keys() == other.keys()
    assert [
        name
        for name, content in one.items()
        if without_hashes(content) != without_hashes(other[name])
        # these hold times, or the size of what does
        and not name.endswith(("ro-crate-metadata.json", "docProps/core.xml", "manifest.json"))
    ] == []


def exchange(place: Workspace, persons: int) -> None:
    """Let so many who answered in the one small area have answered in the other, and back."""
    [resource] = [r for r in place.resources() if r.name == "asukaskysely-2019"]
    file = place.raw / resource.path
    lines = gzip.decompress(file.read_bytes()).decode().splitlines(keepends=True)
    mine = [[i for i, row in enumerate(lines) if row.startswith(f"049;{a};")] for a in SMALL]
    mine[0].sort(key=lambda i: lines[i].split(";")[10:])
    mine[1].sort(key=lambda i: lines[i].split(";")[10:], reverse=True)
    for pair in list(zip(*mine, strict=False))[:persons]:
        for line, area, other in zip(pair, SMALL, reversed(SMALL), strict=True):
            lines[line] = lines[line].replace(f";{area};", f";{other};")
    file.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    place.write_resources(
        replace(r, sha256=sha256(file), bytes=file.stat().st_size) if r.name == resource.name else r
        for r in place.resources()
    )


def hidden_forms(place: Workspace) -> set[bytes]:
    """Spellings of the hidden areas' shares, worked out from the answers.

    A plain fraction stands anywhere by chance, so it proves nothing: those are left out.
    """
    answers = pd.read_parquet(place.processed / "responses.parquet")
    cells = pd.read_parquet(place.processed / protected.FILE)
    mine = answers[
        answers["area_code"].isin(SMALL) & answers["answer"].notna() & (answers["year"] == 2019)
    ]
    forms: set[bytes] = set()
    for (area, question), rows in mine.groupby(["area_code", "question"]):
        named = (cells["unit_code"] == area) & (cells["indicator"] == question)
        if not named.any():
            continue
        for agreeing in (rows["answer"] >= 4, rows["answer"] <= 2):
            forms |= spellings(rows["weight"][agreeing].sum() / rows["weight"].sum(), 6)
    plain = {part / whole for whole in range(1, 21) for part in range(whole + 1)}
    return forms.difference(*(spellings(share, 6) for share in plain))
