"""The REST API: what `regulars serve` answers, and to whom."""
