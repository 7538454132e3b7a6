"""Answers file after file, each opened by a child of its own with little time and memory: a hostile one ends only that.

It has one thread, as whoever forks must, and ends when whoever asks is gone.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import traceback
from pathlib import Path
from typing import BinaryIO, NoReturn

from models.probes.outcomes import Outcome

_CPU_SECONDS = 1
_WALL_SECONDS = 20  # for a child that waits for its processor, or for a disk
_MEMORY_BYTES = 1024**3
_LONGEST_ERROR = 600  # characters: an answer arrives in one piece


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """One line asks (probe, content type, path), one line answers (outcome, what went wrong)."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # Who asks waits for the last answer, then goes.
    gc.freeze()  # Children share what is loaded, and do not look through it.
    for question in questions:
        answers.write((_answer(question) or json.dumps([Outcome.UNREADABLE, ""]).encode()) + b"\n")
        answers.flush()


def _answer(question: bytes) -> bytes:
    """What a child says of that file; nothing when it came to its end before."""
    reading, writing = os.pipe()
    if not (child := os.fork()):
        _answer_as_child(question, writing)
    os.close(writing)
    with open(reading, "rb") as said:  # noqa: PTH123 - a descriptor
        answer = said.read()
    os.waitpid(child, 0)
    return answer


def _answer_as_child(question: bytes, writing: int) -> NoReturn:
    """Say it and end, whatever happens, without the socket of the server."""
    try:
        os.dup2(writing, 1)
        os.close(0)
        limit_resources()
        os.write(writing, json.dumps(_examine(*json.loads(question))).encode())
    finally:
        os._exit(0)


def _examine(name: str, content_type: str, path: str) -> tuple[Outcome, str]:
    """The outcome for that file, of the probe of that name."""
    try:
        opinion = importlib.import_module("models.probes.opinion")
        return opinion.examine(importlib.import_module(f"models.probes.{name}"), content_type, Path(path)), ""
    except Exception:  # ours to mend: no fault of the file's
        return Outcome.BROKEN, traceback.format_exc()[-_LONGEST_ERROR:]


def limit_resources() -> None:
    """From here on, more than a second of processor, a gibibyte or a good while ends this process."""
    signal.alarm(_WALL_SECONDS)
    with contextlib.suppress(ValueError, OSError):  # not every system lets a process limit itself so
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
