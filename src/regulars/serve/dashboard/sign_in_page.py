"""The pages in front of the dashboard: to sign in with a key, to sign out, and what is missing; without a script."""

from __future__ import annotations

import re
from html import escape

from starlette.responses import HTMLResponse

from regulars.serve.charts.theme import DARK, LIGHT

ENTRY = "/dashboard/"
_OUTSIDE = re.compile(r"[\x00-\x1f\\]|//")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_STYLE = f"""
:root {{ color-scheme: light dark; --ground: {LIGHT.background}; --text: {LIGHT.text}; --soft: {LIGHT.text_soft};
  --line: {LIGHT.grid}; --main: {LIGHT.mark}; --on-main: #fff; --bad: {LIGHT.warning}; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ground: {DARK.background}; --text: {DARK.text};
  --soft: {DARK.text_soft}; --line: {DARK.grid}; --main: {DARK.mark}; --on-main: #000; --bad: {DARK.warning}; }} }}
body {{ font: 16px/1.5 system-ui, sans-serif; background: var(--ground); color: var(--text); margin: 0; }}
main {{ max-width: 26rem; margin: 12vh auto 0; padding: 0 1.25rem; }}
h1 {{ font-size: 1.6rem; margin: 0 0 .25rem; }}
p {{ color: var(--soft); }}
p.wrong {{ color: var(--bad); font-weight: 600; }}
label {{ display: block; font-weight: 600; margin-top: 1.5rem; }}
input {{ box-sizing: border-box; width: 100%; font: inherit; padding: .6rem; margin: .35rem 0 1rem; color: inherit;
  background: transparent; border: 1px solid var(--soft); border-radius: .4rem; }}
button {{ font: inherit; font-weight: 600; padding: .6rem 1.4rem; border: 0; border-radius: .4rem;
  background: var(--main); color: var(--on-main); cursor: pointer; }}
:focus-visible {{ outline: 3px solid var(--main); outline-offset: 2px; }}
code {{ font-size: .95em; color: var(--text); }}
"""


def sign_in(target: str, *, wrong: str = "", has_keys: bool = True, status: int = 401) -> HTMLResponse:
    """The form that asks for a key.

    Args:
        target: The page that was asked for, which comes after.
        wrong: Why the last try failed.
        has_keys: Whether there is any key to sign in with.
        status: Of the answer.
    """
    said = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    hint = "The server’s owner gives one with <code>regulars keys add NAME</code>."
    if not has_keys:
        hint = "No key was given yet: make one with <code>regulars keys add NAME</code> on the server’s machine."
    body = f"""<h1>Regulars</h1><p>Sign in with your API key. {hint}</p>{said}
<form method="post" action="{ENTRY}sign-in">
<input type="hidden" name="target" value="{escape(inside(target))}">
<label for="key">API key</label>
<input id="key" name="key" type="password" required autofocus autocomplete="current-password" maxlength="200">
<button type="submit">Sign in</button></form>"""
    return _page("Sign in", body, status)


def sign_out(name: str) -> HTMLResponse:
    """The button that ends a session; a link alone would let other pages end it."""
    body = f"""<h1>Sign out?</h1><p>You are signed in with the key {escape(name)}.</p>
<form method="post" action="{ENTRY}sign-out"><button type="submit">Sign out</button></form>
<p><a href="{ENTRY}">Back to the dashboard</a></p>"""
    return _page("Sign out", body, 200)


def not_here(reason: str, repair: str) -> HTMLResponse:
    """Why there is no dashboard, and what to do about it; the REST API works all the same."""
    body = f"<h1>No dashboard here</h1><p>{escape(reason)}</p><p>{repair}</p>"
    return _page("No dashboard", body, 503)


def inside(target: str) -> str:
    """A page of the dashboard, whatever is asked for: nobody is sent elsewhere after signing in."""
    return target if target.startswith(ENTRY) and not _OUTSIDE.search(target) else ENTRY


def _page(title: str, body: str, status: int) -> HTMLResponse:
    content = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Regulars</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )
    # Told to send no referrer at all, a browser sends no origin with the form either, and is taken for foreign.
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return HTMLResponse(content, status, headers)
