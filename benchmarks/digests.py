"""Digests to many people, with the bot killed twice on the way: `python -m benchmarks.digests`.

Five hundred people (or `--people N`) are owed a digest in the same minute; every 50th has no
conversation with the bot yet, which has to be opened first. The bot is a process of its own with
its database; a local Discord (`tests.discord_server`) holds it to Discord's limits, 50 requests a
second over everything among them. At a third of the messages the process is killed with SIGKILL
before one is carried out; started again, in the middle of the others after one was carried out, its
answer being lost; then it is started a third time, and everybody's conversation is looked at.

Prints JSON lines, one for each figure. `--write` puts them into docs/reliability.md.
"""

import argparse
import asyncio
import json
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web

from benchmarks._ending import end_on_sigterm
from tests.discord_server import DiscordServer
from tests.discord_server.faults import When
from tests.reliability import write_block
from tests.wire.digesting import OPENING, SENDING, Kill, Readers

COUNTED = ("/api/v10/channels/", "/api/v10/users/@me/channels")
"""What is asked for the digests' sake; logging in is not."""

STRANGERS = 50
"""Every so-manieth person has no conversation with the bot yet. Discord opens one in a second."""

KILLS: Sequence[tuple[float, When]] = ((1 / 3, "before"), (1 / 2, "after"))
"""At which share of the messages that are missing, and on which side of the answer."""

Figures = dict[str, float]


class Log:
    """When each request came, and how it was answered; answers take as long as Discord's."""

    def __init__(self, server: DiscordServer, latency: float) -> None:
        self.times: list[float] = []
        self.refused = 0
        self._latency = latency
        server.app.middlewares.append(self._note)  # pyright: ignore[reportArgumentType]

    @web.middleware
    async def _note(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        if not request.path.startswith(COUNTED):
            return await handler(request)
        at = time.perf_counter()
        response = await handler(request)
        self.times.append(at)
        self.refused += response.status == 429
        await asyncio.sleep(self._latency)
        return response


def bot_cpu() -> float:
    """Return the seconds of processor time that the bot's processes have taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def busiest_second(times: Sequence[float]) -> int:
    """Return the most requests that came within any second."""
    ordered = sorted(times)
    most = start = 0
    for end, at in enumerate(ordered):
        while ordered[start] <= at - 1:
            start += 1
        most = max(most, end - start + 1)
    return most


async def measure(people: int, latency: float) -> Figures:
    """Send everybody their digest and return what came of it."""
    server = DiscordServer()
    log = Log(server, latency)
    async with server:
        with tempfile.TemporaryDirectory(prefix="paperboy-digests-") as folder:
            readers = Readers(server, Path(folder), people, strangers=STRANGERS)
            began, cpu = time.perf_counter(), bot_cpu()
            sending, requests = 0.0, 0
            for start in range(len(KILLS) + 1):
                known = len(log.times)
                kill = None
                if start < len(KILLS):
                    missing = people - sum(readers.received())
                    kill = Kill(SENDING, max(1, int(missing * KILLS[start][0])), KILLS[start][1])
                code = await readers.run_bot(kill, patience=300)
                assert code == (0 if kill is None else -9)
                times = sorted(log.times[known:])
                sending += times[-1] - times[0]
                requests += len(times)
            seconds, cpu = time.perf_counter() - began, bot_cpu() - cpu
            received = readers.received()
            expected, recorded = readers.expected(), readers.recorded()
            unknown = sum(recorded.get(each) != expected[each] for each in expected)
        opened, sent = server.count(OPENING), server.count(SENDING)
    server.assert_clean()
    return {
        "digests": people,
        "kills": len(KILLS),
        "lost": sum(max(0, 1 - count) for count in received),
        "doubled": sum(max(0, count - 1) for count in received),
        "recorded_wrongly": unknown,
        "requests_opening": opened,
        "requests_sending": sent,
        "refused_429": log.refused,
        "seconds": seconds,
        "seconds_sending": sending,
        "requests_per_s": requests / sending,
        "busiest_second": busiest_second(log.times),
        "bot_cpu_s": cpu,
    }


def report(figures: Figures) -> str:
    """Return the figures as a table."""
    rows = [f"| {name.replace('_', ' ')} | {value:,.6g} |" for name, value in figures.items()]
    where = f"`python -m benchmarks.digests --write`, Python {platform.python_version()}"
    return "\n".join(["| figure | value |", "| --- | --- |", *rows, "", where])


def main() -> None:
    """Measure, print, and write down where asked to."""
    end_on_sigterm()
    parser = argparse.ArgumentParser(prog="benchmarks.digests", description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds until an answer")
    parser.add_argument("--write", action="store_true", help="write into docs/reliability.md")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.people, options.latency))
    for figure, value in figures.items():
        line = {"bench": "digests", "figure": figure, "value": round(value, 3)}
        sys.stdout.write(json.dumps(line) + "\n")
    if options.write:
        write_block("digests", report(figures))
    if figures["lost"] or figures["doubled"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
