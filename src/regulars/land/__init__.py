"""Landing: the ledger, the raw append, conforming to typed entities, versions and reconciliation."""
