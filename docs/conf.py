"""Sphinx's configuration of the site. docs/build.py puts the pages together and calls Sphinx."""

project = "uasyncio-priority"
extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["files"]

# Anchors of headings as GitHub makes them, so that the same links work in both.
myst_heading_anchors = 4

html_theme = "furo"
html_title = "uasyncio-priority"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_static_path = ["static"]
html_css_files = ["site.css"]
