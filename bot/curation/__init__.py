"""For whoever writes the knowledge: gaps, evaluation on gold questions, coverage."""
