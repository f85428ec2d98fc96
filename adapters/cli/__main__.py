"""`python -m adapters.cli`: the program where the project itself is not installed."""

from adapters.cli.app import main

main()
