"""Commands that do something with what was said: share, ask a person, subscribe, vote."""
