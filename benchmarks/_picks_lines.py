"""The lines that benchmarks.picks prints."""

import json


def say(name: str, system: str, figure: str, value: float, **more: object) -> None:
    """Print one figure as a JSON line."""
    line = {"bench": "picks", "set": name, "system": system, "figure": figure}
    print(json.dumps({**line, "value": round(value, 4), **more}), flush=True)
