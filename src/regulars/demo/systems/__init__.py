"""The systems of a real shop, filled with the demo shop: each module puts one kind of thing into one kind of system.

Filling one again changes nothing. Whatever is written lies under a name of the demo's own, so that nothing else on the
server is touched.
"""
