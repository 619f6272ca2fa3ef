"""No text comes in that a database or Discord refuses, whichever way it takes."""

import json
from dataclasses import fields, is_dataclass
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import dump, importing
from papers.sources.responses import Response
from papers.writable import writable, writable_json

BAD = "\x00\x1b\ud800\uffff"
"""What PostgreSQL, Discord, SQLite and XML refuse."""


def texts_in(value: Any) -> list[str]:
    """Return every text in a value, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return texts_in(list(cast("dict[Any, Any]", value).items()))
    if isinstance(value, list | tuple | set | frozenset):
        return [text for each in cast("list[Any]", value) for text in texts_in(each)]
    if is_dataclass(value):
        return [text for each in fields(value) for text in texts_in(getattr(value, each.name))]
    return []


@given(st.text(st.characters(codec=None)))
def test_a_writable_text_is_utf_8_without_controls_and_keeps_its_lines(text: str) -> None:
    kept = writable(text)
    kept.encode()
    assert not set(kept) & set("\x00\x07\x1b\x7f\x9f\ufffe\uffff")
    assert [each for each in kept if each in "\t\n\r"] == [
        each for each in text if each in "\t\n\r"
    ]
    assert writable(kept) == kept


@pytest.mark.parametrize("text", ["a\tb\r\nc", "Zoë 🧑‍🔬 naïve ﬁ 量子 \u200f", "\u0085"])
def test_what_people_write_stays(text: str) -> None:
    assert writable(text) == text


JSON = st.recursive(
    st.none() | st.integers() | st.text(st.characters(codec=None)),
    lambda each: st.lists(each) | st.dictionaries(st.text(st.characters(codec=None)), each),
)


@given(JSON)
def test_a_sources_answer_has_writable_texts_alone(value: Any) -> None:
    for ascii_only in (True, False):
        body = json.dumps([value], ensure_ascii=ascii_only).encode(errors="replace")
        answer = Response(200, {}, body).json()
        assert all(text == writable(text) for text in texts_in(answer))
        assert answer == writable_json(json.loads(body))


@pytest.mark.parametrize(
    "number", [*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]
)
def test_no_unwritable_character_gets_past_the_look_at_an_answers_bytes(number: int) -> None:
    value = {f"a{chr(number)}b": f"{chr(number)}"}
    for ascii_only in (True, False):
        body = json.dumps(value, ensure_ascii=ascii_only).encode(errors="replace")
        assert all(text == writable(text) for text in texts_in(Response(200, {}, body).json()))


def test_an_answer_without_anything_suspect_is_not_copied() -> None:
    value = {"title": "Zoë 🧑‍🔬 naïve ﬁ 量子"}
    assert writable_json(value, json.dumps(value, ensure_ascii=False).encode()) is value


def test_no_field_of_an_imported_snapshot_is_unwritable() -> None:
    line = {
        "id": "2406.00001",
        "title": f"Ti{BAD}tle",
        "abstract": f"Ab{BAD}stract",
        "ai_summary": f"Sum{BAD}mary",
        "authors": [f"Ada{BAD} Lovelace"],
        "categories": [f"cs.{BAD}AI"],
        "comments": f"12{BAD} pages",
        "doi": f"10.1/{BAD}x",
        "journal-ref": f"J{BAD}ournal",
        "ai_keywords": [f"key{BAD}word"],
        "githubRepo": f"https://github.com/a/{BAD}b",
        "organization": f"Or{BAD}g",
    }
    record = dump.read_line(json.dumps(line).encode())
    assert record is not None
    found = texts_in(record)
    assert {"Title", "Ada Lovelace", "cs.AI", "keyword", "Org"} <= set(found)
    assert all(text == writable(text) for text in found)


def test_a_snapshots_line_nested_without_end_is_no_paper() -> None:
    assert dump.read_line(b"[" * 100_000) is None


FILES = {
    "library.bib": "@article{k, title={T%s}, eprint={2406.00001}, note={N%s}, keywords={L%s}}",
    "library.ris": "TY  - JOUR\nTI  - T%s\nN1  - N%s\nKW  - L%s\n"
    "UR  - https://arxiv.org/abs/2406.00001\nER  -\n",
    "library.csv": "title,url,notes,tags\nT%s,https://arxiv.org/abs/2406.00001,N%s,L%s\n",
    "library.md": "# L%s\n- [T%s](https://arxiv.org/abs/2406.00001): N%s\n",
    "library.txt": "https://arxiv.org/abs/2406.00001 T%s\nand %s nothing %s\n",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_no_field_of_an_imported_file_is_unwritable(name: str, encoding: str) -> None:
    text = FILES[name] % ((BAD,) * 3)
    report = importing.read_ids(text.encode(encoding, "surrogatepass"), name)
    assert report.ids == ["2406.00001"]
    assert all(found == writable(found) for found in texts_in(report))


def test_no_field_of_an_imported_json_file_is_unwritable() -> None:
    item = {
        "title": f"T{BAD}",
        "URL": "https://arxiv.org/abs/2406.00001",
        "note": f"N{BAD}",
        "tags": [{"tag": f"L{BAD}"}],
        "collections": [f"C{BAD}"],
    }
    report = importing.read_ids(json.dumps([item, f"no{BAD} paper"]).encode(), "library.json")
    assert report.ids == ["2406.00001"]
    assert all(found == writable(found) for found in texts_in(report))
