"""Show text to a learner: HTML in a notebook, plain text anywhere else."""

import html
import re
import sys


def shell():
    """The IPython shell in which this runs, or `None`."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def show(text, colour="#888"):
    """Print the text, or display it beside a coloured bar in a notebook."""
    if not hasattr(shell(), "kernel"):
        print(text)
        return
    from IPython.display import display

    lines = "<br>".join(_marked(line) for line in text.splitlines())
    style = f"border-left: 4px solid {colour}; padding: 0.2em 0.8em"
    display({"text/html": f'<div style="{style}">{lines}</div>', "text/plain": text}, raw=True)


def show_table(header, rows):
    """Print rows of text in columns, or display them as a table in a notebook."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows)]
    text = "\n".join(line.rstrip() for line in lines)
    if not hasattr(shell(), "kernel"):
        print(text)
        return
    from IPython.display import display

    table = "".join(_row(row, tag) for row, tag in ((header, "th"), *((row, "td") for row in rows)))
    display({"text/html": f"<table>{table}</table>", "text/plain": text}, raw=True)


def _row(cells, tag):
    return "<tr>" + "".join(f'<{tag} style="text-align: left">{_marked(cell)}</{tag}>' for cell in cells) + "</tr>"


def _marked(text):
    """HTML with `code` set as code and addresses as links."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
    return re.sub(r"(https?://[^\s<]+)", r'<a href="\1" target="_blank">\1</a>', text)
