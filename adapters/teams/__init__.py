"""Microsoft Teams. The Bot Framework SDK is imported in this folder and nowhere else."""
