"""Pages of the finance door for a browser: plain HTML, drawn on the server, for reading only.

Owns: what the pages show, in English and German, and how they look.
Guarantees: no script, nothing from elsewhere, nothing kept in a cache, no page without a pass.
Never: changes anything but the pass itself.
"""
