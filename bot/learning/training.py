"""Trains the network on examples: AdamW on shuffled batches of texts of like length, with a checkpoint each epoch."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import log_softmax

from bot.learning.examples import Example
from bot.learning.network import Network
from bot.learning.noise import noisy
from bot.reader.reader import CONTEXT

EPOCHS = 4
BATCH = 32
POOL = 32  # batches from which texts of like length are put together
RATE, HEAD_RATE = 1.5e-4, 1e-3
WARM_UP = 200  # steps
LEAST_RATE = 0.02  # of the rate, at the end
DECAY = 0.01
CLIP = 1.0
AFTER_ANOTHER = (
    0.3  # the share of texts that stand alone and are read after another one, so that it is learnt not to matter
)
VERDICT_WEIGHT, INCIDENT_WEIGHT = 1.0, 0.5  # of the losses of these heads; that of the answer counts 1

Told = Callable[[str], None]


class Trainer:
    """Trains `network` on `examples`, from the last checkpoint in `folder` where there is one of the same `run`."""

    def __init__(
        self, network: Network, tokenizer: Tokenizer, names: Mapping[str, Sequence[str]], seed: int, tell: Told
    ) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._names = names
        self._seed = seed
        self._tell = tell

    def train(self, examples: Sequence[Example], epochs: int, folder: Path, run: str, rate: float = 1.0) -> None:
        """Trains for `epochs`. `run` names what is trained on what: a checkpoint of another one is not resumed. `rate`:
        what the learning rates are multiplied by."""
        steps = math.ceil(len(examples) / BATCH)
        body = [w for name, w in self._network.named_parameters() if w.requires_grad and name.startswith("encoder.")]
        heads = [w for name, w in self._network.named_parameters() if not name.startswith("encoder.")]
        optimizer = torch.optim.AdamW(
            [{"params": body, "lr": rate * RATE}, {"params": heads, "lr": rate * HEAD_RATE}], weight_decay=DECAY
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min(1.0, step / WARM_UP) * max(LEAST_RATE, 1 - step / (steps * epochs))
        )
        file = folder / "checkpoint.pt"
        first = 0
        if file.is_file():
            saved = torch.load(file, weights_only=True)
            if saved["run"] == run:
                self._network.load_state_dict(saved["network"])
                optimizer.load_state_dict(saved["optimizer"])
                schedule.load_state_dict(saved["schedule"])
                first = saved["epoch"]
                self._tell(f"resumed after epoch {first} of {epochs}")
        for epoch in range(first, epochs):
            self._epoch(examples, epoch, epochs, optimizer, schedule)
            folder.mkdir(parents=True, exist_ok=True)
            torch.save(
                {
                    "run": run,
                    "epoch": epoch + 1,
                    "network": self._network.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(),
                },
                file.with_suffix(".part"),
            )
            file.with_suffix(".part").replace(file)

    def _epoch(
        self,
        examples: Sequence[Example],
        epoch: int,
        epochs: int,
        optimizer: torch.optim.Optimizer,
        schedule: torch.optim.lr_scheduler.LRScheduler,
    ) -> None:
        torch.manual_seed(self._seed + epoch)
        chance = random.Random(self._seed + epoch)
        batches = list(_batches(examples, chance))
        self._network.train()
        total = 0.0
        for number, batch in enumerate(batches):
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=_has_bfloat16()):
                loss = self._loss(batch, chance)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._network.parameters(), CLIP)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
            if number % 100 == 99 or number + 1 == len(batches):
                self._tell(
                    f"epoch {epoch + 1} of {epochs}, {(number + 1) / len(batches):.0%}, loss {total / (number + 1):.3f}"
                )

    def _loss(self, batch: Sequence[Example], chance: random.Random) -> Tensor:
        texts = [(_before(example, batch, chance), noisy(example.text, self._names, chance)) for example in batch]
        answer, verdict, incident = self._network(*tensors(self._tokenizer, texts))
        reports = [() if example.incident is None else (int(example.incident),) for example in batch]
        return (
            accepting(answer, [example.answers for example in batch])
            + VERDICT_WEIGHT * accepting(on_answers(verdict, batch), [example.verdicts for example in batch])
            + INCIDENT_WEIGHT * accepting(incident, reports)
        )


def _before(example: Example, batch: Sequence[Example], chance: random.Random) -> str:
    """The text before an example; at times any other one, where it means the same after that."""
    if example.stands_alone and chance.random() < AFTER_ANOTHER:
        return chance.choice(batch).text
    return example.before


def accepting(logits: Tensor, right: Sequence[tuple[int, ...]]) -> Tensor:
    """The mean over the batch of -log of the probability of any class that is right; texts without one add nothing."""
    mask = torch.zeros(logits.shape, dtype=torch.bool)
    for row, classes in enumerate(right):
        mask[row, list(classes)] = True
    known = mask.any(1)
    scores = log_softmax(logits.float(), -1).masked_fill(~mask, -torch.inf)[known]
    return -torch.logsumexp(scores, -1).sum() / len(right)


def on_answers(verdict: Tensor, examples: Sequence[Example]) -> Tensor:
    """Of the logits (texts, labels, verdicts) those on the answers that serve each text, or on all where none is known,
    their mean: (texts, verdicts)."""
    served = [list(example.answers) or slice(None) for example in examples]
    return torch.stack([each[answers].mean(0) for each, answers in zip(verdict, served, strict=True)])


def tensors(tokenizer: Tokenizer, texts: Sequence[tuple[str, str]]) -> tuple[Tensor, Tensor, Tensor]:
    """Token ids, mask and types of (question before, question) pairs, padded to the longest."""
    encoded = [
        tokenizer.encode(before[-CONTEXT:], text) if before else tokenizer.encode(text) for before, text in texts
    ]
    longest = max(len(one.ids) for one in encoded)
    padded = [
        [[*numbers, *([0] * (longest - len(numbers)))] for numbers in (one.ids, one.attention_mask, one.type_ids)]
        for one in encoded
    ]
    ids, mask, types = torch.tensor(padded).unbind(1)
    return ids, mask, types


def _batches(examples: Sequence[Example], chance: random.Random) -> Iterator[Sequence[Example]]:
    """All examples once, in random batches; within POOL batches, texts of like length stand together."""
    order = list(examples)
    chance.shuffle(order)
    batches: list[Sequence[Example]] = []
    for start in range(0, len(order), BATCH * POOL):
        pool = sorted(order[start : start + BATCH * POOL], key=lambda one: len(one.text) + len(one.before))
        batches += [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
    chance.shuffle(batches)
    return iter(batches)


def _has_bfloat16() -> bool:
    """Whether the processor multiplies matrices of 16-bit floats, which makes training several times as fast."""
    return bool(torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported())
