"""`python -m bench.ablation`: what each rule around the learnt reader gains, on the writers that it did not learn from.

Each row is the whole advisor with one part taken out. A question's gold is its label: the answer's foremost claim must
be cited, the others may be.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from bench.quality import KNOWLEDGE
from bot.advisor import Advisor
from bot.answering import question_turns
from bot.answering.answer_claims import AnswerClaims
from bot.answering.learnt_decider import LearntDecider
from bot.answering.question_turns import QuestionTurns
from bot.answering.verdict_fusion import Stance
from bot.curation.evaluation import Evaluation, Gold, evaluate
from bot.knowledge.examples import load_examples
from bot.knowledge.labelled_reader import LabelledQuestion
from bot.knowledge.model import KnowledgeBase
from bot.nlu.entities import Speller

Off = tuple[object, str, Callable[..., Any]]
"""Of what, the name of the function, and what stands in its place."""

PARTS: dict[str, tuple[Off, ...]] = {
    "all of it": (),
    "spelling": ((Speller, "correct", lambda self, words: {word: word for word in words}),),
    "a question as it is written": ((LearntDecider, "_as_written", lambda self, question, last: None),),
    "several questions in a message": ((question_turns, "split_questions", lambda text: [text]),),
    "several aspects in a question": ((LearntDecider, "on_each_aspect", lambda self, question, decision: []),),
    "two halves of a question": ((AnswerClaims, "halves", lambda self, question, entry, chances: ()),),
    "fragments": ((QuestionTurns, "_asked_back", lambda self, question, decision, before: decision),),
    "a name alone": ((question_turns, "is_name_alone", lambda question: False),),
    "what the claims say of a verdict": (
        (AnswerClaims, "stance", lambda self, entry, asked: Stance(None, weak=False)),
    ),
}


@contextmanager
def without(part: str) -> Iterator[None]:
    with ExitStack() as stack:
        for owner, name, instead in PARTS[part]:
            stack.enter_context(patch.object(owner, name, instead))
        yield


def gold_of(question: LabelledQuestion, knowledge: KnowledgeBase) -> Gold:
    """A labelled question as gold."""
    entries = [knowledge.answers[id] for id in question.answers if id in knowledge.answers]
    kind = entries[0].kind if entries else "unstated"
    verdict = question.asked if kind == "answer" and question.asked in ("yes", "no", "partly") else ""
    answers = [entry for entry in entries if entry.claims]
    must = ("|".join(dict.fromkeys(entry.claims[0] for entry in answers)),) if answers else ()
    may = tuple(claim for entry in answers for claim in entry.claims)
    return Gold(question.text, kind, question.history, verdict, must, may)


def row(name: str, found: Evaluation, base: Evaluation) -> str:
    def cell(attribute: str) -> str:
        one, other = getattr(found, attribute), getattr(base, attribute)
        change = one.part - other.part
        return f"{float(one):.1%}" + (f" ({change:+d})" if change else "")

    shares = ("right", "found", "false_answers", "false_verdicts", "verdicts_left_out")
    return f"| {name} | " + " | ".join(map(cell, shares)) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("part", nargs="*", choices=[*PARTS, []])
    chosen = parser.parse_args().part or list(PARTS)
    held = [question for question in load_examples(KNOWLEDGE)[0] if question.held_out]
    base: Evaluation | None = None
    print("| without | right | found | false answers | false verdicts | left out |\n|---|---|---|---|---|---|")
    for part in dict.fromkeys(("all of it", *chosen)):
        with without(part):
            advisor = Advisor.load(KNOWLEDGE)
            found = evaluate(advisor.ask, [gold_of(question, advisor.knowledge) for question in held])
        base = base or found
        print(row("nothing" if part == "all of it" else part, found, base), flush=True)


if __name__ == "__main__":
    main()
