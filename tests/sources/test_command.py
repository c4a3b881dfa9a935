"""The verb ``skk fetch``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from werkzeug import Response

from skk_analysis.cli import main
from skk_analysis.sources import client as clients
from skk_analysis.sources.store import held


@pytest.fixture
def skk(small, workspace, client, monkeypatch, capsys) -> Callable[..., SimpleNamespace]:
    """Run the command against the local services; gives exit status, output and error."""
    monkeypatch.setattr(clients, "Addresses", lambda: small.addresses)
    monkeypatch.setattr(clients, "Patience", lambda: client.patience)

    def run_(*arguments: str) -> SimpleNamespace:
        command = ["skk", "--workspace", str(workspace.root), *arguments]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return SimpleNamespace(status=ended.value.code or 0, out=told.out, err=told.err)

    return run_


def test_each_answer_is_a_line_and_the_last_line_sums_up(skk, workspace):
    told = skk("fetch", "sotkanet", "statfin", "--years", "2019-2020")
    lines = told.out.splitlines()
    assert told.status == 0 and told.err == ""
    (gini,) = held(workspace, "sotkanet.3126")
    assert f"sotkanet.3126: stored {gini.path}" in lines
    assert lines[-1] == "4 new, 0 unchanged, 0 empty, 0 failed, 0 findings."
    again = skk("fetch", "sotkanet", "statfin", "--years", "2019", "--years", "2020")
    assert again.out.splitlines()[-1] == "0 new, 4 unchanged, 0 empty, 0 failed, 0 findings."


def test_all_is_the_default(skk, small):
    assert skk("fetch", "--years", "2019,2020").status == 0
    for service in ("rest", "PxWeb", "postialue", "tilastointialueet"):
        assert small.paths(service)


def test_a_check_lists_findings_and_stores_nothing(skk, small, workspace):
    small.indicators["3126"]["title"]["fi"] = "Gini-kerroin, markkinatulot"
    told = skk("fetch", "sotkanet", "--check")
    assert told.status == 0
    assert told.out.splitlines() == [
        "renamed: sotkanet.3126: it was 'Gini-kerroin, käytettävissä olevat tulot' and is "
        "'Gini-kerroin, markkinatulot'. If it is the same indicator, write the new title in "
        "programme/published_variables.csv.",
        "1 findings, 0 failed.",
    ]
    assert held(workspace) == []


def test_failures_and_redefinitions_are_status_1(skk, small):
    small.fault("indicator=5", *[Response("", 500)] * 3)
    small.indicators["3126"]["title"]["fi"] = "Gini-kerroin, % 18 vuotta täyttäneistä"
    told = skk("fetch", "sotkanet")
    assert told.status == 1
    assert "failed: sotkanet.5: " in told.out
    assert "redefined: sotkanet.3126: " in told.out


def test_wrong_usage(skk):
    assert skk("fetch", "--years", "first").status == 2
    told = skk("fetch", "eurostat")
    assert (told.status, told.out) == (1, "")
    assert "no service eurostat. Known: sotkanet, statfin, paavo, boundaries." in told.err
