"""The web surface: a chat page for visitors, and the workbench for the curator of the knowledge."""
