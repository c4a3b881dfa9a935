"""The run record beside a report: a crate by the specification, and nothing of the machine."""

from __future__ import annotations

import getpass
import json
import platform
import re
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from skk_analysis.reporting import fingerprint
from skk_analysis.reporting.report import CRATE, NOTEBOOK, PAGE, RECORD, RESULTS
from skk_analysis.reporting.run_record import Steps
from skk_analysis.reporting.stamp import content_hash
from skk_analysis.workspace import sha256


def read(folder: Path) -> tuple[dict, dict]:
    """Context and entities by id."""
    content = json.loads((folder / CRATE).read_text("utf-8"))
    entities = {entity["@id"]: entity for entity in content["@graph"]}
    assert len(entities) == len(content["@graph"]), "an id is there twice"
    return content["@context"], entities


def ids(value) -> list[str]:
    return [one["@id"] for one in (value if isinstance(value, list) else [value])]


def references(value):
    if isinstance(value, dict):
        yield value["@id"]
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def test_the_record_is_a_process_run_crate(bench):
    assert bench.one().ok
    context, entities = read(bench.folder)
    assert context == [
        "https://w3id.org/ro/crate/1.1/context",
        "https://w3id.org/ro/terms/workflow-run/context",
    ]
    descriptor, root = entities[CRATE], entities["./"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert descriptor["about"] == {"@id": "./"}
    assert root["@type"] == "Dataset"
    assert root["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert datetime.fromisoformat(root["datePublished"]) and root["name"] and root["description"]
    assert ids(root["license"]) == ["#licence-CC0"]
    files = {p.relative_to(bench.folder).as_posix() for p in bench.folder.rglob("*") if p.is_file()}
    parts = ids(root["hasPart"])
    assert set(parts) == files - {CRATE} and len(parts) == len(files) - 1
    told = [i for e in entities.values() for key in e if key[0] != "@" for i in references(e[key])]
    outside = {"https://w3id.org/ro/crate/1.1"}
    assert set(told) - outside <= entities.keys(), "a reference leads nowhere"
    assert entities.keys() - set(told) == {CRATE}, "an entity that nobody refers to"

    for name in parts:
        assert entities[name]["@type"] == "File"
        file, told = bench.folder / name, entities[name]
        if name in (PAGE, "review.html"):  # publication writes the banner of the review on them
            assert told["identifier"] == f"sha256:{content_hash(file)}" and "sha256" not in told
        else:
            assert told["sha256"] == sha256(file)
            assert int(told["contentSize"]) == file.stat().st_size
    record = json.loads((bench.folder / RECORD).read_text("utf-8"))
    assert root["identifier"] == record["run_id"]

    run, page = (entities[id_] for id_ in ids(root["mentions"]))
    assert run["@type"] == page["@type"] == "CreateAction"
    assert ids(run["result"]) == [NOTEBOOK, RESULTS]
    assert {PAGE, RECORD} < set(ids(page["result"])) == set(parts) - {NOTEBOOK, RESULTS}
    assert ids(run["instrument"]) == ["#notebook"] and ids(page["object"]) == [NOTEBOOK]
    times = [datetime.fromisoformat(a[k]) for a in (run, page) for k in ("startTime", "endTime")]
    assert times == sorted(times) and all(time.utcoffset() is not None for time in times)
    usage = {id_: entities[id_]["value"] for id_ in ids(run["resourceUsage"])}
    assert 100 < usage["#execute-realTime"] < 120_000
    assert usage["#execute-peakRSS"] > 2**24
    assert re.search("papermill, in a (plain|forked) kernel", run["description"])
    assert entities["#TZ"] == {
        "@id": "#TZ", "@type": "PropertyValue", "name": "TZ", "value": "UTC",
    }  # fmt: skip

    given = {id_: entities[id_] for id_ in ids(run["object"])}
    parameters = {e["name"]: e["value"] for e in given.values() if e["@type"] == "PropertyValue"}
    assert parameters == record["parameters"]
    raw = given["#raw-espoo"]
    assert (raw["sha256"], raw["alternateName"]) == (record["sources"]["espoo"], "espoo.csv")
    assert raw["sdDatePublished"] == "2021-03-01"
    assert entities[raw["publisher"]["@id"]]["name"] == "Testaaja"
    assert given["#data"]["identifier"] == f"sha256:{record['data']}"
    years = entities["#register-years.csv"]["sha256"]
    assert years == sha256(bench.workspace.programme / "years.csv")
    assert entities["#notebook"]["version"] == f"sha256:{record['notebook']}"
    assert f"sha256:{record['code']}" in entities["#skk_analysis"]["identifier"]
    assert entities["#environment"]["softwareVersion"] == f"sha256:{record['environment']}"
    assert entities["#lock"]["sha256"] == sha256(fingerprint.LOCK)
    packages = {e["name"]: e["softwareVersion"] for i, e in entities.items() if "pkg:" in i}
    assert packages.items() <= fingerprint.installed_versions().items() and "numpy" in packages

    text = (bench.folder / CRATE).read_text("utf-8")
    host, user = re.escape(platform.node()), re.escape(getpass.getuser())
    assert not re.search(rf"(^|[^\w-])({host}|{user})([^\w-]|$)", text)
    assert not re.search(r'": "(/|[A-Za-z]:\\|file:)', text), "a path of this machine"
    for place in (bench.workspace.root, bench.notebook.parent, bench.library, fingerprint.LOCK):
        assert str(place) not in text

    before = bench.files()
    bench.one(force=True)
    _, again = read(bench.folder)
    assert bench.files() == before, "the record's times are in another file too"
    assert again[ids(root["mentions"])[0]]["startTime"] > run["startTime"]

    (bench.folder / CRATE).unlink()
    assert len(bench.one().made) == 1, "a report without its record must be made again"
    assert (bench.folder / CRATE).is_file()


def test_addresses_are_told_only_if_anybody_may_see_them():
    from skk_analysis.reporting import run_record
    from skk_analysis.workspace import Resource

    told = {}
    for source in ("https://sotkanet.fi/rest", "/home/me/x.csv", "https://me:secret@stat.fi/x"):
        graph = run_record._Graph()
        resource = Resource("a b", "x.csv", "r", source=source, licence="https://cc.org/by")
        graph.add(run_record._raw_file(graph, resource))
        [raw, licence] = graph.entities()
        told[source] = raw.get("url")
        assert (raw["@id"], licence["@id"]) == ("#raw-a%20b", "https://cc.org/by")
    assert list(told.values()) == ["https://sotkanet.fi/rest", None, None]


def test_steps_have_their_length_by_a_steady_clock():
    steps = Steps()
    with steps.step("one"):
        pass
    with pytest.raises(ZeroDivisionError), steps.step("two"):
        1 / 0  # noqa: B018
    [one] = steps.taken
    assert one.name == "one" and 0 <= one.seconds < 5 and one.began <= one.ended


@pytest.mark.parametrize("changed", [False, True])
def test_the_commit_is_told_if_the_code_is_one(tmp_path, monkeypatch, changed):
    def git(*arguments: str) -> str:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    library = tmp_path / "library"
    library.mkdir()
    (library / "one.py").write_text("one = 1\n")
    monkeypatch.setattr(fingerprint, "LIBRARY", library)
    fingerprint.git_commit.cache_clear()
    try:
        assert fingerprint.git_commit() == "", "no repository"
        fingerprint.git_commit.cache_clear()
        git("init", "--quiet")
        git("add", "library")
        git("commit", "--quiet", "-m", "one")
        (tmp_path / "notes.txt").write_text("not code")
        if changed:
            (library / "one.py").write_text("one = 2\n")
        assert fingerprint.git_commit() == ("" if changed else git("rev-parse", "HEAD"))
    finally:
        fingerprint.git_commit.cache_clear()
