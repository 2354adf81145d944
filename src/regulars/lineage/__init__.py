"""OpenLineage: which tables a run, and each of its stages, made of what. Off unless a receiver is named."""
