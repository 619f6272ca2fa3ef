"""`paperboy demo --once`: what a person sees who tries it in a terminal."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from papers.sources.sample import SampleSource
from tests.demo.running import once
from tests.shared import SHARED, needs_shared


def test_the_newest_batch_is_printed_as_the_simulated_discord_shows_it(tmp_path: Path) -> None:
    result = once(tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    day = SampleSource().newest_day
    heading = f"Papers of {day:%A} {day.day} {day:%B} {day.year}"
    assert f"## 📰 {heading}" in result.stdout
    assert f"Thread: {heading}" in result.stdout
    header, _, thread = result.stdout.partition("Thread: ")
    votes = [int(count) for count in re.findall(r"▲ (\d+)", header)]
    assert len(votes) >= 5
    assert votes == sorted(votes, reverse=True)
    assert thread.count("https://arxiv.org/pdf/") == thread.count("### ") == 10


def test_a_second_demo_on_the_same_file_posts_nothing_twice(tmp_path: Path) -> None:
    first = once(tmp_path, "--database", "demo.db")
    second = once(tmp_path, "--database", "demo.db")
    assert first.returncode == second.returncode == 0, second.stderr
    assert "Thread: " in first.stdout
    assert (tmp_path / "demo.db").exists()


@contextmanager
def replayed(*faults: str) -> Generator[dict[str, str]]:
    """Serve the recorded answers of the sources; yield the settings that point at them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    arguments = [item for fault in faults for item in ("--fault", fault)]
    server = subprocess.Popen(
        [sys.executable, str(SHARED / "tools" / "replay_sources.py"), "--port", port, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        base = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{base}/api/papers/0", timeout=5).close()  # noqa: S310
            except OSError as error:
                if getattr(error, "code", None):
                    break
                time.sleep(0.05)
        yield {
            "HUGGINGFACE_URL": base,
            "ARXIV_API_URL": f"{base}/arxiv/api/query",
            "ARXIV_RSS_URL": f"{base}/arxiv/rss",
        }
    finally:
        server.terminate()
        server.wait(timeout=10)
        if server.stdout is not None:
            server.stdout.close()


@needs_shared
@pytest.mark.parametrize("faults", [(), ("429", "500", "html", "cut")], ids=["well", "faulty"])
def test_live_posts_the_newest_recorded_batch_best_first(
    tmp_path: Path, faults: tuple[str, ...]
) -> None:
    with replayed(*faults) as addresses:
        result = once(tmp_path, "--live", **addresses)
    assert result.returncode == 0, result.stderr
    header, _, thread = result.stdout.partition("Thread: ")
    assert "Papers of Friday 10 July 2026" in header
    votes = [int(count) for count in re.findall(r"▲ (\d+)", header)]
    assert votes == sorted(votes, reverse=True)
    assert votes[0] == 95
    assert thread.count("### ") == 10


def test_live_without_a_source_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    result = once(tmp_path, "--live", HUGGINGFACE_URL="http://127.0.0.1:9", ARXIV_CATEGORIES="none")
    assert result.returncode == 1
    assert "Hugging Face is unreachable" in result.stderr
    assert "without --live" in result.stderr
    assert "Traceback" not in result.stderr
