"""What instructors and students read: a table of scores, a page a student, and which mistakes the class makes."""

import csv
import html
import io
import json
import re
from collections import defaultdict
from pathlib import Path

from course import notebook
from course.grading.hidden import FAILED

STYLE = """
body { font-family: system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .35rem .6rem; vertical-align: top }
tr { border-bottom: 1px solid #ddd } td.n, th.n { text-align: right; white-space: nowrap }
pre { white-space: pre-wrap; margin: .3rem 0; background: #f6f6f4; padding: .5rem .7rem } .passed { color: #176b3a }
.wrong { color: #a3241c } .manual, .unattempted { color: #666 } h2 { margin-top: 2rem }
"""


def write(output: Path, records: list[dict], notes: list[str]):
    """Write `scores.csv`, `scores.json`, `class.html` and `students/*.html`."""
    notebook.write(table(records), output / "scores.csv")
    content = {"submissions": [totals(record) for record in records], "notes": notes}
    notebook.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n", output / "scores.json")
    notebook.write(class_page(records, notes), output / "class.html")
    students = defaultdict(list)
    for record in records:
        students[record["student"]].append(record)
    for student, own in students.items():
        notebook.write(student_page(student, own), output / "students" / f"{student}.html")


def totals(record: dict) -> dict:
    """A record with its sums; `to_grade` are the cells that wait for a person."""
    scores = record["scores"]
    waiting = [score["cell"] for score in scores if score["points"] is None]
    return {
        "student": record["student"],
        "lesson": record["lesson"],
        "points": sum(score["points"] or 0 for score in scores),
        "most": sum(score["most"] for score in scores),
        "to_grade": waiting,
        **{key: record[key] for key in ("scores", "notes", "file", "seconds")},
    }


def table(records: list[dict]) -> str:
    """The scores as CSV: a line a submission, a column a graded cell."""
    cells = list(dict.fromkeys((record["lesson"], score["cell"]) for record in records for score in record["scores"]))
    stream = io.StringIO()
    lines = csv.writer(stream, lineterminator="\n")
    lines.writerow(["student", "lesson", "points", "most", *(f"{lesson}: {cell}" for lesson, cell in cells), "notes"])
    for record in map(totals, records):
        points = {(record["lesson"], score["cell"]): score["points"] for score in record["scores"]}
        shown = [points[cell] if points.get(cell) is not None else "" for cell in cells]
        row = [record["student"], record["lesson"], record["points"], record["most"], *shown, " ".join(record["notes"])]
        lines.writerow([_plain(value) for value in row])
    return stream.getvalue()


def _plain(value):
    """Text that a spreadsheet would take for a formula gets a quote before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def mistakes(records: list[dict]) -> list[tuple[str, str, list[tuple[str, list[str]]]]]:
    """`(lesson, exercise, [(mistake, students)])`, the commonest first. A mistake is the cause that a check names."""
    found: dict = {}
    for record in records:
        for score in record["scores"]:
            kinds = found.setdefault((record["lesson"], score["cell"]), defaultdict(list))
            if score["how"] not in ("passed", "manual"):
                kinds[mistake(score)].append(record["student"])
    return [
        (*key, sorted(((kind, sorted(who)) for kind, who in kinds.items()), key=lambda item: (-len(item[1]), item[0])))
        for key, kinds in found.items()
    ]


def mistake(score: dict) -> str:
    """The words under which a mistake is counted: the same for all who make it, whatever numbers they got."""
    if score["how"] == "not attempted":
        return "not attempted"
    said = score["cause"] or score["finding"] or "no points, and no error"
    return re.sub(r"\s+", " ", said).strip()[:300]


def class_page(records: list[dict], notes: list[str]) -> str:
    """Which mistakes, how many students, by exercise; what the instructor has to look at."""
    parts = ["<h1>The class</h1>", f"<p>{len(records)} submissions.</p>"]
    for lesson, cell, kinds in mistakes(records):
        scores = [s for record in records if record["lesson"] == lesson for s in record["scores"] if s["cell"] == cell]
        passed = sum(score["how"] == "passed" for score in scores)
        waiting = sum(score["points"] is None for score in scores)
        more = f", {waiting} to be graded by hand" if waiting else ""
        parts.append(f"<h2>{_text(lesson)}: {_text(cell)}</h2><p>{passed} of {len(scores)} passed{more}.</p>")
        rows = [
            f'<tr><td class="n">{len(who)}</td><td>{_text(kind)}</td><td>{_text(", ".join(who))}</td></tr>'
            for kind, who in kinds
        ]
        if rows:
            head = '<tr><th class="n">students</th><th>mistake</th><th>who</th></tr>'
            parts.append(f"<table>{head}{''.join(rows)}</table>")
    looked = [(record["student"], record["lesson"], note) for record in records for note in record["notes"]]
    if looked or notes:
        rows = [
            f"<tr><td>{_text(who)}</td><td>{_text(which)}</td><td>{_text(note)}</td></tr>"
            for who, which, note in looked
        ]
        rows += [f"<tr><td></td><td></td><td>{_text(note)}</td></tr>" for note in notes]
        parts.append(f"<h2>Notes</h2><table>{''.join(rows)}</table>")
    return _page("The class", parts)


def student_page(student: str, records: list[dict]) -> str:
    """What was asked, the points and the checks' words; nothing of a hidden test, and no note to the instructor."""
    parts = [f"<h1>{_text(student)}</h1>"]
    for record in map(totals, records):
        points = f"{record['points']:g} of {record['most']:g} points"
        if record["to_grade"]:
            points += f", {len(record['to_grade'])} still to be graded"
        parts.append(f"<h2>{_text(record['lesson'])}: {points}</h2>")
        rows = [_row(score) for score in record["scores"]]
        head = '<tr><th>exercise</th><th>what came of it</th><th class="n">points</th></tr>'
        parts.append(f"<table>{head}{''.join(rows)}</table>")
    return _page(student, parts)


def _row(score):
    points = "–" if score["points"] is None else f"{score['points']:g}"
    how = {"manual": "will be graded by a person"}.get(score["how"], score["how"])
    said = ""
    if score["how"] == "wrong":
        said = FAILED if score["hidden"] else "\n".join(filter(None, (score["finding"], score["cause"])))
    said = f"<pre>{_text(said)}</pre>" if said else ""
    kind = "unattempted" if score["how"] == "not attempted" else score["how"]
    return (
        f"<tr><td>{_text(score['title'])}<br><small>{_text(score['cell'])}</small></td>"
        f'<td><span class="{kind}">{_text(how)}</span>{said}</td><td class="n">{points} of {score["most"]:g}</td></tr>'
    )


def _page(title, parts):
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{_text(title)}</title>'
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head><body>\n{body}\n</body></html>\n'


def _text(value):
    return html.escape(str(value))
