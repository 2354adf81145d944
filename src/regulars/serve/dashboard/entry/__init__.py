"""The script that Streamlit runs; beside a folder `pages` Streamlit would make pages of that itself."""
