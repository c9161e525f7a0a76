"""Horizontal bars as SVG: how many times faster than the best peer, a bar for fast and one for strict."""

from xml.sax.saxutils import escape

LEFT, WIDTH, LINE = 190, 420, 34
COLORS = {"fast": "#2f6db3", "strict": "#9dbfe3"}


def bar(y, value, scale, color):
    length = max(1.0, value * scale)
    return (f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="12" fill="{color}"/>'
            f'<text x="{LEFT + length + 5:.1f}" y="{y + 10}" font-size="11">{value:.2f}</text>')


def bars(rows):
    """rows: (name, ratio fast or None, ratio strict or None)."""
    most = max([value for row in rows for value in row[1:] if value] or [1.0])
    scale = WIDTH / max(most, 1.0)
    height = 40 + LINE * len(rows) + 24
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 60}" height="{height}" '
             f'font-family="sans-serif" font-size="12">',
             '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="{LEFT}" y="16">time of the best peer / time of Luge (longer is better)</text>']
    for number, (name, fast, strict) in enumerate(rows):
        y = 32 + LINE * number
        parts.append(f'<text x="{LEFT - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>')
        parts += [bar(y + 13 * k, value, scale, COLORS[kind]) for k, (kind, value) in
                  enumerate([("fast", fast), ("strict", strict)]) if value]
    one = LEFT + scale
    parts.append(f'<line x1="{one:.1f}" x2="{one:.1f}" y1="26" y2="{height - 24}" stroke="#c33" stroke-dasharray="4 3"/>')
    for k, (kind, color) in enumerate(COLORS.items()):
        x, y = LEFT + 110 * k, height - 16
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="10" fill="{color}"/>'
                     f'<text x="{x + 18}" y="{y + 9}">math = {kind}</text>')
    return "\n".join(parts) + "\n</svg>\n"
