"""The dashboard: pages of Streamlit that the server mounts at /dashboard, behind a door of its own.

`mount.py` puts it into the server, `door.py` lets people in, `shell.py` is the frame of every page, `desk.py` what a
page asks for data, `pages/` the pages. Streamlit is imported when somebody first opens one.
"""
