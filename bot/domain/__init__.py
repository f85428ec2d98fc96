"""The domain model: immutable values. Imports no other package of ours."""
