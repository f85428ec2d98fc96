"""One round of one kind: inputs by hypothesis, each through the door, the first that fails made small and kept."""

from __future__ import annotations

import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky, HypothesisWarning

from fuzz.sources import Drawn, Parts, Source, Thrown
from fuzz.watch import Bound, Fault, Watch, calls_of, no_longer_than, size_of

Take = Callable[[Any], str]
"""Sends an input through a door, and returns in a word what became of it. Raises Fault, or whatever went wrong."""


@dataclass(frozen=True)
class Kind:
    """A kind of input. `make` makes texts, bytes, numbers and tuples and mappings of them, so that a case can be
    written down. `share`: of all inputs. A round has `drawn` inputs by hypothesis and then `thrown` ones. Of every
    `sampled`th input the calls are counted."""

    name: str
    make: Callable[[Source], Any]
    open: Callable[[], AbstractContextManager[Take]]
    bound: Bound
    share: float
    drawn: int = 300
    thrown: int = 0
    sampled: int = 10


@dataclass
class Tally:
    """What a round counted. `most`: the largest part of the bound that an input used."""

    kind: str
    seed: int
    inputs: int = 0
    counted: int = 0
    most: float = 0.0
    became: Counter[str] = field(default_factory=Counter)
    fault: str = ""
    case: str = ""
    seconds: float = 0.0


def run_round(kind: Kind, number: int, cases: Path | None = None, *, drawn: int = 0, thrown: int = 0) -> Tally:
    """Run a round; `number` seeds it. A case that fails is written to the folder `cases`. `drawn`, `thrown`: so many
    inputs instead of those of the kind."""
    tally, watch, parts = Tally(kind.name, number), Watch(), Parts()
    began, failing = time.monotonic(), None

    @st.composite
    def inputs(draw: st.DrawFn) -> Any:
        return kind.make(Drawn(draw, parts))

    with warnings.catch_warnings(), watch.listening(), kind.open() as take:
        warnings.simplefilter("ignore", HypothesisWarning)  # it is in the log otherwise
        watch.forget()

        def survives(one: Any) -> None:
            nonlocal failing
            tally.inputs += 1
            try:
                _try(kind, take, one, tally, watch)
            except BaseException:
                failing = one
                raise

        settled = settings(
            max_examples=drawn or kind.drawn, database=None, deadline=None, derandomize=False, print_blob=False,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink), report_multiple_bugs=False,
        )  # fmt: skip
        try:
            seed(number)(settled(given(inputs())(survives)))()
            random = Random(number)
            for _ in range(thrown or kind.thrown):
                survives(kind.make(Thrown(random, parts)))
        except (Exception, Flaky) as error:
            tally.fault = _in_short(error)
            if cases is not None:
                tally.case = _kept(cases, kind, number, failing, error)
    tally.seconds = time.monotonic() - began
    return tally


def _try(kind: Kind, take: Take, one: Any, tally: Tally, watch: Watch) -> None:
    became = ""

    def work() -> None:
        nonlocal became
        became = take(one)

    with no_longer_than():
        if tally.inputs % kind.sampled == 0:
            calls, size = calls_of(work), size_of(one)
            tally.counted += 1
            share = kind.bound.share(calls, size)
            tally.most = max(tally.most, share)
            if share > 1:
                raise Fault(f"{calls} calls for {size} characters")
        else:
            work()
    tally.became[became] += 1
    watch.check(one)


def replay(kind: Kind, one: Any) -> None:
    """Try one input. Raises what it raises."""
    watch = Watch()
    with watch.listening(), kind.open() as take:
        watch.forget()
        _try(kind, take, one, Tally(kind.name, 0), watch)


def _in_short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _kept(cases: Path, kind: Kind, number: int, one: Any, error: BaseException) -> str:
    """Write a case down, to be replayed with `python -m fuzz --case FILE`."""
    cases.mkdir(parents=True, exist_ok=True)
    file = cases / f"{kind.name.replace(' ', '-')}-{number}.txt"
    told = "".join(traceback.format_exception(error)[-30:])
    file.write_text(ascii((kind.name, one)) + "\n\n" + told, encoding="utf-8", errors="backslashreplace")
    return file.name
