"""The tables of docs/reliability.md: what the tests saw is what the page says.

`record` asserts that the page has exactly this row; under `pytest --write-reliability` it writes
the row instead. Rows stand in their natural order ("2" before "10"), whichever test came first.
"""

import fcntl
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reliability.md"
OPTION = "--write-reliability"

_WRITING = pytest.StashKey[bool]()
_stash = pytest.Stash()


def add_options(parser: pytest.Parser) -> None:
    """Add the option that writes instead of comparing."""
    parser.addoption(
        OPTION, action="store_true", help="write what is seen into docs/reliability.md"
    )


def configure(config: pytest.Config) -> None:
    """Take over what was chosen on the command line."""
    _stash[_WRITING] = bool(config.getoption(OPTION))


def record(table: str, row: str, *cells: str, page: Path = PAGE) -> None:
    """Hold the page to one row of a table, or write it there under `--write-reliability`.

    Args:
        table: the table's name, as its marker in the page has it: `<!-- table: kills -->`.
        row: the first cell, which is the row's name.
        cells: the others.
        page: the file.

    Raises:
        AssertionError: the page says something else.
        LookupError: the page has no such table, or one with another number of columns.
    """
    line = _line(row, *cells)
    if _stash.get(_WRITING, False):
        write_row(table, row, *cells, page=page)
        return
    known = {_name(each): each for each in _rows(_inside(page.read_text(), table))}
    test = os.environ.get("PYTEST_CURRENT_TEST", "tests").partition(" ")[0]
    assert known.get(_name(line)) == line, (
        f"docs/reliability.md has in its table “{table}”\n  {known.get(_name(line), 'nothing')}\n"
        f"where this was seen:\n  {line}\n"
        f"If that is right, write it down: pytest {OPTION} '{test}'"
    )


def write_row(table: str, row: str, *cells: str, page: Path = PAGE) -> None:
    """Write one row of a table into the page; the arguments are those of `record`."""
    line = _line(row, *cells)
    _rewrite(page, table, lambda inside: _with_row(table, inside, row, line))


def rows(table: str, page: Path = PAGE) -> list[str]:
    """Return the names of a table's rows, in their order."""
    return [_name(line) for line in _rows(_inside(page.read_text(), table))]


def write_block(name: str, text: str, page: Path = PAGE) -> None:
    """Replace everything that stands between a block's markers: measured figures, a report."""
    _rewrite(page, name, lambda _: f"\n{text.strip()}\n")


def _line(*cells: str) -> str:
    told = [" ".join(cell.replace("|", "\\|").split()) for cell in cells]
    return f"| {' | '.join(told)} |"


def _name(line: str) -> str:
    return re.split(r"(?<!\\)\|", line)[1].strip()


def _rows(inside: str) -> list[str]:
    """Return a table's rows without its two lines of heading."""
    return [line for line in inside.splitlines() if line.startswith("|")][2:]


def _natural(line: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", _name(line))
    return [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in parts]


def _with_row(table: str, inside: str, row: str, line: str) -> str:
    heading = [each for each in inside.splitlines() if each.startswith("|")][:2]
    columns = [len(re.findall(r"(?<!\\)\|", each)) for each in (*heading, line)]
    if len(heading) < 2 or len(set(columns)) > 1:
        raise LookupError(f"“{row}” does not have the columns of the table “{table}”")
    others = [each for each in _rows(inside) if _name(each) != _name(line)]
    return "\n" + "\n".join([*heading, *sorted([*others, line], key=_natural)]) + "\n"


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- table: {name} -->", "<!-- end -->"


def _inside(page: str, name: str) -> str:
    start, end = _markers(name)
    _, found, rest = page.partition(start)
    inside, closed, _ = rest.partition(end)
    if not found or not closed:
        raise LookupError(f"docs/reliability.md has no table “{name}”")
    return inside


def _rewrite(path: Path, name: str, change: Callable[[str], str]) -> None:
    start, end = _markers(name)
    # Tests may run side by side: each waits for its turn with the whole page.
    with path.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        page = file.read()
        inside = _inside(page, name)
        changed = page.replace(start + inside + end, start + change(inside) + end, 1)
        file.seek(0)
        file.write(changed)
        file.truncate()
