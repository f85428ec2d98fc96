"""The advisor: reads questions, finds answers and leads dialogues. Knows no platform and no subject matter."""
