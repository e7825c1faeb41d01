"""Every link to a term leads to one, wherever it is written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pages.parts import navigation
from pages.parts.terms import told
from quant.learn import glossary
from quant.methods import LADDER

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"Learn\?term=([\w-]*)")
WANTED = (
    "quantisation", "bit-width", "scale", "zero-point", "per-channel", "calibration", "sqnr", "pp",
    "pareto-front", "not-told-apart", "w4a8", "gptq", "adaround", "brecq", "qdrop", "mse-ranges",
    "effective-bits", "bit-operations", "agreement", "kl", "sensitivity", "roofline", "runtime",
    "snapshot",
)  # fmt: skip


def named() -> Iterator[tuple[str, str]]:
    """(file, term) of each call of terms.told in the pages."""
    for path in (ROOT / "app.py", *(ROOT / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "terms.told":
                for one in node.args[1:]:
                    assert isinstance(one, ast.Constant), f"{path}: name the term itself"
                    yield str(path.relative_to(ROOT)), one.value


def test_every_term_that_a_page_names_exists() -> None:
    found = list(named())
    assert len(found) > 20
    assert [pair for pair in found if pair[1] not in glossary.terms()] == []


def test_every_written_link_leads_to_a_term() -> None:
    files = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "docs").glob("*.md"), ROOT / "README.md",
             glossary.GLOSSARY, glossary.QUESTIONS]  # fmt: skip
    linked = {term for path in files for term in LINK.findall(path.read_text()) if term}
    assert linked <= set(glossary.terms())


def test_terms_refer_to_terms() -> None:
    for one in (*glossary.terms().values(), *glossary.questions()):
        assert one.words
        assert set(one.see) <= set(glossary.terms()), one.title


@pytest.mark.parametrize("term", WANTED)
def test_the_words_of_the_app_are_explained(term: str) -> None:
    assert term in glossary.terms()


def test_every_rounding_method_has_its_entry() -> None:
    words = " ".join(f"{one.id} {one.title} {one.also}" for one in glossary.terms().values())
    assert [one.name for one in LADDER if one.name.lower() not in words.lower()] == []


def test_pages_that_questions_lead_to_exist() -> None:
    pages = {Path(path).stem.partition("_")[2] for path, *_ in navigation.PAGES} | {"./"}
    for one in glossary.questions():
        targets = set(re.findall(r"\]\(([^)?]+)\)", one.words))
        assert targets <= pages


def test_a_tooltip_without_words_is_its_links() -> None:
    assert told("", "sqnr") == "What it means: [SQNR](Learn?term=sqnr)."
    assert told("In dB.", "sqnr").startswith("In dB.\n\n")
    with pytest.raises(KeyError):
        told("", "no such term")


def test_searching_finds_by_title_other_names_and_words() -> None:
    assert [one.id for one in glossary.found("BOPs")] == ["bit-operations"]
    assert "sqnr" in {one.id for one in glossary.found("decibel")}
    assert len(glossary.found("")) == len(glossary.terms())
    assert glossary.found("zebra") == []
