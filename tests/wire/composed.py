"""The processes that `compose.cluster.yaml` names, with its commands and its environment, without
Docker."""

import socket
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from sqlalchemy import make_url

from tests.discord_server import DiscordServer
from tests.wire.bot_process import TOKEN
from tests.wire.clusters import Cluster, Member
from tests.wire.processes import ROOT

SERVICES: dict[str, dict[str, Any]] = {
    name: each
    for name, each in yaml.safe_load((ROOT / "compose.cluster.yaml").read_text())[
        "services"
    ].items()
    if name != "database"
}
PASSWORD = "only the file has it"


class Composed(Cluster):
    """What `docker compose up` starts, here as processes of this machine."""

    def __init__(self, server: DiscordServer, folder: Path, url: str) -> None:
        super().__init__(server, folder, url)
        self.running: dict[str, Member] = {}
        self.ports: dict[str, int] = {}
        self.secrets = folder / "secrets"
        self.secrets.mkdir()
        (self.secrets / "discord_token").write_text(f"{TOKEN}\n")
        (self.secrets / "database_password").write_text(f"{PASSWORD}\n")

    async def up(self, name: str, **settings: str) -> Member:
        """Start a service, also one that has ended, as `restart: unless-stopped` does."""
        environment: dict[str, str] = SERVICES[name]["environment"]
        placed = {key: self._place(value) for key, value in environment.items()}
        self.ports[name] = free_port()
        here = {"METRICS_HOST": "127.0.0.1", "METRICS_PORT": str(self.ports[name])}
        # The token comes from its file.
        given = {**placed, **here, "DISCORD_TOKEN": "", **settings}
        self.running[name] = await self.start(*SERVICES[name]["command"], **given)
        return self.running[name]

    def _place(self, value: str) -> str:
        """Return a setting's value with this machine's folders and server in it."""
        if value.startswith("postgresql"):
            user = make_url(value).username
            own = make_url(self.url).set(username=user)
            return own.set(drivername=make_url(value).drivername).render_as_string()
        for there, here in (("/run/secrets/", self.secrets), ("/data/", self.folder)):
            if value.startswith(there):
                return str(here / value.removeprefix(there))
        return value

    async def page(self, name: str, path: str) -> tuple[int, str]:
        """Ask a service what its container's health check or a Prometheus asks."""
        url = f"http://127.0.0.1:{self.ports[name]}/{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status, await answer.text()

    async def saves(self) -> list[tuple[object, ...]]:
        return await self.ask(
            "SELECT user_id, paper_id FROM saves WHERE kept = 1 ORDER BY paper_id"
        )


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
