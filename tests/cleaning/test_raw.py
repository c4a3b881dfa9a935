"""Taking files in: recognition by content, entries, names, refusals."""

from __future__ import annotations

import gzip
import json

import pytest

from skk_analysis.cleaning import READERS, CleaningError, add_raw, check_raw
from skk_analysis.workspace import sha256


@pytest.fixture
def incoming(tmp_path):
    def write(name, text, folder="incoming"):
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_a_file_is_recognised_copied_hashed_and_described(workspace, incoming, samples):
    path = incoming("nimi ä.txt", samples["paavo.csv"])
    (resource,) = add_raw(workspace, [path], retrieved="2021-05-12")
    assert resource.reader == "paavo_wide"
    assert resource.path == "areas/nimi ä.txt"
    assert (resource.publisher, resource.licence) == ("Tilastokeskus", "CC-BY-4.0")
    assert sha256(workspace.raw / resource.path) == resource.sha256 == sha256(path)
    assert workspace.resources() == [resource]
    assert (workspace.programme / "cities.csv").is_file()


def test_every_main_layout_is_recognised(filled):
    assert {r.reader for r in filled.resources()} == {
        "municipality_key",
        "postal_area_key",
        "sotkanet_regions",
        "paavo_wide",
        "sotkanet_csv",
        "json_stat",
        "households",
        "survey",
        "diak",
        "boundaries",
    }
    assert {r.path.split("/")[0] for r in filled.resources()} == {
        "areas",
        "municipalities",
        "households",
        "surveys",
    }
    licence = {r.reader: r.licence for r in filled.resources()}
    assert licence["diak"] == "MIT"
    assert licence["households"] == ""


def test_the_same_content_is_not_added_twice(workspace, incoming, samples):
    first = add_raw(workspace, [incoming("a.csv", samples["paavo.csv"])])
    again = add_raw(workspace, [incoming("b.csv", samples["paavo.csv"])])
    assert first == again
    assert len(workspace.resources()) == 1


def test_the_same_name_with_other_content_is_kept_beside(workspace, incoming, samples):
    one = incoming("data.csv", samples["paavo.csv"])
    two = incoming("data.csv", samples["paavo.csv"].replace("26000", "26001"), "other")
    add_raw(workspace, [one])
    (second,) = add_raw(workspace, [two])
    assert second.path.startswith("areas/data-")
    assert (
        len({r.path for r in workspace.resources()})
        == len({r.name for r in workspace.resources()})
        == 2
    )
    assert check_raw(workspace) == []


def test_gzip_and_release(workspace, incoming):
    text = "postinumero,nimi,he_vakiy,hr_mtu,hr_tuy\n02100,Tapiola,10,20000,9\n"
    path = incoming("layer.csv.gz", gzip.compress(text.encode()))
    (resource,) = add_raw(workspace, [path], release=2021)
    assert resource.path == "areas/layer-pub2021.csv.gz"
    assert check_raw(workspace) == []


def test_given_details_win(workspace, incoming, samples):
    (resource,) = add_raw(
        workspace,
        [incoming("a.csv", samples["survey.csv"])],
        publisher="Espoo",
        licence="oma",
        source="https://example.org",
        retrieved="2020-01-01",
        invented=True,
    )
    assert (resource.publisher, resource.licence, resource.invented) == ("Espoo", "oma", True)
    assert workspace.resources() == [resource]


def test_an_unknown_layout_is_refused_with_the_list_of_layouts(workspace, incoming, samples):
    good = incoming("good.csv", samples["paavo.csv"])
    with pytest.raises(CleaningError) as caught:
        add_raw(workspace, [good, incoming("x.csv", "a,b\n1,2\n"), incoming("y.json", '{"a":1}')])
    text = str(caught.value)
    assert "x.csv" in text and "y.json" in text and "--reader" in text
    assert all(name in text for name in READERS)
    assert not workspace.raw.exists()  # all files or none


def test_an_unknown_reader_or_date_is_refused(workspace, incoming, samples):
    path = incoming("a.csv", samples["paavo.csv"])
    with pytest.raises(CleaningError, match="paavo_wide"):
        add_raw(workspace, [path], reader="pavo")
    with pytest.raises(CleaningError, match="2021-05-12"):
        add_raw(workspace, [path], retrieved="12.5.2021")
    with pytest.raises(CleaningError, match=r"gone\.csv"):
        add_raw(workspace, [path.with_name("gone.csv")], reader="paavo_wide")


def test_a_wrong_reader_is_found_when_the_file_is_read(workspace, incoming, samples):
    add_raw(workspace, [incoming("a.csv", samples["paavo.csv"])], reader="diak")
    (message,) = check_raw(workspace)
    assert "regio_level" in message.expected


def test_changed_missing_and_unreadable_entries_are_errors(filled):
    first, second, *_ = filled.resources()
    (filled.raw / first.path).write_text("changed")
    (filled.raw / second.path).unlink()
    package = filled.raw / "datapackage.json"
    content = json.loads(package.read_text())
    content["resources"][2]["skk:reader"] = "nobody"
    package.write_text(json.dumps(content))
    messages = [m for m in check_raw(filled) if m.check == "hash"]
    assert [m.file for m in messages][:2] == [first.path, second.path]
    assert "nobody" in messages[2].value
    assert all(m.mend for m in messages)
