"""Slack: the only folder that knows its SDK."""
