"""A cluster whose parts die at any moment: `python -m benchmarks.cluster [--runs N] [--seed S]`.

In each run a keeper, three gateways and a spare of each role, processes of their own on a private
PostgreSQL server, post a thread to each of many channels and a digest to each of many people of a
local Discord (`tests.discord_server`). Meanwhile processes are killed with SIGKILL, some of them
while they send, before Discord carried a request out or after; others are frozen for longer than
their lease lasts, and thawed when another process has their work, half of them when Discord
remembers no nonce any more. The server is stopped and started, and its connections are cut. What
has ended is started again, as Docker does. The minute's work comes every ten seconds. In half of
the runs the processes take each other for processes of other machines, so that only time shows that
one has ended. Everything random follows from the seed, except the machine's own timing.

Prints JSON lines, one for each figure. `--write` puts them into docs/reliability.md.
"""

import argparse
import asyncio
import json
import platform
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks._cluster_processes import Processes, Service, Takeover, sender
from benchmarks._cluster_run import Outcome, Plan, Run, failures
from benchmarks._ending import end_on_sigterm
from benchmarks._measures import percentile
from tests.postgresql import Server, program
from tests.reliability import write_block

__all__ = [
    "Outcome",
    "Plan",
    "Processes",
    "Run",
    "Service",
    "Takeover",
    "collect",
    "failures",
    "figures",
    "sender",
]

Figures = dict[str, float]

LATE = 45.0
"""Seconds that a takeover may take; logs of a run with a longer one are kept."""

_OUTCOME = TypeAdapter(Outcome)

_NAMES = {
    "sent_after_thaw": "requests sent by a process that was thawed after a takeover",
    "kills": "SIGKILLs",
    "kills_while_sending": "of them at a request",
    "takeover_p50_s": "seconds until another process had the work: median",
    "takeover_max_s": "the same, longest",
    "takeovers_ready": "takeovers of which it is known since when a process could take over",
    "takeover_ready_max_s": "seconds from then until it had the work: longest",
    "heard_again_p50_s": "seconds until its servers were heard again: median",
    "heard_again_max_s": "the same, longest",
    "refused_429": "of them refused (429)",
    "failures": "lines of tracebacks in the processes' logs",
}
"""What figures are called for people, where their names do not say it."""


async def measure(
    plan: Plan, runs: int, seed: int, *, minutes: float, keep: bool, known: Sequence[Outcome] = ()
) -> AsyncGenerator[Outcome]:
    """Run so many times, and say after each how it went; begin none after so many minutes.

    The seeds of `known` runs are left out.
    """
    postgres = program()
    if isinstance(postgres, str):
        raise SystemExit(f"benchmarks.cluster: {postgres}")
    databases = Server(postgres.url)
    done = {outcome.seed for outcome in known}
    began = time.monotonic()
    for number in range(runs):
        if seed + number in done:
            continue
        if time.monotonic() - began > 60 * minutes:
            break
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="paperboy-cluster-"))
        outcome = await Run(plan, seed + number, postgres, databases, folder).measure()
        wrong = outcome.lost or outcome.doubled or outcome.sent_after_thaw or outcome.wrong
        late = any(
            (each.taken or 0) - each.began > LATE and not each.stopped
            for each in _for_good(outcome.takeovers)
        )
        told = "; ".join(f"{what} {times}" for what, times in sorted(outcome.happened.items()))
        sys.stderr.write(
            f"run {number + 1}, seed {outcome.seed}, {outcome.seconds:.0f} s: lost {outcome.lost},"
            f" doubled {outcome.doubled}, sent after thawing {outcome.sent_after_thaw} ({told})\n"
        )
        if wrong or late or keep:
            sys.stderr.write(f"  logs: {folder}\n")
            sys.stderr.writelines(f"  {line}\n" for line in outcome.wrong[:10])
        else:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        yield outcome


async def collect(
    plan: Plan, runs: int, seed: int, *, minutes: float, keep: bool, kept: Path | None
) -> list[Outcome]:
    """Run so many times; count the runs that a file has, and add each run to it as it ends."""
    found = [] if kept is None else _read(kept)
    known = tuple(found)
    async for outcome in measure(plan, runs, seed, minutes=minutes, keep=keep, known=known):
        found.append(outcome)
        if kept is not None:
            with kept.open("ab") as file:
                file.write(_OUTCOME.dump_json(outcome) + b"\n")
    return found


def _read(path: Path) -> list[Outcome]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [_OUTCOME.validate_json(line) for line in lines]


def figures(found: Sequence[Outcome], plan: Plan) -> Figures:
    """Return what all runs together came to."""
    happened = sum((outcome.happened for outcome in found), Counter[str]())
    takeovers = [
        each for outcome in found for each in _for_good(outcome.takeovers) if not each.stopped
    ]
    taken = [each.taken - each.began for each in takeovers if each.taken is not None]
    ready = [each.taken - each.ready for each in takeovers if each.taken and each.ready is not None]
    heard = [each.heard - each.began for each in takeovers if each.heard is not None]
    return {
        "runs": len(found),
        "channels_per_run": plan.channels,
        "digests_per_run": plan.digests,
        "lost": sum(outcome.lost for outcome in found),
        "doubled": sum(outcome.doubled for outcome in found),
        "sent_after_thaw": sum(outcome.sent_after_thaw for outcome in found),
        "kills": sum(times for what, times in happened.items() if what.startswith("killed")),
        "kills_while_sending": sum(
            times for what, times in happened.items() if what.endswith("a request")
        ),
        "freezes": happened["frozen"],
        "nonces_forgotten": happened["nonces forgotten"],
        "server_stops": happened["server stopped"],
        "connections_cut": happened["connections cut"],
        "takeovers": len(taken),
        "takeover_p50_s": percentile(taken, 0.5),
        "takeover_max_s": max(taken, default=0.0),
        "takeovers_ready": len(ready),
        "takeover_ready_max_s": max(ready, default=0.0),
        "heard_again_p50_s": percentile(heard, 0.5),
        "heard_again_max_s": max(heard, default=0.0),
        "requests": sum(outcome.requests for outcome in found),
        "refused_429": sum(outcome.refused for outcome in found),
        "failures": sum(len(outcome.wrong) for outcome in found),
        "seconds": sum(outcome.seconds for outcome in found),
        "load_average": sum(outcome.load for outcome in found) / len(found),
    }


def _for_good(takeovers: Sequence[Takeover]) -> list[Takeover]:
    """Return when each part of the work was lost for good: a frozen process that is thawed before
    another one has its work goes on with it, and may be killed later."""
    return list({(each.name, each.epoch): each for each in takeovers}.values())


def report(found: Figures, command: str) -> str:
    """Return the figures as a table."""
    rows = [
        f"| {_NAMES.get(name) or name.replace('_', ' ')} | {_written(value)} |"
        for name, value in found.items()
    ]
    where = f"`{command} --write`, Python {platform.python_version()}"
    return "\n".join(["| figure | value |", "| --- | --- |", *rows, "", where])


def _written(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def main() -> None:
    """Measure, print, and write down where asked to."""
    end_on_sigterm()
    parser = argparse.ArgumentParser(prog="benchmarks.cluster", description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e9, help="after which no run begins")
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--runs-file", type=Path, help="counts runs of earlier calls; adds these")
    parser.add_argument("--channels", type=int, default=150)
    parser.add_argument("--digests", type=int, default=100)
    parser.add_argument("--kills", type=int, default=20, help="by SIGKILL, in each run")
    parser.add_argument("--freezes", type=int, default=2, help="longer than a lease, in each run")
    parser.add_argument("--stops", type=int, default=1, help="of the server, in each run")
    parser.add_argument("--cuts", type=int, default=2, help="of its connections, in each run")
    parser.add_argument("--life", type=float, default=20, help="seconds that a lease lasts")
    parser.add_argument("--pace", type=float, default=1.0, help="of Discord's limits; 0.1: tenfold")
    parser.add_argument("--every", type=float, default=5, help="seconds between two of these")
    parser.add_argument("--patience", type=float, default=600, help="seconds for what is late")
    parser.add_argument("--settle", type=float, default=15, help="seconds for what is doubled")
    parser.add_argument("--keep", action="store_true", help="keep each run's logs")
    parser.add_argument("--write", action="store_true", help="write into docs/reliability.md")
    options = parser.parse_args()
    plan = Plan.model_validate(vars(options))
    measuring = collect(
        plan,
        options.runs,
        options.seed,
        minutes=options.minutes,
        keep=options.keep,
        kept=options.runs_file,
    )
    found = figures(asyncio.run(measuring), plan)
    for figure, value in found.items():
        line = {"bench": "cluster", "figure": figure, "value": round(value, 3)}
        sys.stdout.write(json.dumps(line) + "\n")
    if options.write:
        write_block("cluster", report(found, " ".join(["python -m benchmarks.cluster", *given()])))
    if found["lost"] or found["doubled"] or found["sent_after_thaw"] or found["failures"]:
        raise SystemExit(1)


def given() -> list[str]:
    """Return the options of this call."""
    return [each for each in sys.argv[1:] if each != "--write"]


if __name__ == "__main__":
    main()
