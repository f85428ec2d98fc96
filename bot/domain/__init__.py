"""The values that everything else is about. Imports nothing else of ours."""
