"""Tools for curators of the knowledge: gaps, evaluation on gold questions, coverage."""
