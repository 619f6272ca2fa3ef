"""The house rules that no linter checks: each is read from the tree itself."""

import ast
import fnmatch
import io
import os
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect

from bot.client import EXTENSIONS
from bot.settings import Settings
from storage.tables import metadata

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("bot", "cogs", "storage", "papers")
CODE = (*PRODUCT, "tests", "benchmarks")
LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-dev.lock")


@cache
def tracked_files() -> tuple[Path, ...]:
    """What is committed, or would be: ignored files are nobody's product."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def product_modules() -> list[Path]:
    return [path for part in PRODUCT for path in sorted((ROOT / part).rglob("*.py"))]


def code_modules(*parts: str) -> list[Path]:
    """Return the product's modules and those around it."""
    return [path for part in parts or CODE for path in sorted((ROOT / part).rglob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield from ((node.module, alias.name) for alias in node.names)


def pinned(lock: str) -> dict[str, set[str]]:
    """Return each requirement of a lock file with its hashes."""
    found: dict[str, set[str]] = {}
    requirement = ""
    for line in (ROOT / lock).read_text().splitlines():
        if line.startswith("    --hash="):
            found[requirement].add(line.strip().rstrip(" \\"))
        elif line and not line.startswith("#"):
            requirement = line.rstrip(" \\")
            found[requirement] = set()
    return found


def names_of(requirements: list[str]) -> set[str]:
    return {
        re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-").replace(".", "-")
        for requirement in requirements
    }


def test_no_committed_file_names_this_machine_or_a_package_registry() -> None:
    # Put together here, so that this file may be searched too.
    words = ["/wo" + "rk/", "/ro" + "ot/", "/home/" + "user", "py" + "pi.org", "python" + "hosted"]
    words += ["registry." + "npmjs", "deb." + "debian", "index" + "-url http"]
    found = [
        f"{name_of(path)}: {word}"
        for path in tracked_files()
        for word in words
        if word.encode() in path.read_bytes()
    ]
    assert found == []


def test_every_setting_is_explained_in_the_example_and_nothing_else_is() -> None:
    example = (ROOT / ".env.example").read_text()
    explained = set(re.findall(r"^#?\s?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))
    assert explained == {name.upper() for name in Settings.model_fields}


def test_every_cog_is_loaded() -> None:
    cogs = {
        f"cogs.{path.name.removesuffix('.py')}"
        for path in (ROOT / "cogs").iterdir()
        if not path.name.startswith("_")
        and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert set(EXTENSIONS) == cogs


@pytest.mark.parametrize("part", ["bot", "cogs"])
def test_only_storage_writes_sql(part: str) -> None:
    allowed = {("sqlalchemy.ext.asyncio", "AsyncConnection")}  # what storage's functions take
    found = [
        f"{name_of(path)}: {module} {name}"
        for path in sorted((ROOT / part).rglob("*.py"))
        for module, name in imports_of(ast.parse(path.read_text()))
        if module.split(".")[0] == "sqlalchemy" and (module, name) not in allowed
    ]
    assert found == []


def test_only_the_engines_know_a_dialect() -> None:
    wrong = [
        f"{name_of(path)}: import what engines write differently from storage.engines.statements"
        for path in product_modules()
        if not path.is_relative_to(ROOT / "storage/engines")
        and any(
            module.startswith("sqlalchemy.dialects")
            for module, _ in imports_of(ast.parse(path.read_text()))
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_every_column_and_index_is_the_same_in_both_engines() -> None:
    wrong: list[str] = []
    for table in metadata.tables.values():
        for column in table.columns:
            kind = column.type.dialect_impl(PGDialect())
            narrow = isinstance(kind, sa.Integer) and not isinstance(kind, sa.BigInteger)
            sorted_by_locale = isinstance(kind, sa.Text) and kind.collation != "C"
            single = isinstance(kind, sa.Float) and not isinstance(kind, sa.Double)
            if narrow or sorted_by_locale or single:
                wrong.append(f"{column}: import Integer, Real and Text from storage.types")
        for index in table.indexes:
            conditions = [index.dialect_options[name]["where"] for name in ("sqlite", "postgresql")]
            if str(conditions[0]) != str(conditions[1]):
                wrong.append(f"{index.name}: write **where('…') of storage.tables._base")
    assert not wrong, "\n".join(wrong)


def test_cogs_and_views_know_plain_types_of_storage_alone() -> None:
    # They parse, call a service and render: a function with a connection is a service's to call.
    pure = {"emoji_key", "file_error"}
    found = [
        f"{name_of(path)}: {alias.name}"
        for path in tracked_files()
        if path.suffix == ".py"
        and name_of(path).startswith(("cogs/", "bot/ui/", "bot/interactions/"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "storage"
        for alias in node.names
        if not alias.name[0].isupper() and alias.name not in pure
    ]
    assert found == []


def test_cogs_and_views_open_no_transaction() -> None:
    # What belongs together in one transaction is a rule, and rules are a service's.
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in product_modules()
        if name_of(path).startswith(("cogs/", "bot/ui/", "bot/interactions/", "bot/client.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id).strip("_") == "database"
    ]
    assert found == []


def test_docstrings_and_comments_speak_the_fields_words() -> None:
    quaint = re.compile(
        r"\b(told|nobody|somebody|whoever|anew|taken in|by heart|a word on)\b", re.I
    )
    found: list[str] = []
    for part in ("bot", "cogs", "storage", "papers"):
        for path in sorted((ROOT / part).rglob("*.py")):
            if "versions" in path.parts:  # migrations are what they were when they ran
                continue
            source = path.read_text()
            texts = [
                ast.get_docstring(node) or ""
                for node in ast.walk(ast.parse(source))
                if isinstance(
                    node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
                )
            ]
            texts += [
                token.string
                for token in tokenize.generate_tokens(io.StringIO(source).readline)
                if token.type == tokenize.COMMENT
            ]
            found += [
                f"{name_of(path)}: {word[0]}" for text in texts if (word := quaint.search(text))
            ]
    assert found == []


def test_cogs_and_views_import_no_connection() -> None:
    banned = {"AsyncConnection", "Database"}
    found = [
        f"{name_of(path)}: {module} {name}"
        for path in product_modules()
        if name_of(path).startswith(("cogs/", "bot/ui/", "bot/interactions/"))
        for module, name in imports_of(ast.parse(path.read_text()))
        if name in banned or (module.split(".")[0] == "storage" and not name)
    ]
    assert found == []


def test_a_private_module_belongs_to_its_package_alone() -> None:
    """What others need of it, its package exports; what none needs is tested through those.

    A name in a text counts, too: `patch("package._module.name")` reaches as far as an import.
    """
    ours = re.compile(rf"(?:{'|'.join(CODE)})(?:\.\w+)+")
    found: list[str] = []
    for path in code_modules():
        tree = ast.parse(path.read_text())
        named = {f"{module}.{name}".rstrip(".") for module, name in imports_of(tree)}
        named |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        package = ".".join(path.relative_to(ROOT).parent.parts)
        for name in named:
            owner, private, _ = name.partition("._")
            if private and ours.fullmatch(name) and not f"{package}.".startswith(f"{owner}."):
                found.append(f"{name_of(path)}: {name}")
    assert found == []


def test_no_test_changes_a_constant() -> None:
    """A threshold that a test needs to be another is an argument with the constant as default."""
    # Addresses that discord.py keeps in its classes: there is no other way to its server.
    allowed = {"BASE", "DEFAULT_GATEWAY"}
    found: list[str] = []
    for path in code_modules("tests", "benchmarks"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(ast.Attribute(attr="setattr" | "patch"), [ast.Constant(name), *_]):
                    changed = [str(name).rpartition(".")[2]]
                case ast.Call(
                    ast.Attribute(attr="setattr" | "object"), [_, ast.Constant(name), *_]
                ):
                    changed = [str(name)]
                case ast.Assign(targets):
                    changed = [each.attr for each in targets if isinstance(each, ast.Attribute)]
                case _:
                    continue
            found += [
                f"{name_of(path)}:{node.lineno}: {name}"
                for name in changed
                if name.isupper() and name not in allowed
            ]
    assert found == []


def test_only_the_settings_read_the_environment() -> None:
    # Telling a library something at its import is no reading: there is no other way with some.
    pattern = re.compile(r"\bos\.environ\b(?!\[[^]]+\] = )|\bgetenv\b|\bdotenv\b")
    found = [
        name_of(path)
        for path in product_modules()
        if name_of(path) != "bot/settings.py" and pattern.search(path.read_text())
    ]
    assert found == []


def test_no_exception_is_swallowed_unseen() -> None:
    """`except BaseException` and bare `except` also stop a task from being cancelled."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in product_modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id == "BaseException")
        )
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]
    assert found == []


def test_an_error_is_logged_in_one_line_where_the_database_explains_it() -> None:
    """`bot.runtime.logs.log_failure` does so; `log.exception` always writes a traceback."""
    found = [
        f"{name_of(path)}:{number}"
        for path in product_modules()
        if name_of(path).startswith(("bot/", "cogs/"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "log.exception(" in line
    ]
    assert found == []


def test_the_product_uses_what_its_packages_offer() -> None:
    """vulture takes a name in `__all__` for used; here it must be read somewhere."""
    offered, used = set[str](), set[str]()
    for path in product_modules():
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Assign(targets=[ast.Name("__all__")], value=ast.List(elts)):
                    offered.update(ast.literal_eval(element) for element in elts)
                case ast.Name(name, ast.Load()) | ast.Attribute(attr=name):
                    used.add(name)
                case _:
                    pass
    assert offered - used == set()


def test_every_data_file_of_a_package_is_shipped_with_it() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = configuration["tool"]["setuptools"]["package-data"]
    forgotten = [
        name
        for path in tracked_files()
        if (name := name_of(path)).split("/")[0] in PRODUCT and path.suffix != ".py"
        if not any(
            fnmatch.fnmatch(name, f"{package}/{pattern}")
            for package, patterns in shipped.items()
            for pattern in patterns
        )
    ]
    assert forgotten == []


def test_the_lock_files_hold_every_dependency_with_hashes_and_agree() -> None:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = configuration["project"]
    run, demo, dev = (pinned(lock) for lock in LOCKS)
    for wanted, lock in (
        (project["dependencies"] + ["setuptools"], run),
        (project["optional-dependencies"]["demo"], demo),
        (configuration["dependency-groups"]["dev"], dev),
    ):
        assert names_of(wanted) - names_of(list(lock)) == set()
        assert all(lock.values())
    assert run.items() <= demo.items() <= dev.items()


def test_the_lock_files_name_no_index() -> None:
    assert not [
        f"{lock}: {line}"
        for lock in LOCKS
        for line in (ROOT / lock).read_text().splitlines()
        if line.startswith("-") or "://" in line
    ]


def test_the_scripts_can_be_started() -> None:
    for name in ("demo", "run", "test", "lock"):
        assert os.access(ROOT / "scripts" / name, os.X_OK), name


def test_tests_lie_where_pytest_finds_them() -> None:
    lost = [
        name_of(path)
        for path in tracked_files()
        if path.suffix == ".py"
        and name_of(path).startswith("tests/")
        and not (path.parent / "__init__.py").exists()
    ]
    assert lost == []


def test_changes_that_no_test_can_notice_are_listed_with_why() -> None:
    listed = tomllib.loads((ROOT / "tests" / "mutants" / "equivalents.toml").read_text())
    for known in listed["equivalent"]:
        assert known["why"], known
        assert known.keys() - {"file", "why"}, known
        for lines in ("was", "now"):
            re.compile(known.get(lines, ""))
