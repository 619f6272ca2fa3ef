"""Change the code in small ways, and see whether its tests notice: `scripts/mutants [PATH ...]`.

mutmut makes the changes (`>=` to `>`, a number to the next, an argument to None, a string to
another) and runs, for each, those of a path's tests that reach the changed function. It works on a
copy, in a temporary folder. What survives is listed in `survivors.txt` beside this module, without
the changes that `equivalents.toml` names as ones that no test can notice, each with why.

`--sample N` makes only N of each path's changes, drawn by chance from all of them: bot/ is tested
through the simulated Discord, where a change takes seconds. The same N draws the same changes.

`--write` puts the figures into docs/reliability.md.
"""

import argparse
import fnmatch
import json
import os
import random
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from mutmut.configuration import reset_config
from mutmut.mutation.diff_apply import find_mutant, get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

from tests import reliability

ROOT: Final = Path(__file__).resolve().parents[2]
EQUIVALENTS: Final = Path(__file__).with_name("equivalents.toml")
SURVIVORS: Final = Path(__file__).with_name("survivors.txt")

TESTS: Final[Mapping[str, Sequence[str]]] = {
    "bot/services/digests": (
        "tests/bot/services/digests/test_*.py",
        "tests/bot/services/publishing/test_restored*.py",
    ),
    "bot/services/publishing": (
        "tests/bot/services/publishing/test_*.py",
        "tests/cogs/test_feeds.py",
    ),
    "bot/services/search/_reading.py": (
        "tests/bot/services/search/test_search_reading*.py",
        "tests/bot/services/search/test_search.py",
    ),
    "papers/calendar.py": ("tests/papers/test_calendar*.py",),
    "papers/folding.py": ("tests/papers/test_folding.py",),
    "papers/matching": (
        "tests/papers/test_matching*.py",
        "tests/bot/services/topics/test_topic_matching.py",
    ),
    "papers/schedule.py": ("tests/papers/test_schedule_exact.py",),
    "papers/short_ids.py": ("tests/papers/test_short_ids.py",),
    "papers/topics": ("tests/papers/test_topics*.py", "tests/papers/test_matching*.py"),
    "papers/trending": ("tests/papers/test_trending*.py",),
    "storage/digests": ("tests/storage/test_digests*.py",),
    "storage/library": (
        "tests/storage/test_library*.py",
        "tests/bot/services/library/test_saved_papers.py",
    ),
    "storage/posts": ("tests/storage/test_posts*.py", "tests/storage/test_retention.py"),
}
"""The paths that are changed, each with the tests that have to notice."""

WORKERS: Final = 2
_SEED: Final = 1
"""What draws a sample."""
_SETUP: Final = """[mutmut]
source_paths=
    bot
    cogs
    storage
    papers
    benchmarks
only_mutate=
    {only}
do_not_mutate_patterns=
    ^\\s*log\\.
also_copy=
    docs
    deploy
    scripts
    README.md
    PRIVACY.md
    CONTRIBUTING.md
pytest_add_cli_args=
    -p
    no:cacheprovider
    -n0
    -p
    tests.mutants.plugin
timeout_multiplier=15
timeout_constant=4
pytest_add_cli_args_test_selection=
    {tests}
"""
_KILLED: Final = frozenset({1, 3, 24, 36, 152, -24, -11, -9})
"""Exit codes of a run that noticed: a test failed, or the run took too long or died."""


@dataclass(frozen=True)
class Mutant:
    """A change that was made."""

    file: str
    name: str
    was: str
    now: str
    killed: bool

    def __str__(self) -> str:
        return f"{self.file}\n  - {self.was}\n  + {self.now}"


def main() -> None:
    """Change what the command line names, or everything."""
    parser = argparse.ArgumentParser(prog="scripts/mutants", description=__doc__)
    parser.add_argument("paths", nargs="*", metavar="PATH", choices=[[], *TESTS])
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    parser.add_argument("--sample", type=int, metavar="N", help="make only N changes of each path")
    arguments = parser.parse_args()
    print(f"{'path':24} {'mutants':>8} {'killed':>8} {'equal':>6} {'survive':>8} {'share':>7}")
    for path in arguments.paths or TESTS:
        began = time.monotonic()
        found, made = run(path, arguments.sample)
        equal = [each for each in found if not each.killed and is_equivalent(each)]
        survivors = [each for each in found if not each.killed and each not in equal]
        killed = len(found) - len(equal) - len(survivors)
        share = f"{100 * killed / max(1, killed + len(survivors)):.1f} %"
        figures = len(found), killed, len(equal), len(survivors)
        print(
            f"{path:24} {figures[0]:8} {figures[1]:8} {figures[2]:6} {figures[3]:8} {share:>7}"
            f"  {time.monotonic() - began:.0f} s",
            flush=True,
        )
        keep(path, survivors)
        if arguments.write:
            cells = [str(figure) for figure in figures]
            if len(found) < made:
                cells[0] += f" of {made:,}"
            reliability.write_row("mutants", f"`{path}`", *cells, share)


def run(path: str, sample: int | None = None) -> tuple[list[Mutant], int]:
    """Return every change of a path, or a sample, after running its tests; and how many there are.

    Raises:
        SystemExit: the tests fail without any change, or mutmut does.
    """
    with TemporaryDirectory(prefix="paperboy-mutants-") as folder:
        copy = Path(folder) / "paperboy"
        _copy(copy)
        only = path if path.endswith(".py") else f"{path}/*"
        tests = sorted(
            str(each.relative_to(ROOT)) for glob in TESTS[path] for each in ROOT.glob(glob)
        )
        (copy / "setup.cfg").write_text(_SETUP.format(only=only, tests="\n    ".join(tests)))
        # mutmut reads the settings of the folder that it is in.
        os.chdir(copy)
        reset_config()
        try:
            names = sorted(_names(path))
            drawn = names
            if sample is not None and sample < len(names):
                drawn = sorted(random.Random(_SEED).sample(names, sample))  # noqa: S311
            codes = _codes(path, drawn if drawn != names else ())
            return [_mutant(name, codes[name]) for name in drawn], len(names)
        finally:
            os.chdir(ROOT)


def _names(path: str) -> Iterator[str]:
    for file in (Path(path),) if path.endswith(".py") else sorted(Path(path).rglob("*.py")):
        for name in mutate_file_contents(str(file), file.read_text()).mutant_names:
            yield get_mutant_name(file, name)


def _codes(path: str, names: Sequence[str]) -> dict[str, int]:
    """Run the tests for some changes, for all by default; return the exit code of each."""
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", "run", "--max-children", str(WORKERS), *names],
        env={**os.environ, "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    codes = {
        name: code
        for meta in Path("mutants").rglob("*.meta")
        for name, code in json.loads(meta.read_text())["exit_code_by_key"].items()
        if not names or name in names
    }
    if done.returncode or None in codes.values() or not codes:
        raise SystemExit(f"mutmut failed for {path}:\n{done.stdout[-3_000:]}")
    return codes


def _copy(to: Path) -> None:
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            (to / name).write_bytes((ROOT / name).read_bytes())


def _mutant(name: str, code: int) -> Mutant:
    file = str(find_mutant(name).path)
    if code in _KILLED:
        return Mutant(file, name, "", "", killed=True)
    lines = get_diff_for_mutant(name).splitlines()[2:]
    was = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    now = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return Mutant(file, name, was, now, killed=False)


def is_equivalent(mutant: Mutant) -> bool:
    """Return whether `equivalents.toml` says that nothing can notice a change."""
    return any(
        fnmatch.fnmatch(mutant.file, known.get("file", "*"))
        and re.fullmatch(known.get("was", ".*"), mutant.was)
        and re.fullmatch(known.get("now", ".*"), mutant.now)
        for known in tomllib.loads(EQUIVALENTS.read_text()).get("equivalent", ())
    )


def keep(path: str, survivors: Sequence[Mutant]) -> None:
    """Replace a path's part of `survivors.txt`."""
    parts = SURVIVORS.read_text().split("## ") if SURVIVORS.exists() else []
    others = [part for part in parts if part.strip() and part.splitlines()[0] != path]
    told = "\n".join(sorted(map(str, survivors)))
    whole = sorted([*others, *([f"{path}\n\n{told}\n\n"] if survivors else [])])
    SURVIVORS.write_text("".join(f"## {part}" for part in whole))


if __name__ == "__main__":
    main()
