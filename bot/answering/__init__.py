"""From a question and its candidates to a decision, a verdict and a reply."""
