"""Which answers come near to a question, best first, and how sure that is."""
