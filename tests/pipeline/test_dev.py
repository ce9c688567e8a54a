"""`userops dev` as somebody sees it who starts it for the first time."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from tests.conftest import ROOT

SECONDS = 240
SECONDS_TO_END = 20
UP = "Serving dagster-webserver"


def test_the_ui_starts_without_a_word_of_warning(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "dev", "--port", str(port)],
        env={**os.environ, "USEROPS_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as started:
        assert started.stdout
        late = threading.Timer(SECONDS, os.killpg, (started.pid, signal.SIGTERM))
        late.start()
        for line in started.stdout:
            told.append(line)
            if UP in line:
                break
        late.cancel()
        # Ctrl-C is not heard by what a shell has put into the background, nor do those it starts
        # hear Dagster's.
        os.killpg(started.pid, signal.SIGTERM)
        try:
            started.communicate(timeout=SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)

    shown = "".join(told)
    assert UP in shown
    assert f"http://127.0.0.1:{port}" in shown
    assert "WARN" not in shown.upper()
