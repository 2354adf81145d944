"""The style of what we write into pages ourselves: tables, facts and notes, in the colours of the theme at hand."""

from __future__ import annotations

# currentColor and its shades follow Streamlit's theme, also when the user changes it.
STYLE = """<style>
.rg-scroll { overflow-x: auto; margin: .25rem 0 1rem; }
.rg-table { border-collapse: collapse; width: 100%; font-size: .93rem; font-variant-numeric: tabular-nums; }
.rg-table th, .rg-table td { padding: .4rem .7rem; text-align: left; vertical-align: top; border: 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
.rg-table thead th { font-weight: 600; white-space: nowrap; border-bottom-width: 2px; }
.rg-table td.n, .rg-table th.n { text-align: right; white-space: nowrap; }
.rg-table td.w, .rg-table td:has(.rg-swatch) { white-space: nowrap; }
.rg-table td.s { min-width: 15rem; white-space: pre-line; overflow-wrap: anywhere; }
.rg-table code { font-size: .92em; }
.rg-table tbody tr:hover { background: color-mix(in srgb, currentColor 6%, transparent); }
.rg-table a, .rg-facts a, .rg-note a { color: inherit; text-underline-offset: .15em; }
:is([data-testid="stSidebarNavLink"], [data-testid="stMain"], .rg-scroll, .rg-table a, .rg-note a):focus-visible {
  outline: 2px solid currentColor !important; outline-offset: -2px; }
.rg-swatch { display: inline-block; width: .8em; height: .8em; border-radius: .2em; margin-right: .45em;
  border: 1px solid color-mix(in srgb, currentColor 35%, transparent); vertical-align: -.05em; }
.rg-note { font-size: .95rem; margin: 0 0 .5rem; }
.rg-quiet { opacity: .8; }
.rg-tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.3rem, 1fr)); gap: .75rem; margin: 0 0 .5rem;
  padding: 0 !important; }
.rg-tile { border: 1px solid color-mix(in srgb, currentColor 16%, transparent); border-radius: .5rem;
  padding: .7rem .9rem; }
.rg-tile dt { font-weight: 600; font-size: .93rem; } .rg-tile dd { margin: 0; font-size: .88rem; line-height: 1.35; }
.rg-tile dd.rg-figure { font-size: 1.65rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.rg-facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem;
  margin: .25rem 0 1rem; padding: 0 !important; }
.rg-facts dt { font-weight: 600; } .rg-facts dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 1100px) { .stColumn { flex: 1 1 19rem !important; min-width: min(19rem, 100%) !important; } }
[data-testid="stBaseButton-segmented_controlActive"], [data-testid="stBaseButton-segmented_controlActive"] p {
  color: inherit !important; }
[data-testid="stBaseButton-primary"] { background: #1F5FA8; border-color: #1F5FA8; }
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] p { color: #fff !important; }
.stMainBlockContainer { padding-top: 2.5rem; max-width: 1500px; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit !important; opacity: 1; }
[data-testid="stCaptionContainer"] { opacity: .85; font-size: .9rem; }
.stMarkdown p code, .stAlert code { white-space: pre-wrap; overflow-wrap: anywhere; }
</style>"""

# A page without one of its own would have the browser fetch a drawing from elsewhere.
ICON = (
    '<svg viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1F5FA8"/>'
    '<g fill="#fff"><rect x="7" y="17" width="5" height="8"/><rect x="14" y="12" width="5" height="13"/>'
    '<rect x="21" y="7" width="5" height="18"/></g></svg>'
)
