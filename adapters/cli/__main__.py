"""`python -m adapters.cli`: the command line when the project itself is not installed."""

from adapters.cli.app import main

main()
