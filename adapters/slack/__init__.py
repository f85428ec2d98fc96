"""The Slack surface: the only folder that imports Slack's SDK."""
