"""Everything around a turn: the session, its ports, effects, retention. The application's service layer."""
