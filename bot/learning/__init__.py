"""Learns a reader from the examples of a knowledge folder. Needs the extra `learn`, which serving does not."""
