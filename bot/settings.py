"""What an operator can set, by environment or `.env`. Built once by the command line and passed
down."""

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from papers import zones
from papers.shards import AnyShards, Shards, parse_shards
from storage.engines.urls import parsed, with_password


class SettingsError(Exception):
    """A setting is missing or malformed; the message is one sentence per setting, for an
    operator."""


def _zone(name: str) -> str:
    if name not in zones.names():
        raise ValueError(f"{name!r} is no IANA time zone; use a name like Europe/Berlin")
    return name


def _words(value: object) -> object:
    if isinstance(value, str) and value.strip().lower() == "none":
        return ()
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _shards(value: object) -> object:
    return parse_shards(value) if isinstance(value, str) else value


def _url(value: str) -> str:
    AnyHttpUrl(value)
    return value.rstrip("/")


TimeZone = Annotated[str, AfterValidator(_zone)]
Url = Annotated[str, AfterValidator(_url)]
ShardsOrNone = Annotated[Shards | AnyShards | None, BeforeValidator(_shards), NoDecode]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


class Settings(BaseSettings):
    """Every setting of Paperboy. Field names in upper case are the environment's names."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    discord_token: SecretStr | None = None
    """The bot's token from Discord's developer portal. Needed by `paperboy run` only."""
    discord_token_file: Path | None = None
    """A file that holds the token, as Docker's secrets and systemd's credentials are files."""

    database_url: str = "sqlite+aiosqlite:///paperboy.db"
    """Where everything is kept: a file of SQLite, or a database on a PostgreSQL server."""
    database_password_file: Path | None = None
    """A file that holds the password of `database_url`'s user, as Docker's secrets are files."""
    index_dir: Path | None = None
    """The folder of the search index and other derived files. Default: the database file's own; for
    a server's database, the working directory."""

    role: Literal["all", "gateway", "keeper"] = "all"
    """What this process does: everything; the work for some shards' servers; or what is done once
    for all. Several processes need a PostgreSQL server."""
    shards: ShardsOrNone = None
    """Which shards a gateway has, of how many: `0-3/8`, or `auto/8` to wait for a part whose
    process has ended."""

    huggingface_url: Url = "https://huggingface.co"
    """Where the daily batches come from."""
    huggingface_token: SecretStr | None = None
    """Doubles the Hub's rate limit; the bot works without."""
    arxiv_api_url: Url = "https://export.arxiv.org/api/query"
    """arXiv's query API: look-ups by id, and search."""
    arxiv_rss_url: Url = "https://rss.arxiv.org/rss"
    """arXiv's daily listings."""
    arxiv_categories: Words = ("cs.AI", "cs.CL", "cs.CV", "cs.LG")
    """The arXiv categories whose daily listings are ingested. Empty: none."""
    biorxiv_url: Url = "https://api.biorxiv.org"
    """The API of bioRxiv and medRxiv, asked only for threads that are made of their papers."""
    crossref_url: Url = "https://api.crossref.org"
    """Crossref's API, which knows the papers behind DOIs."""
    datacite_url: Url = "https://api.datacite.org"
    """DataCite's API, which knows the DOIs that Crossref does not."""
    crossref_mailto: str | None = None
    """Your mail address: Crossref serves those who name one faster."""
    web_feeds_per_server: Annotated[int, Field(ge=0, le=1_000)] = 25
    """How many RSS and Atom feeds a server may have as sources; 0 lets none be added."""
    web_feeds_private: bool = False
    """Whether these may be in your own network. Keep it off where you don't know every admin: they
    could read what only your network can reach."""
    zotero_url: Url = "https://api.zotero.org"
    """Zotero's API, from which people import public libraries."""

    settle_hours: Annotated[float, Field(ge=0, le=24)] = 4
    """How many hours after a batch day begins in New York (21:30) its votes count as settled
    enough to post."""
    ingest_minutes: Annotated[int, Field(ge=5, le=1440)] = 30
    """How often the sources are asked for what is new."""

    default_timezone: TimeZone = "UTC"
    """The time zone of a feed that names none."""
    default_hour: Annotated[int, Field(ge=0, le=23)] = 9
    """The hour at which a feed posts that names none."""

    embedder: str = "minilm"
    """`minilm` (ships with the bot, runs offline), or `none` for tiny machines: search by words
    only."""
    max_vectors: Annotated[int, Field(ge=1_000, le=5_000_000)] = 200_000
    """How many papers, newest first, are searched by meaning; 1,000 take about 0.4 MB of memory."""

    save_reactions: bool = True
    """Whether the bot puts 🔖 on each paper's card, so that saving takes one tap."""

    dm_sends_per_hour: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """At most this many direct messages in any hour, into conversations that are already open."""
    dm_opens_per_day: Annotated[int, Field(ge=1, le=10_000)] = 40
    """At most this many new conversations in any 24 hours: Discord quarantines bots that open
    too many."""
    dm_spread_minutes: Annotated[int, Field(ge=0, le=60)] = 30
    """Digests due at the same hour are spread over this many minutes."""

    send_workers: Annotated[int, Field(ge=1, le=256)] = 64
    """How many channels are posted to at the same time. Each takes five messages in five seconds,
    so that fewer would leave the pace unused."""
    requests_per_second: Annotated[float, Field(gt=0, le=50)] = 49
    """The pace of everything but answers to commands, which Discord does not count; it allows a
    bot 50 requests a second."""

    sync_commands: Literal["changed", "always", "never"] = "changed"
    """When the slash commands are registered with Discord at start; `changed`: if it has others."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much is logged."""
    log_format: Literal["text", "json"] = "text"
    """`json` writes one object per line, for log collectors."""

    tell_owner: bool = True
    """Whether the application's owner gets a direct message when something begins to go wrong, and
    when it is over."""

    backup_keep: Annotated[int, Field(ge=0, le=1_000)] = 7
    """How many backups are kept; 0 makes none."""
    backup_hours: Annotated[int, Field(ge=1, le=168)] = 24
    """How often one is made."""
    backup_dir: Path = Path("backups")
    """Where they are put; a relative path is meant beside the database."""

    metrics_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Where `/healthz`, `/livez` and `/metrics` answer; without it nowhere, with 0 at a free
    port."""
    metrics_host: str = "127.0.0.1"
    """The address to listen on; `0.0.0.0` inside a container. There is no password."""

    feeds_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Where feed readers are answered; without it nowhere, with 0 at a free port."""
    feeds_host: str = "127.0.0.1"
    """The address to listen on. Only a reverse proxy should reach it: it speaks no TLS."""
    feeds_url: Url | None = None
    """The public address under which the proxy serves that port: what links begin with."""

    discord_api_url: Url | None = None
    """Another server that speaks Discord's REST API: a rate-limiting proxy, or a local one for
    tests."""
    discord_gateway_url: str | None = None
    """The same for the gateway: a ws:// address."""

    @model_validator(mode="before")
    @classmethod
    def _with_password(cls, given: dict[str, object]) -> dict[str, object]:
        if not (file := given.get("database_password_file")):
            return given
        url = given.get("database_url")
        return {**given, "database_url": with_password(str(url or ""), Path(str(file)))}

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.role == "gateway" and self.shards is None:
            raise ValueError("ROLE=gateway needs SHARDS, such as 0-3/8")
        if self.role != "gateway" and self.shards is not None:
            raise ValueError(f"SHARDS is for ROLE=gateway; with ROLE={self.role} leave it out")
        if self.role != "all" and isinstance(parsed(self.database_url), Path):
            raise ValueError(
                f"ROLE={self.role} is for several processes, which a file cannot serve: name a"
                " PostgreSQL server in DATABASE_URL"
            )
        return self

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def settle(self) -> timedelta:
        """`settle_hours` as a duration."""
        return timedelta(hours=self.settle_hours)

    @property
    def default_time(self) -> time:
        """`default_hour` as a time of day."""
        return time(self.default_hour)

    @property
    def database_path(self) -> Path:
        """The database's file, as `DATABASE_URL` names it; without one, what backups are named by.

        Raises:
            DatabaseError: the URL is malformed.
        """
        found = parsed(self.database_url)
        if isinstance(found, Path):
            return found
        return (self.index_dir or Path()) / f"{found.database}.db"


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment and `.env`; `overrides` win.

    Raises:
        SettingsError: a value is malformed; says which and why.
    """
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        sentences: list[str] = []
        for problem in error.errors():
            name = ".".join(map(str, problem["loc"])).upper()
            text = problem["msg"].removeprefix("Value error, ")
            sentences.append(f"{name}: {text}" if name else text)
        raise SettingsError("; ".join(sentences)) from error
