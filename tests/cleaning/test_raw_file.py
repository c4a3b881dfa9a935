"""Bytes, encodings, compression and tables: what cannot be read says so with file and row."""

from __future__ import annotations

import gzip

import pytest

from skk_analysis.cleaning import CleaningError


def test_encodings_and_byte_order_mark_are_read_alike(raw):
    text = "nimi,arvo\nJyväskylä,1\n"
    for content in (text.encode(), text.encode("latin-1"), text.encode("utf-8-sig")):
        assert raw(content).table.frame.iloc[0].tolist() == ["Jyväskylä", "1"]


def test_gzip_is_read_by_content_not_by_name(raw):
    assert raw(gzip.compress(b"a,b\n1,2\n"), "x.csv").table.header == ["a", "b"]


def test_lines_count_titles_and_blank_lines(raw):
    table = raw('"A title, with comma"\n\na;b\n1;2\n\n3;4\n').table
    assert table.lines.tolist() == [4, 6]
    assert table.delimiter == ";"


def test_mac_line_ends(raw):
    assert len(raw("a;b\r1;2\r3;4\r").table.frame) == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"a,b\n1,\x002\n", "NUL"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"a,b\n", "header only"),
        (b"a,b\n1,2\n3\n4,5,6\n", "expected 2 cells, found 1"),
        (b'a,b\n1,"2\n3,4\n', "not closed"),
        (b"a,a\n1,2\n", "each column once"),
        (b"<html><body>503</body></html>", "web page"),
        (b"just one line of words", "header and cells"),
        (b"\x1f\x8b\x08\x00damaged", "gzip"),
        ("a,b\nJyväskylä,1\n".encode() + "Töölö,2\n".encode("latin-1"), "one encoding"),
        (b"a,b\n\x81\x8d,1\n", "0x81"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(raw, content, expected):
    with pytest.raises(CleaningError, match=expected) as caught:
        _ = raw(content, "broken.csv").table
    assert all("broken.csv" in str(message) for message in caught.value.messages)


def test_all_ragged_rows_are_listed(raw):
    with pytest.raises(CleaningError) as caught:
        _ = raw("a,b\n1\n2,2\n3,3,3\n").table
    assert [m.row for m in caught.value.messages] == [2, 4]


def test_a_missing_file_is_named(raw, tmp_path):
    file = raw("a,b\n1,2\n", "gone.csv")
    (tmp_path / "gone.csv").unlink()
    with pytest.raises(CleaningError, match=r"gone\.csv"):
        _ = file.content


@pytest.mark.parametrize("text", ['{"a": 1', "[1, 2", "{" * 200_000, "[" * 200_000])
def test_damaged_json_ends_in_a_message(raw, text):
    with pytest.raises(CleaningError, match="damaged"):
        _ = raw(text, "x.json").json
