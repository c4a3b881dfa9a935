"""The same seed gives the same bytes, and the committed sample is what the code writes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from skk_analysis.sample import TRUTHS_FILE, write_sample
from skk_analysis.workspace import PACKAGE_FILE, SkkError, Workspace, sha256

LIMIT = 6_000_000


def sample_files(raw: Path) -> dict[str, bytes]:
    """The sample's files; what people have added beside them does not count."""
    workspace = Workspace(raw.parent.parent)
    listed = [raw / r.path for r in workspace.resources() if r.invented]
    listed += [raw / PACKAGE_FILE, raw / TRUTHS_FILE, *workspace.programme.glob("*.csv")]
    return {path.relative_to(raw).as_posix(): path.read_bytes() for path in listed}


@pytest.mark.skipif("ng" in zlib.ZLIB_RUNTIME_VERSION, reason="zlib-ng packs gzip otherwise")
def test_another_run_writes_the_committed_bytes(raw: Path, tmp_path: Path) -> None:
    """A process of its own, with another hash seed, so nothing rests on the order of sets."""
    code = "import sys, pathlib; from skk_analysis.sample import write_sample; "
    code += "write_sample(pathlib.Path(sys.argv[1]))"
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    root = raw.parent.parent
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=True, env=environment, cwd=root
    )
    written, committed = sample_files(tmp_path / "data" / "raw"), sample_files(raw)
    assert written.keys() == committed.keys()
    assert [name for name in written if written[name] != committed[name]] == []


def test_the_sample_is_small(raw: Path) -> None:
    assert sum(len(content) for content in sample_files(raw).values()) <= LIMIT


def test_every_resource_is_described_and_says_that_it_is_invented(raw: Path) -> None:
    resources = Workspace(raw.parent.parent).resources()
    assert len({resource.name for resource in resources}) == len(resources)
    for resource in resources:
        path = raw / resource.path
        assert (resource.sha256, resource.bytes) == (sha256(path), path.stat().st_size)
        assert resource.invented
        assert resource.publisher == "Esimerkkiaineisto (keksitty)"
        assert resource.retrieved and resource.licence and "keksitty" in resource.title
    listed = {resource.path for resource in resources}
    present = {
        path.relative_to(raw).as_posix()
        for folder in ("areas", "municipalities", "households", "surveys")
        for path in (raw / folder).iterdir()
    }
    assert listed == present


def test_other_people_s_data_are_not_overwritten(raw: Path, tmp_path: Path) -> None:
    """Refused before anything is written or removed: a mixed workspace and an unlisted file."""
    shutil.copytree(raw, tmp_path / "mixed/data/raw")
    package = tmp_path / "mixed/data/raw" / PACKAGE_FILE
    first = "alueryhmittely_posnro.csv"
    package.write_text(package.read_text("utf-8").replace('"skk sample"', '"stat.fi"', 1), "utf-8")
    with pytest.raises(SkkError, match=f"other data than the sample: areas/{first}"):
        write_sample(tmp_path / "mixed")
    assert (tmp_path / "mixed/data/raw/areas" / first).is_file()
    own = tmp_path / "own/data/raw/programme"
    own.mkdir(parents=True)
    (own / "cities.csv").write_text("code\n", "utf-8")
    with pytest.raises(SkkError, match="is not empty"):
        write_sample(tmp_path / "own")
    assert (own / "cities.csv").read_text("utf-8") == "code\n"
