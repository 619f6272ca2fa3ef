"""What a soak says of itself: how much is alive at midnight, and the table for the page."""

import asyncio
import gc
import resource
from datetime import date
from pathlib import Path
from typing import Any

OURS = ("bot.", "cogs.", "papers.", "storage.", "discord.", "sqlalchemy.")


def _expire() -> None:
    """Let the quarter of an hour pass for which discord.py keeps a view that one person sees.

    It counts real time, of which this month has little.
    """
    for task in asyncio.all_tasks():
        coroutine: Any = task.get_coro()
        if getattr(coroutine, "__qualname__", "").endswith("__timeout_task_impl"):
            coroutine.cr_frame.f_locals["self"]._dispatch_timeout()
            task.cancel()


async def measured(folder: Path, day: date) -> dict[str, Any]:
    """Return how much is alive and how large the files are."""
    _expire()
    await asyncio.sleep(0.05)
    return _figures(folder, day)


def _figures(folder: Path, day: date) -> dict[str, Any]:
    gc.collect()
    alive = sum(str(type(each).__module__).startswith(OURS) for each in gc.get_objects())
    files = {path.name: path.stat().st_size for path in folder.glob("paperboy.db*")}
    return {
        "day": day.isoformat(),
        "objects": alive,
        "tasks": len(asyncio.all_tasks()),
        "MB": round(_resident() / 1e6, 1),
        "database MB": round(files.get("paperboy.db", 0) / 1e6, 2),
        "files": sum(1 for path in folder.rglob("*") if path.is_file()),
    }


def told(report: dict[str, Any], start: date, *options: str) -> str:
    """Return the report as the page has it; `options` are those of the command that was run."""
    rows = {
        "simulated": f"{report['days']} days from {start:%-d %B %Y}, seed {report['seed']},"
        f" in {report['seconds']:,.0f} s",
        "happened": ", ".join(f"{what} {n:,}" for what, n in sorted(report["happened"].items())),
        "in the end": ", ".join(f"{what} {n:,}" for what, n in report["in the end"].items()),
        **_memory(report["memory"]),
        "invariants that did not hold": "; ".join(report["broken"]) or "none",
    }
    lines = [f"| {name} | {value} |" for name, value in rows.items()]
    days = f"--days {report['days']} --seed {report['seed']}"
    command = " ".join(("python -m benchmarks.soak", *options, days))
    return "\n".join(
        (
            f"`{command}`",
            "",
            "| what | figure |",
            "| --- | --- |",
            *lines,
        )
    )


def _memory(memory: list[dict[str, Any]]) -> dict[str, str]:
    if not memory:
        return {}
    early, late = memory[min(1, len(memory) - 1)], memory[-1]
    return {
        "objects alive (ours, discord.py's, SQLAlchemy's)": f"{early['objects']:,} after the second"
        f" day, {late['objects']:,} after the last",
        "memory of the process, the local Discord included": f"{early['MB']:.0f} MB,"
        f" {late['MB']:.0f} MB",
        "database": f"{early['database MB']:.1f} MB, {late['database MB']:.1f} MB",
    }


def _resident() -> int:
    """Return the bytes of memory in use, or at most in use where only that is told."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def flat(memory: list[dict[str, Any]]) -> list[str]:
    """Say what grows from the first third of the days to the last."""
    third = len(memory) // 3
    if third < 2:
        return []
    said: list[str] = []
    for name, most in (("objects", 1.25), ("tasks", 2.0), ("files", 1.5)):
        early = max(each[name] for each in memory[1 : third + 1])
        late = min(each[name] for each in memory[-third:])
        if late > most * early:
            said.append(f"{name} grew from {early} to {late}")
    return said
