"""Damaged raw files always end in a message that names the file, and processed data stays."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skk_analysis.cleaning import READERS, CleaningError, add_raw, clean
from skk_analysis.cleaning.pipeline import read_resource
from skk_analysis.cleaning.reader import Keys
from skk_analysis.workspace import SkkError, sha256

HTML = b"<!DOCTYPE html><html><head><title>503</title></head><body>Service</body></html>"
DAMAGES = {
    "empty": lambda _: b"",
    "blank": lambda _: b"\n \n",
    "half": lambda data: data[: data.find(b"\n", len(data) // 2) + 4],
    "cut in a cell": lambda data: data[: data.rstrip().rfind(b"\n") + 3],
    "NUL bytes": lambda data: data[:40] + b"\0\0\0" + data[40:],
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "mixed encoding": lambda data: data + "ä".encode() + "ö\n".encode("latin-1"),
    "header only": lambda data: data[: data.find(b"\n") + 1],
    "html": lambda _: HTML,
    "huge cell": lambda data: data.rstrip() + b"," + b"9" * 3_000_000 + b"\n",
    "gzip cut": lambda data: b"\x1f\x8b\x08\x00" + data,
    "binary": lambda _: bytes(range(1, 256)) * 20,
    "json list": lambda _: b"[[[1]]]",
    "json object": lambda _: b'{"class":"dataset","id":1,"size":2,"dimension":3,"value":4}',
}
KEYS = ["municipality_key.csv", "postal_key.csv", "SotkaRegions.json", "areas.geojson"]
DATA = [
    "paavo.csv",
    "sotkanet.csv",
    "diak.csv",
    "households.csv",
    "survey.csv",
    "crime.json",
]
JSONS = ["crime.json", "SotkaRegions.json", "areas.geojson"]


def replace_content(workspace, stem, content):
    """Put other bytes in a resource's place, with the right hash, as if taken in like that."""
    resources = workspace.resources()
    index = next(i for i, r in enumerate(resources) if r.path.split("/")[1].startswith(stem))
    path = workspace.raw / resources[index].path
    path.write_bytes(content)
    resources[index] = replace(resources[index], sha256=sha256(path))
    workspace.write_resources(resources)
    return resources[index]


def processed(workspace):
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted((workspace.root / "data").rglob("*"))
        if p.is_file() and workspace.raw not in p.parents
    }


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory, samples):
    """A cleaned workspace, and the bytes of its raw files to put back after each damage."""
    from skk_analysis.workspace import Workspace

    root = tmp_path_factory.mktemp("fuzz")
    for name, text in samples.items():
        (root / name).write_text(text, "utf-8")
    workspace = Workspace(root / "ws")
    workspace.root.mkdir()
    add_raw(workspace, [root / name for name in samples])
    clean(workspace)
    return workspace


@pytest.mark.parametrize("names", [DATA, KEYS], ids=["data", "keys"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damage_of_every_layout_ends_in_a_message(cleaned, samples, names, damage):
    before = processed(cleaned)
    damaged = [
        replace_content(cleaned, name.split(".")[0], DAMAGES[damage](samples[name].encode()))
        for name in names
    ]
    try:
        with pytest.raises(CleaningError) as caught:
            clean(cleaned)
    finally:
        for name in names:
            replace_content(cleaned, name.split(".")[0], samples[name].encode())
    messages = [m for m in caught.value.messages if m.severity == "error"]
    assert {r.path for r in damaged} <= {m.file for m in messages}
    assert all(len(str(m)) < 3000 for m in messages)
    assert processed(cleaned) == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_not_taken_in(workspace, tmp_path, samples, damage):
    path = tmp_path / "damaged.csv"
    path.write_bytes(DAMAGES[damage](samples["paavo.csv"].encode()))
    try:
        add_raw(workspace, [path])
    except SkkError as error:
        assert "damaged.csv" in str(error)
        assert not workspace.raw.exists()
    else:  # taken in by its header; then reading it finds the damage
        with pytest.raises(CleaningError, match=r"damaged\.csv"):
            clean(workspace)


def test_a_duplicate_header_and_swapped_columns(cleaned, samples):
    before = processed(cleaned)
    header, rest = samples["households.csv"].split("\n", 1)
    columns = header.split(";")
    columns[0], columns[2] = columns[2], columns[0]
    for changed in (";".join(columns), header.replace("vuosi", "paino")):
        resource = replace_content(cleaned, "households", f"{changed}\n{rest}".encode())
        with pytest.raises(CleaningError, match=resource.path):
            clean(cleaned)
        assert processed(cleaned) == before
    replace_content(cleaned, "households", samples["households.csv"].encode())


@given(data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_random_bytes_in_place_of_others_never_crash_a_reader(cleaned, samples, data):
    """Whatever a file holds, reading it gives rows or a `CleaningError`, nothing else."""
    name = data.draw(st.sampled_from(sorted(samples)))
    content = bytearray(samples[name].encode())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 30))
        content[start : start + length] = data.draw(st.binary(max_size=30))
        if not content:
            break
    resource = replace_content(cleaned, name.split(".")[0], bytes(content))
    try:
        reading = read_resource(cleaned, resource, Keys(municipalities={"espoo": "049"}))
    except CleaningError as error:
        assert all(m.file == resource.path for m in error.messages)
    else:
        assert reading.rows_read >= 0
    finally:
        replace_content(cleaned, name.split(".")[0], samples[name].encode())


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=JSON_VALUES, data=st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_json_value_in_any_place_never_crashes_a_reader(cleaned, samples, value, data):
    name = data.draw(st.sampled_from(JSONS))
    content = json.loads(samples[name])
    place, key = content, None
    while isinstance(place, dict | list) and len(place):
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        key = data.draw(st.sampled_from(list(keys)))
        if data.draw(st.booleans()) or not isinstance(place[key], dict | list):
            break
        place = place[key]
    if key is not None and (not isinstance(place, list) or key < len(place)) and place:
        place[key] = value
    resource = replace_content(cleaned, name.split(".")[0], json.dumps(content).encode())
    reader = READERS[resource.reader]
    assert reader.name == resource.reader
    try:
        read_resource(cleaned, resource, Keys())
    except CleaningError as error:
        assert all(m.file == resource.path for m in error.messages)
    finally:
        replace_content(cleaned, name.split(".")[0], samples[name].encode())
