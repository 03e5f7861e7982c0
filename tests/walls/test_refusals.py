"""Every refusal has a stable code and a sentence in both languages that its facts can fill."""

import ast
import string
from collections import defaultdict
from collections.abc import Iterator

import pytest

from app.api import errors
from app.domain.refusals import Kind, Refusal
from tests.walls import sources
from tests.walls.sources import Source

_OWN_ARGUMENTS = {"errors", "retry_after_s"}


def _all(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for each in of.__subclasses__():
        if each.__module__.startswith("app."):
            yield each
            yield from _all(each)


@pytest.fixture(scope="module", autouse=True)
def everything_imported() -> None:
    """The command line imports every room; what it does not reach, nobody raises."""
    __import__("app.cli.program")
    __import__("app.jobs.worker")


def _blanks(sentence: str) -> set[str]:
    return {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(sentence) if name}


def _phrases_itself(refusal: type[Refusal]) -> bool:
    return refusal.sentence is not Refusal.sentence


def _raised(source: Source, names: set[str]) -> Iterator[tuple[int, str, ast.Call]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            if name in names:
                yield node.lineno, name, node


def test_a_code_means_one_thing() -> None:
    """Two rooms may say the same thing in their own words, but not two things by one code."""
    meanings: dict[str, set[tuple[Kind, frozenset[str]]]] = defaultdict(set)
    for each in set(_all()):
        meanings[each.__name__].add((each.kind, frozenset(_blanks(each.en))))
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}
    assert len(meanings) > 20


def test_each_speaks_two_languages_and_says_the_same_facts() -> None:
    wrong = []
    for each in set(_all()):
        name = f"{each.__module__}.{each.__name__}"
        if not each.__dict__.keys() & {"en", "de"} and each.__subclasses__():
            continue  # an abstract kind of refusal
        if each.en == each.de or min(len(each.en), len(each.de)) < 15:
            wrong.append(f"{name}: one text for two languages, or hardly any")
        if _blanks(each.en) != _blanks(each.de):
            wrong.append(f"{name}: the sentences hold different facts")
        if not each.en.rstrip().endswith((".", "!", "}")):
            wrong.append(f"{name}: not a sentence")
        if each.kind not in errors.STATUS or not isinstance(each.kind, Kind):
            wrong.append(f"{name}: no door knows its kind")
    assert not wrong, "\n".join(sorted(wrong))


def test_each_is_raised_with_the_facts_of_its_sentences() -> None:
    """A missing fact would turn a refusal into a fault at the worst moment."""
    by_name = {each.__name__: each for each in _all()}
    wrong, raised = [], set()
    for source in sources.python("app"):
        for line, name, call in _raised(source, set(by_name)):
            raised.add(name)
            refusal = by_name[name]
            if _phrases_itself(refusal) or any(k.arg is None for k in call.keywords):
                continue
            given = {k.arg for k in call.keywords} - _OWN_ARGUMENTS
            if call.args or refusal.__init__ is not Refusal.__init__:
                continue
            lacking = _blanks(refusal.en) - given
            if lacking:
                wrong.append(f"{source.path}:{line}: {name} lacks {', '.join(sorted(lacking))}")
    assert not wrong, "\n".join(wrong)
    assert raised


@pytest.mark.parametrize("language", ["en", "de"])
def test_those_without_facts_can_be_said(language: str) -> None:
    for each in set(_all()):
        if not _blanks(each.en) and each.__init__ is Refusal.__init__:
            sentence = each().sentence(language)
            assert sentence
            assert "{" not in sentence
