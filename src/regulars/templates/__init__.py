"""Files that `regulars init` writes."""
