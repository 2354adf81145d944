"""Source records become people: exact links, connected components and stable ids."""
