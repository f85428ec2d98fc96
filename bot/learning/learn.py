"""Learns the reader of a knowledge folder: trains, calibrates on held-out writers, writes it beside the knowledge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

from bot.advisor import Advisor
from bot.answering.verdict_fusion import Observations
from bot.encoder.onnx_encoder import MODEL
from bot.knowledge.examples import load_examples
from bot.knowledge.labelled_reader import LabelledQuestion
from bot.knowledge.loading import load
from bot.knowledge.model import KnowledgeBase
from bot.learning.calibration import (
    INCIDENT,
    VERDICT,
    Outputs,
    probabilities,
    temperatures_of,
)
from bot.learning.examples import Example, examples_of, hash_of, labels_of
from bot.learning.export import write_manifest, write_model, write_reader
from bot.learning.fusion import fit
from bot.learning.network import LICENCE, WEIGHTS, Network, base_folder
from bot.learning.restoring import restore
from bot.learning.training import EPOCHS, Trainer, on_answers
from bot.reader.manifest import FORMAT, Manifest, ReaderError, Thresholds, read_manifest
from bot.reader.reader import CONTEXT, FOLDER, VERDICTS

TOKENS = 80  # of a question with the one before
SEED = 20261130
ONWARD_EPOCHS, ONWARD_RATE = 1, 0.4  # where a reader goes on from what it knows; the part of the usual rates
KEPT = 1 / 3  # of the weights before, where a reader goes on
THREADS = 2  # another number gives other last digits, and a reader that is as good
TRAINS = "examples network noise training"  # the modules on which the weights depend

Told = Callable[[str], None]


def learn(
    folder: Path, work: Path, tell: Told, epochs: int = 0, threads: int = THREADS, *, onward: bool = False
) -> Manifest:
    """Learns the reader of the knowledge in `folder` and writes it there; `work` holds checkpoints and may be deleted.

    `epochs`: 0 for as many as are usual. `onward`: goes on from the reader that is there, in a quarter of the time.
    Raises KnowledgeError, and ReaderError where something that learning needs is missing.
    """
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(mode=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # a sixth of the time, and nothing reads it
    torch.manual_seed(SEED)
    base = base_folder()
    knowledge = load(folder)
    labelled, incidents = load_examples(folder)
    examples = examples_of(knowledge, labelled, incidents)
    learnt = [example for example in examples if not example.held_out]
    held = [example for example in examples if example.held_out]
    if not labelled or not any(question.held_out for question in labelled):
        raise ReaderError(
            f"{folder} needs labelled questions in examples/labelled/, and one file there with held_out: yes, to which "
            "the thresholds are fitted"
        )
    tell(f"{len(learnt)} examples to learn from, {len(held)} held out, {len(labels_of(knowledge))} answers")
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(TOKENS, direction="left")
    network = Network(base, len(labels_of(knowledge)), len(VERDICTS))
    network.freeze_lowest()
    before = ""
    earlier: list[torch.Tensor] = []
    if onward:
        known = read_manifest(folder / FOLDER)
        before = hashlib.sha256((folder / FOLDER / MODEL).read_bytes()).hexdigest()
        restore(network, folder / FOLDER / MODEL, labels_of(knowledge), known.labels)
        earlier = [weights.detach().clone() for weights in network.parameters()]
    # An order, noise and dropout of its own; those of the run before would be learnt by heart.
    seed = SEED ^ int(before[:8] or "0", 16)
    epochs = epochs or (ONWARD_EPOCHS if onward else EPOCHS)
    run = f"{hash_of(learnt)} {script_hash(TRAINS)} {epochs} {before}"
    rate = ONWARD_RATE if onward else 1.0
    Trainer(network, tokenizer, other_names(knowledge), seed, tell).train(learnt, epochs, work, run, rate)
    if earlier:
        average(network, earlier)
    model = work / MODEL
    write_model(network, model)
    tell("written as int8; measuring the held-out questions with it")
    outputs = outputs_of(model, tokenizer, held, len(labels_of(knowledge)))
    temperatures = temperatures_of(*outputs)
    manifest = Manifest(
        format=FORMAT,
        labels=labels_of(knowledge),
        tokens=TOKENS,
        temperatures=temperatures,
        thresholds=Thresholds(verdict=VERDICT, incident=INCIDENT),
        verdict_weights={},
        examples=hash_of(examples),
        base=WEIGHTS,
        onward_from=before,
        script=script_hash(),
        learnt_on=date.today().isoformat(),
        licence=LICENCE,
        held_out=figures(outputs),
    )
    write_reader(folder / FOLDER, model, base / "tokenizer.json", manifest)
    tell("deciding on the held-out questions with the whole advisor, to find how a verdict is weighed")
    seen, right = observed(folder, [one for one in labelled if one.held_out])
    manifest = manifest.model_copy(update={"verdict_weights": fit(seen, right)})
    write_manifest(folder / FOLDER, manifest)
    return manifest


def average(network: Network, earlier: Sequence[torch.Tensor]) -> None:
    """Keeps a part of the weights from before: what one run forgets, the run before it knew (weight averaging, Izmailov
    et al. 2018)."""
    with torch.no_grad():
        for weights, before in zip(network.parameters(), earlier, strict=True):
            weights.lerp_(before, KEPT)


def observed(folder: Path, questions: Sequence[LabelledQuestion]) -> tuple[list[Observations], list[int]]:
    """What the advisor with its new reader observes of those of the questions that it answers, and the positions in
    VERDICTS of the verdicts that they should get."""
    advisor = Advisor.load(folder)
    kinds = {id: entry.kind for id, entry in advisor.knowledge.answers.items()}
    seen: list[Observations] = []
    right: list[int] = []
    for question in questions:
        decision = advisor.decision(question.text, question.history)
        if decision.observed is None:
            continue
        answered = any(kinds.get(answer) == "answer" for answer in question.answers)
        seen.append(decision.observed)
        right.append(VERDICTS.index(question.asked) if answered and question.asked != "open" else 0)
    return seen, right


def outputs_of(
    model: Path, tokenizer: Tokenizer, examples: Sequence[Example], labels: int
) -> tuple[Outputs, Outputs, Outputs]:
    """The logits of the exported model for each head, one text at a time as in serving."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    found: list[list[np.ndarray]] = [[], [], []]
    for example in examples:
        before = example.before[-CONTEXT:]
        tokens = tokenizer.encode(before, example.text) if before else tokenizer.encode(example.text)
        logits = session.run(
            None,
            {
                "input_ids": np.array([tokens.ids]),
                "attention_mask": np.array([tokens.attention_mask]),
                "token_type_ids": np.array([tokens.type_ids]),
            },
        )
        answer, verdict, incident = logits
        verdict = on_answers(torch.from_numpy(verdict), [example]).numpy()
        for head, values in zip(found, (answer, verdict, incident), strict=True):
            head.append(values[0].astype(np.float64))
    right = (
        _mask([example.answers for example in examples], labels),
        _mask([example.verdicts for example in examples], len(VERDICTS)),
        _mask([() if example.incident is None else (int(example.incident),) for example in examples], 2),
    )
    answer, verdict, incident = (Outputs(np.array(head), mask) for head, mask in zip(found, right, strict=True))
    return answer, verdict, incident


def figures(outputs: Sequence[Outputs]) -> dict[str, float]:
    """The share of held-out texts whose most probable class is right, for each head."""
    shares = {}
    for name, head in zip(("answer", "verdict", "incident"), outputs, strict=True):
        known = head.right.any(1)
        best = probabilities(head.logits[known], 1.0).argmax(1)
        shares[name] = round(float(head.right[known][np.arange(len(best)), best].mean()), 4) if known.any() else 0.0
    return shares


def other_names(knowledge: KnowledgeBase) -> Mapping[str, Sequence[str]]:
    """By each name of a subject in lower case: its other names."""
    names: dict[str, list[str]] = {}
    for subject in knowledge.subjects.values():
        called = list(dict.fromkeys((subject.name, *subject.names)))
        for name in called:
            names[name.lower()] = [other for other in called if other.lower() != name.lower()]
    return {name: others for name, others in names.items() if others}


def script_hash(modules: str = "*") -> str:
    """Tells whether the program that learns has changed, or these modules of it."""
    files = sorted(file for name in modules.split() for file in Path(__file__).parent.glob(f"{name}.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _mask(right: Sequence[tuple[int, ...]], classes: int) -> np.ndarray:
    mask = np.zeros((len(right), classes), dtype=np.bool_)
    for row, columns in enumerate(right):
        mask[row, list(columns)] = True
    return mask
