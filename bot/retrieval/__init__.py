"""Which label do these words belong to? Learned from example wordings alone; knows nothing of any subject."""

from bot.retrieval.model import Candidate, Ranking, Retriever

__all__ = ["Candidate", "Ranking", "Retriever"]
