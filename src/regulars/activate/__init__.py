"""Lists that leave the warehouse for people and tools that act on them."""
