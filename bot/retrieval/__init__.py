"""Text classification: ranks labels for a list of words, fitted to labelled examples."""

from bot.retrieval.model import Candidate, Ranking, Retriever

__all__ = ["Candidate", "Ranking", "Retriever"]
