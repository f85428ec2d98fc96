"""What the Makefile runs besides other people's programs. Standard library alone: nothing is installed yet."""
