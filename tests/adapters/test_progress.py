"""What is said while the advisor learns: live on a terminal, a few lines elsewhere."""

from __future__ import annotations

import io

from adapters.progress import FEW, learning


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_one_line_counts_up_and_ends() -> None:
    terminal, said = Terminal(), list[str]()
    tell = learning(said.append, terminal)
    for share in (0.0, 0.004, 0.5, 1.0):
        tell(7795, share)
    lines = terminal.getvalue().split("\r")
    assert "Learning from 7,795 examples, once" in lines[1]
    assert [line.split()[-1] for line in lines[1:]] == ["0%", "0%", "50%", "100%"]
    assert (terminal.getvalue()[-1], said) == ("\n", [])


def test_elsewhere_each_quarter_gets_a_line_and_a_second_time_again() -> None:
    said: list[str] = []
    tell = learning(said.append, io.StringIO())
    for share in (0.0, 0.1, 0.25, 0.3, 0.8, 1.0, 0.0, 1.0):
        tell(7795, share)
    assert [line.split()[-1] for line in said] == ["0%", "25%", "80%", "100%", "0%", "100%"]


def test_what_is_learnt_at_once_is_not_worth_a_word() -> None:
    said: list[str] = []
    tell = learning(said.append, io.StringIO())
    tell(FEW - 1, 0.0)
    tell(FEW - 1, 1.0)
    assert said == []
