"""The service layer: the session around a turn, its ports, effects and retention."""
