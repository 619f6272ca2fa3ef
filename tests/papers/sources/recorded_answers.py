"""The recorded answers of sources beyond arXiv that lie beside the project."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml

from tests.shared import SHARED

SAMPLES = SHARED / "samples" / "beyond_arxiv"


def cassette(path: Path) -> Iterator[tuple[str, int, bytes]]:
    """Yield the address, status and body of each answer in a cassette of VCR."""
    turns: Any = yaml.safe_load(path.read_text())
    for turn in turns["interactions"]:
        body = turn["response"]["body"]["string"]
        raw = body if isinstance(body, bytes) else cast("str", body).encode()
        if raw.startswith(b"\x1f\x8b"):
            raw = gzip.decompress(raw)
        yield turn["request"]["uri"], turn["response"]["status"]["code"], raw
