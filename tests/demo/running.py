"""Starting the demo as a person does: as a program of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT = 60.0


def command(*arguments: str) -> list[str]:
    """Return the command line of the demo."""
    return [sys.executable, "-m", "bot", "demo", *arguments]


def environment(**known: str) -> dict[str, str]:
    """Return the environment of a person who has set nothing but `known`."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    # Away from the project's `.env`, if it has one: settings are read from the current directory.
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "EMBEDDER": "none",
        **known,
    }


def once(folder: Path, *arguments: str, **known: str) -> subprocess.CompletedProcess[str]:
    """Run the demo to its end and return what it printed."""
    return subprocess.run(
        command("--once", *arguments),
        cwd=folder,
        env=environment(**known),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@contextmanager
def serving(folder: Path, *arguments: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Run the demo with its page; yield the process and the page's address."""
    process = subprocess.Popen(
        command("--port", "0", *arguments),
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if (found := re.search(r"http://127\.0\.0\.1:\d+/#\S+", line)) is not None:
                yield process, found[0]
                break
        else:
            raise AssertionError(f"the demo ended without a page:\n{printed}")
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()
