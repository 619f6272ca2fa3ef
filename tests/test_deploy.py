"""What is deployed keeps to the rules that a container and a service are judged by."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings
from papers.shards import Shards, parse_shards

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("bot", "cogs", "papers", "storage")
FILES = ("compose.yaml", "compose.cluster.yaml")
SETTINGS = {name.upper() for name in Settings.model_fields}


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions in order, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def composed(name: str) -> dict[str, dict[str, Any]]:
    return yaml.safe_load((ROOT / name).read_text())["services"]


def services() -> dict[str, dict[str, Any]]:
    """Return every service that is a process of the bot's, by its file and name."""
    found = {(file, name): each for file in FILES for name, each in composed(file).items()}
    return {f"{file}: {name}": each for (file, name), each in found.items() if "build" in each}


def service() -> dict[str, Any]:
    return composed("compose.yaml")["paperboy"]


def test_the_image_is_made_of_one_base_with_a_version_and_of_nothing_from_elsewhere() -> None:
    bases = {what.split()[0] for name, what in instructions() if name == "FROM"}
    assert len(bases) == 1
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base)
    assert "ADD" not in {name for name, _ in instructions()}
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"https?://(?!127\.0\.0\.1)", text) == []
    assert re.search(r"\bcurl|\bwget|sudo", text.replace("holds no curl", "")) is None


def test_of_the_system_only_what_backups_need_is_installed() -> None:
    (what,) = [what for name, what in instructions() if name == "RUN" and "apt-get" in what]
    assert [" ".join(each.split()) for each in what.split("&&")] == [
        "apt-get update",
        "apt-get install --yes --no-install-recommends postgresql-client",
        "rm -rf /var/lib/apt/lists/*",
    ]


def test_every_package_in_the_image_is_installed_by_hash() -> None:
    installs = [what for name, what in instructions() if name == "RUN" and '"install"' in what]
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "requirements.lock" in installs[0]
    assert "--no-index" in installs[1]
    assert "--no-deps" in installs[1]


def test_the_container_runs_as_nobody_in_particular_and_tells_its_health() -> None:
    last = {name: what for name, what in instructions()}  # noqa: C416 - the last of each counts
    assert last["USER"] == "10001:10001"
    assert last["ENTRYPOINT"] == '["paperboy"]'
    assert "/livez" in last["HEALTHCHECK"]
    names = [name for name, _ in instructions()]
    assert names.index("USER") > names.index("FROM", 1)
    assert "TOKEN" not in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("described", services().values(), ids=services())
def test_a_composed_service_can_write_nowhere_but_to_its_volume(described: dict[str, Any]) -> None:
    assert described["read_only"] is True
    assert described["user"] == "10001:10001"
    assert described["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in described["security_opt"]
    assert described["volumes"] == ["data:/data"]
    assert all("noexec" in mount and "size=" in mount for mount in described["tmpfs"])
    assert all(port.startswith("127.0.0.1:") for port in described["ports"])
    assert described["restart"] == "unless-stopped"
    assert int(described["stop_grace_period"].rstrip("s")) > 30
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & described.keys()


def test_the_one_process_keeps_its_database_in_the_volume() -> None:
    assert service()["environment"]["DATABASE_URL"].endswith(":////data/paperboy.db")


def test_the_cluster_has_all_shards_once_and_a_spare_for_each_role() -> None:
    found = [each["command"] for name, each in services().items() if "cluster" in name]
    assert all(command[:2] == ["run", "--role"] for command in found)
    assert [command[2] for command in found].count("keeper") == 2
    parts = [parse_shards(command[4]) for command in found if command[2] == "gateway"]
    taken = [part for part in parts if isinstance(part, Shards)]
    (count,) = {part.count for part in parts}
    assert sorted(shard for part in taken for shard in part.ids) == list(range(count))
    assert [str(part) for part in parts if part not in taken] == [f"auto/{count}"]


def test_the_cluster_waits_for_its_server_and_reads_secrets_from_files() -> None:
    database = composed("compose.cluster.yaml")["database"]
    assert database["image"].startswith("postgres:17")
    assert "ports" not in database, "only the bot's own processes reach it"
    assert database["healthcheck"]["test"][1] == "pg_isready"
    assert database["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database_password"
    for name, each in services().items():
        if "cluster" in name:
            assert each["depends_on"] == {"database": {"condition": "service_healthy"}}
            assert "/livez" in each["healthcheck"]["test"][-1]
            read = {value for value in each["environment"].values() if "/run/secrets" in value}
            assert read == {f"/run/secrets/{secret}" for secret in each["secrets"]}
    ports = [port for each in services().values() for port in each["ports"]]
    cluster = [port for port in ports if port != "127.0.0.1:9464:9464"]
    assert len(set(cluster)) == len(cluster)
    text = (ROOT / "compose.cluster.yaml").read_text()
    assert re.search(r"postgresql\+asyncpg://\w+:", text) is None, "no password stands in it"
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"discord_token.txt", "database_password.txt"} <= set(ignored)


def test_what_is_deployed_sets_only_settings_that_exist() -> None:
    image = " ".join(what for name, what in instructions() if name == "ENV")
    python = {"PATH", "PYTHONDONTWRITEBYTECODE"}
    named = {name for name in re.findall(r"\b([A-Z_]+)=", image) if not name.startswith("PIP_")}
    assert named - python <= SETTINGS
    for each in services().values():
        assert each["environment"].keys() <= SETTINGS
    unit = (ROOT / "deploy" / "paperboy.service").read_text()
    assert set(re.findall(r"^#? ?Environment=(\w+)", unit, re.MULTILINE)) <= SETTINGS


def test_the_build_sees_the_product_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    allowed = {line.strip("!/") for line in ignored if line.startswith("!")}
    assert allowed == {*PRODUCT, "pyproject.toml", "requirements.lock", "README.md", "LICENSE"}
    assert "**/.env" in ignored


def test_the_service_may_do_little() -> None:
    unit = (ROOT / "deploy" / "paperboy.service").read_text()
    for line in (
        "User=paperboy",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "StateDirectory=paperboy",
    ):
        assert f"\n{line}\n" in unit, line


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = (ROOT / "deploy" / "paperboy.service").read_text()
    program = shutil.which("true") or "/bin/true"
    there = re.sub(r"^ExecStart=\S+", f"ExecStart={program}", unit, flags=re.MULTILINE)
    (tmp_path / "paperboy.service").write_text(there)
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "paperboy.service")],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert "paperboy.service" not in checked.stderr
    assert checked.returncode == 0
