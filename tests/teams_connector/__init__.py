"""A local Microsoft for tests: the connector service that a bot sends to, and the issuer of its tokens. Real HTTP."""
