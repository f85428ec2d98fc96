"""Reads `examples/phrasings/`: the many ways in which people ask, by the answer that they ask for.

An answer keeps a few telling phrasings beside its text, so that a person can read it; what is learnt from is both.
"""

from __future__ import annotations

from dataclasses import replace

from yaml.nodes import MappingNode, Node

from bot.knowledge.draft import CONTRARY, Draft, Phrasing
from bot.knowledge.expansion import expand
from bot.knowledge.fields import Words, entries, texts_of
from bot.knowledge.model import Answer
from bot.knowledge.problems import quoted


def read_phrasings(root: Node, file: str, draft: Draft) -> None:
    """Adds a mapping from ids of answers to lists of questions; those that ask whether the
    opposite holds may stand under `contrary`."""
    draft.has_examples = True
    for key, node in entries(root, "the phrasings", file, draft.report):
        if key.text == CONTRARY and isinstance(node, MappingNode):
            for answer, listed in entries(node, quoted(CONTRARY), file, draft.report):
                draft.more_phrasings_of(answer).questions += _expanded(answer, listed, file, draft)
        else:
            draft.more_phrasings_of(key).questions += _expanded(key, node, file, draft)


def with_phrasings(draft: Draft) -> dict[str, Answer]:
    """The answers with all their phrasings, those that stand beside them first."""
    answers = dict(draft.answers)
    for id, more in draft.more_phrasings.items():
        own = answers[id]
        questions = tuple(dict.fromkeys((*own.questions, *more.questions)))
        answers[id] = replace(own, questions=questions, examples=f"{more.spot.file}:{more.spot.line}")
    return answers


def _expanded(answer: Words, node: Node, file: str, draft: Draft) -> list[str]:
    found = expand(texts_of(node, answer.text, file, draft.report), draft.groups, draft.report)
    draft.phrasings += [Phrasing(answer.text, words) for words in found]
    return [words.text for words in found]
