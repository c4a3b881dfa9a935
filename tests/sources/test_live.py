"""The publishers' own services; run with ``pytest -m live tests/sources``."""

from __future__ import annotations

import pytest

from skk_analysis.sources import SERVICES, check


@pytest.mark.live
@pytest.mark.parametrize("service", SERVICES)
def test_the_services_still_speak_so(request, workspace, service):
    if "live" not in request.config.getoption("markexpr").replace("not live", ""):
        pytest.skip("asks the publishers' services: only with -m live")
    summary = check(workspace, [service], years=[2019])
    assert summary.failed == []
