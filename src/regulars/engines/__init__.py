"""Warehouses behind one interface; nothing outside this package names a database driver."""
