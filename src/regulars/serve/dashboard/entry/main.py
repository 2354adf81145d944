"""What Streamlit runs for each page, from top to bottom: everything is in shell.py."""

from regulars.serve.dashboard.shell import run

run()
