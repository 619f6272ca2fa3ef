"""The recorded answers of the sources, served to a demo that believes to be live."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager

from tests.shared import SHARED

STEPS = 200
"""Twentieths of a second that the server gets to start."""


@contextmanager
def replayed(*faults: str) -> Generator[dict[str, str]]:
    """Serve the recorded answers of the sources; yield the settings that point at them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    arguments = [item for fault in faults for item in ("--fault", fault)]
    with subprocess.Popen(
        [sys.executable, str(SHARED / "tools" / "replay_sources.py"), "--port", port, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            _wait_for(base)
            yield {
                "HUGGINGFACE_URL": base,
                "ARXIV_API_URL": f"{base}/arxiv/api/query",
                "ARXIV_RSS_URL": f"{base}/arxiv/rss",
            }
        finally:
            server.terminate()


def _wait_for(base: str) -> None:
    for _ in range(STEPS):
        try:
            urllib.request.urlopen(f"{base}/api/papers/0", timeout=5).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
            return  # an answer, if only that there is no such paper
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the recorded answers are not served")
