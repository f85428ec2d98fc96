"""What a process carries, and what happens beyond: `python -m bench.load`."""
