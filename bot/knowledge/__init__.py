"""The knowledge: what the sources say, what things are called, and the curated answers."""
