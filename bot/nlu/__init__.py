"""Natural language understanding: from an utterance to a question with entities, form and negation."""
