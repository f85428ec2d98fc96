"""Crash test: real servers on real databases, between platforms that misbehave, are killed at random moments.

`python -m bench.chaos` runs rounds of it, and a checker proves for each that nothing was lost, crossed or doubled.
docs/reliability.md says what is injected and has the figures.
"""
