"""Strange inputs through the real doors, by the million: `python -m fuzz`. docs/reliability.md has the figures."""
