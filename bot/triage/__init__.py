"""The guided dialogue: a few questions that lead to a recommendation. Pure: nothing is read or kept."""
