"""The command `analysis`: check what the study reads, try the dictionary on a text, have sentences coded."""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.inputs import MOST_NAMED, InputError, decode, read_text

if TYPE_CHECKING:
    from analysis.study import Study

HOME = Path(__file__).parents[2]  # the study this package came with, for calls from elsewhere

CHECK_HELP = """\
Read the manifest, the texts, dictionary, glossary, codings, ties and findings of the study, which is the nearest folder
upwards that holds data/corpus.yml, and say what is wrong and where.

example:
  analysis check
      study: /home/me/security
      data/corpus.yml: 3 documents, 150 paragraphs, 563 sentences
        2014: 84 paragraphs; lines: 632 body, 26 heading, 15 apparatus, 116 blank
      ...
"""
TAG_HELP = """\
Find the terms of the theme dictionary in a text and write one row per hit, as CSV, to standard output.

columns:
  line,theme,term,start,end    line from 1; start and end count characters in the line, from 0
                               (a hit that runs on into the next line is given to the end of its first)

examples:
  analysis tag speech.txt --lines        each line is one sentence
  analysis tag speech.txt                sentences may run over lines, an empty line ends a paragraph
  echo "Cyberaanvallen nemen toe." | analysis tag - --lines
      line,theme,term,start,end
      1,cyber,*cyber*,0,14
"""
SHEET_HELP = """\
Draw sentences of the study's texts and write a sheet for every theme and coder, to be coded in a spreadsheet.

Half of the sentences of a sheet were found by the dictionary, as many in every text; which ones is not shown. Coders
write 1 (the sentence speaks of the theme) or 0 in the column `code`. Keep key.csv to yourself: it holds the weights.

example:
  analysis sheet coding -n 60 --themes cyber migration --coders Anna Bram
      coding/cyber-Anna.csv
      ...
      coding/key.csv
"""
CODES_HELP = """\
Read coded sheets, check them, and write one row per sentence with the code of the majority, as CSV, to standard output.
How far coders agree (Krippendorff's alpha) goes to standard error.

example:
  analysis codes coding/*-*.csv --key coding/key.csv > data/annotations/own.csv
      (then name own.csv in data/annotations/codes.yml, with kind: human)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, or 2 where input cannot be used."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except InputError as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has gone (`analysis tag … | head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="analysis", description="Themes in dated texts: check, tag, code.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add(commands, "check", check, "check manifests, dictionaries and texts", CHECK_HELP)
    tag = _add(commands, "tag", tag_file, "find the dictionary's terms in a text of your own", TAG_HELP)
    tag.add_argument("file", help="text in UTF-8, or - for standard input")
    tag.add_argument("--lines", action="store_true", help="each line is one sentence")
    tag.add_argument("--themes", type=Path, help="another dictionary than data/themes.yml")
    tag.add_argument("--language", help="of the text (default: of the study's first text)")
    sheet = _add(commands, "sheet", draw_sheets, "draw sentences for people to code", SHEET_HELP)
    sheet.add_argument("folder", type=Path, help="where the sheets go")
    sheet.add_argument("-n", type=int, default=60, help="sentences for each theme (default: 60)")
    sheet.add_argument("--themes", nargs="+", metavar="THEME", help="themes (default: the declared ones)")
    sheet.add_argument("--coders", nargs="+", metavar="NAME", default=["A", "B"], help="their names (default: A B)")
    sheet.add_argument("--seed", type=int, default=1, help="another number draws other sentences (default: 1)")
    codes = _add(commands, "codes", combine_codes, "combine coded sheets", CODES_HELP)
    codes.add_argument("files", nargs="+", type=Path, metavar="FILE", help="coded sheets")
    codes.add_argument("--key", type=Path, help="key.csv of these sheets; without it every sentence counts alike")
    codes.add_argument("--blanks", choices=["refuse", "skip"], default="refuse", help="what to do where no code stands")
    return parser


def _add(
    commands: argparse._SubParsersAction, name: str, run: Callable[[argparse.Namespace], int], short: str, long: str
) -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser: argparse.ArgumentParser = commands.add_parser(name, help=short, description=long, formatter_class=raw)
    parser.set_defaults(run=run)
    return parser


def _root() -> Path:
    from analysis.study import MANIFEST, find_root

    try:
        return find_root()
    except InputError:
        if (HOME / MANIFEST).is_file():
            return HOME
        raise


def check(options: argparse.Namespace) -> int:
    """`analysis check`: which study is read, and every file of it, each with what it holds or what is wrong with it."""
    from analysis.study import MANIFEST, open_study

    root = _root()
    print(f"study: {root}" if root == Path.cwd() else f"study: {root} (there is no {MANIFEST} in {Path.cwd()})")
    study = cache(lambda: open_study(root=root))
    problems: dict[str, None] = {}  # each once, though several checks may meet it
    for describe in CHECKS:
        try:
            if said := describe(root, study):
                print(said)
        except InputError as error:
            problems[str(error)] = None
    for problem in problems:
        print(f"analysis: {problem}", file=sys.stderr)
    return 2 if problems else 0


def _check_corpus(root: Path, _: Callable[[], Study]) -> str:
    from analysis.corpus.read import read_corpus
    from analysis.study import MANIFEST

    texts = read_corpus(root / MANIFEST)
    sizes = ", ".join(_number(len(getattr(texts, name)), name) for name in ("documents", "paragraphs", "sentences"))
    roles = texts.lines.value_counts(["doc_id", "role"])
    lines = [f"{MANIFEST}: {sizes}"]
    for doc_id in texts.documents["doc_id"]:
        known = [role for role in ("body", "heading", "footnote", "apparatus", "blank") if (doc_id, role) in roles]
        counts = ", ".join(f"{roles[doc_id, role]} {role}" for role in known)
        n = int((texts.paragraphs["doc_id"] == doc_id).sum())
        lines.append(f"  {doc_id}: {_number(n, 'paragraphs')}; lines: {counts}")
    return "\n".join(lines)


def _number(n: int, what: str) -> str:
    return f"{n} {what.removesuffix('s') if n == 1 else what}"


def _check_languages(root: Path, _: Callable[[], Study]) -> str:
    """What is not known of the languages of the texts; nothing where all is."""
    from analysis.corpus.language import missing_resources
    from analysis.corpus.manifest import read_manifest
    from analysis.study import MANIFEST

    folder = (root / MANIFEST).parent / "language"
    codes = sorted(set(read_manifest(root / MANIFEST)["language"]))
    lacking = {code: ", ".join(missing_resources(code, folder)) for code in codes}
    return "\n".join(
        f"data/language/{code}: works less well without {names}" for code, names in lacking.items() if names
    )


def _check_themes(root: Path, _: Callable[[], Study]) -> str:
    from analysis.study import THEMES
    from analysis.themes.dictionary import read_themes

    themes = read_themes(root / THEMES)
    declared = ", ".join(themes.declared)
    sizes = _number(len(themes.names), "themes"), _number(len(themes.terms), "terms")
    return f"{THEMES}: {sizes[0]} (declared: {declared}), {sizes[1]}"


def _check_glossary(root: Path, study: Callable[[], Study]) -> str:
    from analysis.report.glossary import missing, read_glossary
    from analysis.study import GLOSSARY, find_input, list_shown_words

    path = find_input(root, GLOSSARY)
    if path is None:
        return ""
    meanings = read_glossary(path)  # first, so that its own defects are named whatever else is wrong
    without = missing(list_shown_words(study()), meanings)
    held = f"{GLOSSARY}: {_number(len(meanings), 'terms')}"
    others = len(without) - MOST_NAMED
    more = f" and {_number(others, 'others')}" if others > 0 else ""
    shown = f"shown without a gloss: {', '.join(without[:MOST_NAMED])}{more}"
    return f"{held}; {shown}" if without else f"{held}; every word shown has a gloss"


def _check_codings(root: Path, study: Callable[[], Study]) -> str:
    from analysis.study import CODES, find_input
    from analysis.validation.annotations import judge, list_errors, read_annotations

    annotations = read_annotations(find_input(root, CODES))
    if not annotations.themes:
        return f"{CODES}: no coded sentences, so nothing says how often the dictionary is right"
    judged = judge(study(), annotations)
    errors = list_errors(judged)["theme"].isin(study().themes.declared).sum()
    sizes = f"{_number(judged['sentence_id'].nunique(), 'coded sentences')} ({annotations.kind} codes)"
    wrong = _number(errors, "errors")
    return f"data/annotations/{annotations.file}: {sizes}, {wrong} of the dictionary on declared themes"


def _check_ties(root: Path, study: Callable[[], Study]) -> str:
    from analysis.networks.network import build_incidence, choose_words, read_declared
    from analysis.study import TIES

    declared = read_declared(study().find(TIES), study().themes)
    if declared.words:
        choose_words(build_incidence(study()), declared.words, 0)
    return f"{TIES}: {_number(len(declared.pairs), 'pairs')} of themes and {_number(len(declared.words), 'words')}"


def _check_findings(root: Path, study: Callable[[], Study]) -> str:
    from analysis.robustness.specifications import read_findings
    from analysis.study import FINDINGS

    plan = read_findings(study().find(FINDINGS), themes=study().themes.names, texts=study().documents)
    return f"{FINDINGS}: {_number(len(plan.claims), 'findings')}"


CHECKS = (
    _check_corpus,
    _check_languages,
    _check_themes,
    _check_glossary,
    _check_codings,
    _check_ties,
    _check_findings,
)


def tag_file(options: argparse.Namespace) -> int:
    """`analysis tag`: the hits of the dictionary in one text, as CSV."""
    from analysis.themes.dictionary import read_themes, tag

    themes = read_themes(options.themes or _root() / "data/themes.yml")
    text = _read(options.file)
    spans = _line_spans(text) if options.lines else _sentence_spans(text, options.language)
    sentences = pd.DataFrame(
        {
            "sentence_id": [start for start, _ in spans],  # where it begins in the file tells a sentence from others
            "paragraph_id": "",
            "doc_id": "",
            "text": [text[start:end].replace("\n", " ") for start, end in spans],
        }
    )
    lines = [start for start, _ in _line_spans(text)]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["line", "theme", "term", "start", "end"])
    for hit in tag(sentences, themes).itertuples():
        start, end = hit.sentence_id + hit.start, hit.sentence_id + hit.end
        line = bisect_right(lines, start)
        end_of_line = lines[line] - 1 if line < len(lines) else len(text)
        begin = lines[line - 1]
        writer.writerow([line, hit.theme, hit.term, start - begin, min(end, end_of_line) - begin])
    sys.stdout.flush()
    return 0


def draw_sheets(options: argparse.Namespace) -> int:
    """`analysis sheet`: coding sheets for the texts of the study; prints what it wrote."""
    from analysis.inputs import check_choice
    from analysis.study import open_study
    from analysis.themes.attention import mark_units
    from analysis.validation.sampling import draw_sample
    from analysis.validation.sheets import write_sheets

    study = open_study(root=_root())
    themes = options.themes or study.themes.declared
    for theme in themes:
        check_choice(theme, "--themes", study.themes.names)
    sentences = study.corpus.sentences
    found = mark_units(study.hits, sentences["sentence_id"], themes)
    key = draw_sample(sentences, found, n=options.n, seed=options.seed)
    for path in write_sheets(options.folder, key, sentences, coders=options.coders, seed=options.seed):
        print(path)
    return 0


def combine_codes(options: argparse.Namespace) -> int:
    """`analysis codes`: coded sheets as one table of codes, and how far their coders agree."""
    from analysis.study import open_study
    from analysis.validation.sampling import combine
    from analysis.validation.sheets import read_key, read_sheets

    sentences = open_study(root=_root()).corpus.sentences
    codes = read_sheets(options.files, sentences, blanks=options.blanks)
    combined = combine(codes, sentences, key=read_key(options.key) if options.key else None)
    combined.codes.to_csv(sys.stdout, index=False, lineterminator="\n")
    for row in combined.agreement.itertuples():
        alpha = f"alpha {row.alpha:.2f} ({row.low:.2f} to {row.high:.2f})" if row.alpha == row.alpha else "no alpha"
        counts = f"{row.coders} coders, {row.units} sentences, {row.ties} ties"
        print(f"{row.theme}: {counts}, {alpha}", file=sys.stderr)
    return 0


def _read(name: str) -> str:
    if name == "-":
        return decode(sys.stdin.buffer.read(), "standard input")
    path = Path(name)  # a pipe that the user names is waited for: analysis tag <(pdftotext speech.pdf -)
    return decode(path.read_bytes(), path) if path.is_fifo() else read_text(path)


def _line_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every line."""
    return [match.span() for match in re.finditer(r"^.*$", text, re.MULTILINE)]


def _sentence_spans(text: str, code: str | None) -> list[tuple[int, int]]:
    """Start and end of every sentence, in paragraphs that end at an empty line."""
    from analysis.corpus.language import read_language, split_sentences
    from analysis.corpus.manifest import read_manifest
    from analysis.study import MANIFEST

    root = _root()
    code = code or read_manifest(root / MANIFEST).loc[0, "language"]
    language = read_language(code, root / "data/language")
    spans = []
    for paragraph in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text):
        for start, end in split_sentences(paragraph[0].replace("\n", " "), language):
            spans.append((paragraph.start() + start, paragraph.start() + end))
    return spans
