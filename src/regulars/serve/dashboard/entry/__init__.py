"""The folder of Streamlit's script alone: beside a folder `pages` it would take each file in there for a page."""
