"""Command handlers: sharing, confirmation, experts, subscriptions, feedback and general commands."""
