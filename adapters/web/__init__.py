"""The page on which anybody can talk to the advisor, and the workbench for whoever curates its knowledge."""
