"""The manifest of a learnt reader: what it was learnt from, what its outputs mean, and from when on they count."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MANIFEST = "manifest.json"
FORMAT = 3  # of the folder; a program reads no other


class ReaderError(Exception):
    """The learnt reader of a knowledge folder cannot be used; the message says why and what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Temperatures(_Part):
    """What the logits of each head are divided by, so that its probabilities are as often right as they say."""

    answer: float = Field(gt=0)
    verdict: float = Field(gt=0)
    incident: float = Field(gt=0)


class Thresholds(_Part):
    """The least probabilities at which the outputs count, fitted to held-out writers by stated costs."""

    verdict: float = Field(ge=0, le=1)  # of a verdict to be said
    incident: float = Field(ge=0, le=1)  # of a report of an incident


class Manifest(_Part):
    """What stands in `manifest.json` beside the model."""

    format: int
    labels: tuple[str, ...]  # ids of answers, in the order of the answer head
    tokens: int = Field(gt=0)  # tokens at most of a question with its context
    temperatures: Temperatures
    thresholds: Thresholds
    verdict_weights: dict[str, tuple[float, ...]]  # see `bot.answering.verdict_fusion`
    examples: str  # hash of the examples that it was learnt from
    base: str  # hash of the weights that it was begun with
    onward_from: str = ""  # hash of the reader that it went on from; "" where it was learnt from the base at once
    script: str  # hash of the program that learnt it
    learnt_on: str  # ISO date
    licence: str
    held_out: dict[str, float]  # figures on writers that were not learnt from


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`. Raises ReaderError where it cannot be used."""
    file = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(file.read_bytes())
    except OSError as error:
        raise ReaderError(
            f"{file} cannot be read ({error.strerror}); learn the reader anew, or delete its folder"
        ) from None
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "the whole file"
        raise ReaderError(
            f"{file}: {place} is not as it should be; learn the reader anew, or delete its folder"
        ) from None
    if manifest.format != FORMAT:
        raise ReaderError(f"{file} is of format {manifest.format}, this program reads {FORMAT}; learn the reader anew")
    return manifest
