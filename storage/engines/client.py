"""PostgreSQL's own programs, `pg_dump`, `pg_restore` and `psql`: how they are called."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL

from storage.engines.errors import DatabaseError

_PIPE: Final = asyncio.subprocess.PIPE
_TLS: Final = ("ssl", "sslmode")
_CHUNK: Final = 1 << 16
_HEAD: Final = 40
"""Lines with which a program's output begins: an archive's settings, before any data."""


def program(name: str, purpose: str) -> str:
    """Return where a program is.

    Raises:
        DatabaseError: it is not installed.
    """
    if (found := shutil.which(name)) is None:
        raise DatabaseError(
            f"cannot {purpose}: {name} is not installed here. Install PostgreSQL's client, at least"
            " as new as the server"
        )
    return found


@asynccontextmanager
async def connection(url: URL) -> AsyncGenerator[str]:
    """Yield a connection string for the programs, which is valid as long as the block runs.

    The password is not in it, because every user of the machine can read a program's arguments.
    """
    folder = await asyncio.to_thread(tempfile.mkdtemp, prefix="paperboy-")
    try:
        secret = Path(folder) / "pgpass"
        # `URL.set` takes no password away.
        plain = URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database, _query(url)
        )
        if url.password:
            secret.touch(mode=0o600)
            word = url.password.replace("\\", "\\\\").replace(":", "\\:")
            secret.write_text(f"*:*:*:*:{word}\n")
            plain = plain.update_query_dict({"passfile": str(secret)})
        yield plain.render_as_string()
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _query(url: URL) -> dict[str, str]:
    """Return what the programs understand of a URL's parameters, in their words."""
    known: dict[str, str] = {}
    for name in _TLS:
        if name in url.query:
            known["sslmode"] = _words(url.query[name])[-1]
    hosts = _words(url.query.get("host", ()))
    if hosts:
        # `host:port` for each of several servers; a folder is that of a socket.
        pairs = [(each, "") if "/" in each else each.rsplit(":", 1) for each in hosts]
        known["host"] = ",".join(pair[0] for pair in pairs)
        ports = [pair[1] if len(pair) > 1 else "" for pair in pairs]
        if any(ports):
            known["port"] = ",".join(ports)
    if "port" in url.query:
        known["port"] = ",".join(_words(url.query["port"]))
    return known


def _words(given: str | Iterable[str]) -> list[str]:
    each = [given] if isinstance(given, str) else given
    return [word for part in each for word in part.split(",")]


async def run(purpose: str, *arguments: str) -> str:
    """Run a program and return what it printed.

    Raises:
        DatabaseError: it failed; says why.
    """
    process = await asyncio.create_subprocess_exec(*arguments, stdout=_PIPE, stderr=_PIPE)
    try:
        out, said = await process.communicate()
    finally:
        _end(process)
    if process.returncode:
        raise _failed(purpose, said)
    return out.decode(errors="replace")


async def pipe(
    purpose: str, beginning: bytes, without: bytes, first: Iterable[str], second: Iterable[str]
) -> None:
    """Run two programs, of which the second reads something and then what the first prints.

    A line `without` is left out where it is among the first ones.

    The second gets the end of its input only where the first one succeeded; otherwise it is killed,
    so that it completes nothing.

    Raises:
        DatabaseError: one of them failed; says why.
    """
    giving = await asyncio.create_subprocess_exec(*first, stdout=_PIPE, stderr=_PIPE)
    taking = await asyncio.create_subprocess_exec(
        *second, stdin=_PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=_PIPE
    )
    try:
        errors = [asyncio.create_task(_read(each.stderr)) for each in (giving, taking)]
        broken = not await _pass_on(beginning, without, giving, taking)
        if await giving.wait() and not broken:
            raise _failed(purpose, await errors[0])
        if taking.stdin is not None:
            taking.stdin.close()
        if await taking.wait() or broken:
            raise _failed(purpose, await errors[1])
    finally:
        _end(giving)
        _end(taking)
        await asyncio.gather(giving.wait(), taking.wait())


async def _pass_on(
    chunk: bytes,
    without: bytes,
    giving: asyncio.subprocess.Process,
    taking: asyncio.subprocess.Process,
) -> bool:
    """Return whether everything was taken."""
    if giving.stdout is None or taking.stdin is None:
        return False
    try:
        taking.stdin.write(chunk)
        for _ in range(_HEAD):
            if (line := await giving.stdout.readline()) != without:
                taking.stdin.write(line)
        while chunk := await giving.stdout.read(_CHUNK):
            taking.stdin.write(chunk)
            await taking.stdin.drain()
    except ConnectionError:
        giving.kill()
        return False
    return True


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()


def _failed(purpose: str, said: bytes) -> DatabaseError:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    wrong = [line for line in lines if "error" in line.lower()] or lines
    return DatabaseError(f"cannot {purpose}: {wrong[0].strip() if wrong else 'it failed'}")
