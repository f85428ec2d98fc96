"""Every way in and out of the advisor, and the one place that wires them together."""

__version__ = "0.1.0"  # of the program; the knowledge has a version of its own, a hash of its content
