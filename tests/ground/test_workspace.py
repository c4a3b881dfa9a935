"""The ground floor: where data lies and how it is written."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from skk_analysis import workspace as ground
from skk_analysis.workspace import Resource, SkkError, Workspace

RESOURCE = Resource(
    name="tulot-2016",
    path="areas/tulot 2016.csv",
    reader="paavo_wide",
    publisher="Tilastokeskus",
    licence="CC-BY-4.0",
    retrieved="2021-03-04",
    sha256="0" * 64,
    bytes=3,
)


def test_resource_survives_the_data_package(tmp_path: Path):
    workspace = Workspace(tmp_path)
    invented = dataclasses.replace(RESOURCE, name="keksitty", invented=True)
    workspace.write_resources([RESOURCE, invented])
    assert workspace.resources() == [RESOURCE, invented]


def test_descriptor_uses_the_standard_fields():
    item = RESOURCE.descriptor()
    assert item["hash"] == "sha256:" + "0" * 64
    assert item["licenses"] == [{"name": "CC-BY-4.0"}]
    assert item["sources"] == [{"title": "Tilastokeskus"}]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"resources": [{"name": "x"}]}', '{"resources":1}']
)
def test_broken_package_is_named(tmp_path: Path, text: str):
    workspace = Workspace(tmp_path)
    workspace.raw.mkdir(parents=True)
    (workspace.raw / "datapackage.json").write_text(text)
    with pytest.raises(SkkError, match=r"datapackage\.json"):
        workspace.resources()


def test_missing_package_says_what_to_do(tmp_path: Path):
    with pytest.raises(SkkError, match="skk raw add"):
        Workspace(tmp_path).resources()


def test_named_folder_wins_then_environment_then_nearest(tmp_path: Path, monkeypatch):
    named, environment, nearest = (tmp_path / n for n in ("named", "environment", "nearest"))
    for folder in (named, environment, nearest / "data" / "raw", nearest / "notebooks"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(nearest / "notebooks")
    assert Workspace.find().root == nearest
    monkeypatch.setenv("SKK_WORKSPACE", str(environment))
    assert Workspace.find().root == environment
    assert Workspace.find(named).root == named
    with pytest.raises(SkkError, match="no folder"):
        Workspace.find(tmp_path / "nowhere")


def test_outside_any_workspace_the_repository_is_meant(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("SKK_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert (Workspace.find().root / "skk_analysis").is_dir()


def test_missing_table_names_the_command(tmp_path: Path):
    with pytest.raises(SkkError, match="skk clean"):
        Workspace(tmp_path).table("observations")


def test_failed_write_keeps_the_old_file_and_leaves_nothing(tmp_path: Path, monkeypatch):
    path = tmp_path / "table.json"
    ground.write_json(path, {"a": "ä"})
    before = path.read_bytes()

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        ground.write_json(path, {"a": 2})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["table.json"]


def test_json_is_readable_by_people(tmp_path: Path):
    ground.write_json(tmp_path / "x.json", {"nimi": "Jyväskylä"})
    assert "Jyväskylä" in (tmp_path / "x.json").read_text("utf-8")
    assert json.loads((tmp_path / "x.json").read_text("utf-8")) == {"nimi": "Jyväskylä"}


def test_sha256_is_of_the_bytes(tmp_path: Path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert ground.sha256(path) == expected
