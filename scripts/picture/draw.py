"""Draws a terminal's output as SVG, light and dark: python picture.py <folder> < output with ANSI colours"""

import sys
from pathlib import Path

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI, TerminalTheme

# GitHub's colours for a light page, with enough contrast for dim text.
LIGHT = TerminalTheme(
    (255, 255, 255),
    (36, 41, 47),
    [(36, 41, 47), (207, 34, 46), (17, 99, 41), (130, 80, 0), (9, 105, 218), (130, 80, 223), (27, 124, 131), (87, 96, 106)],
)
# The picture must not load a font from elsewhere.
FORMAT = """<svg viewBox="0 0 {picture_width} {picture_height}" xmlns="http://www.w3.org/2000/svg">
<style>.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px; line-height: {line_height}px; white-space: pre }}
{styles}</style>
<rect fill="{background}" width="{picture_width}" height="{picture_height}" rx="8"/>
<g transform="translate(16, 16)"><g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""

# Rich draws a cell of 12.2 by 24.4 units. The margin is 16 units.
CELL_WIDTH, CELL_HEIGHT, MARGIN = 12.2, 24.4, 16

lines = list(AnsiDecoder().decode(sys.stdin.read().strip("\n")))
for name, theme, background in [("light", LIGHT, "#ffffff"), ("dark", DIMMED_MONOKAI, "#191919")]:
    width = max(line.cell_len for line in lines)
    console = Console(record=True, width=width, file=open("/dev/null", "w"), force_terminal=True)
    for line in lines:
        console.print(line, no_wrap=True)
    sizes = {
        "{background}": background,
        "{picture_width}": f"{width * CELL_WIDTH + 2 * MARGIN:.0f}",
        "{picture_height}": f"{len(lines) * CELL_HEIGHT + 2 * MARGIN:.0f}",
    }
    code_format = FORMAT
    for field, value in sizes.items():
        code_format = code_format.replace(field, value)
    svg = console.export_svg(theme=theme, code_format=code_format, unique_id="demo")
    Path(sys.argv[1], f"demo-{name}.svg").write_text(svg)
