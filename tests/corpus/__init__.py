"""Hostile files, hostile names and a few honest files: made here, each with the answer that it must get."""

from tests.corpus import images, names, office, pdfs, pretenders
from tests.corpus.cases import Case

CORPUS: tuple[Case, ...] = (*pdfs.CASES, *images.CASES, *office.CASES, *pretenders.CASES, *names.CASES)
ACCEPTED = tuple(case for case in CORPUS if case.code is None)
