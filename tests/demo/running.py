"""Starting the demo as a person does: as a program of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

STOP_TIMEOUT = 30.0

WARNINGS_ARE_ERRORS = "error,ignore:'audioop' is deprecated:DeprecationWarning"
"""As for the tests themselves: see `filterwarnings` in pyproject.toml."""


def command(*arguments: str) -> list[str]:
    """Return the command line of the demo."""
    return [sys.executable, "-m", "bot", "demo", *arguments]


def environment(**known: str) -> dict[str, str]:
    """Return the environment of a person who has set nothing but `known`."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": WARNINGS_ARE_ERRORS,
        "EMBEDDER": "none",
        **known,
    }


def once(folder: Path, *arguments: str, **known: str) -> subprocess.CompletedProcess[str]:
    """Run the demo in `folder`, away from the project's `.env`, and return what it printed."""
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
def started(
    folder: Path, *arguments: str, stdin: int = subprocess.DEVNULL, **known: str
) -> Generator[subprocess.Popen[str]]:
    """Start the demo in `folder`; what still runs of it in the end is stopped."""
    with subprocess.Popen(
        command(*arguments),
        cwd=folder,
        env=environment(**known),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def serving(
    folder: Path, *arguments: str, stdin: int = subprocess.DEVNULL, **known: str
) -> Generator[tuple[subprocess.Popen[str], str]]:
    """Serve the demo's page; yield the process and the page's address."""
    with started(folder, "--port", "0", *arguments, stdin=stdin, **known) as process:
        yield process, next_address(process)


def next_address(process: subprocess.Popen[str]) -> str:
    """Return the address of the page that the demo opens next."""
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if (found := re.search(r"http://127\.0\.0\.1:\d+/#\S+", line)) is not None:
            return found[0]
    raise AssertionError(f"the demo ended without a page:\n{printed}")
