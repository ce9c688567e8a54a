"""``TESTS=required``: what is skipped fails the run, but for what CI cannot have."""

import os

import pytest

NO_REAL_DATA = "the real data sets do not stand beside this checkout"
AS_ROOT = "root may read everything"
ALLOWED = (NO_REAL_DATA, AS_ROOT)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a run red in which something was left out."""
    if os.environ.get("TESTS") != "required" or session.exitstatus:
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", ()) if reporter else ()
    left_out = [
        report.nodeid
        for report in skipped
        if not any(reason in str(report.longrepr) for reason in ALLOWED)
    ]
    if left_out:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_sep("=", f"skipped, though tests are required: {', '.join(left_out)}")
