"""The transaction around a turn. Until there is a database, a conversation lives in memory."""
