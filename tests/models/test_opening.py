"""What opens files is started once and survives them all; whatever a file does, it does to a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models import opening
from models.opening import Server
from models.probes.outcomes import Outcome
from tests.corpus.cases import PAGE
from tests.corpus.cases import pdf as make_pdf
from tests.corpus.pdfs import GUIDE
from tests.services.portal import wait_until

Altered = Callable[[str], None]
MODELS = str(Path(opening.__file__).parent)
SCRIPT = """
import os, sys, time, types
sys.modules["models"] = types.ModuleType("models")
sys.modules["models"].__path__ = [{models!r}]
from models.probes import pdf, server
{code}
server.serve(sys.stdin.buffer, sys.stdout.buffer)
"""
ONCE = """
def once(path, _):
    if path.name == "harmful":
        {harm}
    return 0
pdf.examine = once
"""
PROGRAM = f"""
import sys, types
from pathlib import Path
sys.modules["models"] = types.ModuleType("models")
sys.modules["models"].__path__ = [{MODELS!r}]
from models import opening
opening.outcome_of("pdf", "application/pdf", Path(sys.argv[1]))
print(opening._idle[0].process.pid, flush=True)
"""


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    """Those that this test starts."""
    started: list[Server] = []

    class Known(Server):
        def __init__(self) -> None:
            super().__init__()
            started.append(self)

    monkeypatch.setattr(opening, "_idle", [])
    monkeypatch.setattr(opening, "Server", Known)
    yield started
    for server in started:
        server.end()


@pytest.fixture
def altered(servers: list[Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Altered:
    """Have the servers of this test do something else first."""

    def alter(code: str) -> None:
        script = tmp_path / "server.py"
        script.write_text(SCRIPT.format(models=MODELS, code=code))
        monkeypatch.setattr(opening, "_SERVER", str(script))

    return alter


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    path = tmp_path / "guide"
    path.write_bytes(GUIDE)
    return path


def opened(path: Path) -> Outcome:
    return opening.outcome_of("pdf", "application/pdf", path)


def is_gone(process: int) -> bool:
    """One that has ended has no command line, even where nobody asks for its exit code."""
    try:
        return not Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_one_process_opens_file_after_file(guide: Path, servers: list[Server]) -> None:
    assert [opened(guide) for _ in range(5)] == [Outcome.ACCEPTED] * 5
    assert len(servers) == 1


def test_it_knows_no_secret_and_holds_no_descriptor_of_ours(
    guide: Path, servers: list[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLDE_SECRET_KEY", "secret")
    with guide.open("rb") as mine:
        os.set_inheritable(mine.fileno(), True)
        opened(guide)
    process = Path(f"/proc/{servers[0].process.pid}")
    assert b"SOLDE" not in (process / "environ").read_bytes()
    assert {entry.name for entry in (process / "fd").iterdir()} == {"0", "1", "2"}


@pytest.mark.parametrize(
    "harm",
    ["while True: pass", "time.sleep(600)", "os.kill(os.getpid(), 11)", "os._exit(0)", "bytearray(2**30)"],
    ids=["endless", "asleep", "crashed", "silent", "large"],
)
def test_a_hostile_file_ends_its_own_child_only(
    harm: str, guide: Path, servers: list[Server], altered: Altered, tmp_path: Path
) -> None:
    altered("server._WALL_SECONDS = 3\n" + ONCE.format(harm=harm))
    assert opened(guide.rename(tmp_path / "harmful")) is Outcome.UNREADABLE
    assert opened(tmp_path / "another") is Outcome.ACCEPTED
    assert len(servers) == 1


def test_a_child_has_little_time_and_memory(servers: list[Server], altered: Altered, guide: Path) -> None:
    limits = "server.resource.getrlimit(getattr(server.resource, f'RLIMIT_{name}'))[1]"
    altered(f"""
def told(*_):
    raise ImportError([{limits} for name in ("CPU", "AS", "CORE")] + [server.signal.alarm(0) > 0])
pdf.examine = told
""")
    with pytest.raises(RuntimeError, match=rf"\[1, {1024**3}, 0, True\]"):
        opened(guide)


def test_a_server_that_was_killed_is_replaced(guide: Path, servers: list[Server]) -> None:
    opened(guide)
    servers[0].process.kill()
    assert opened(guide) is Outcome.ACCEPTED
    assert len(servers) == 2


@pytest.mark.parametrize("ending", ["os._exit(1)", "print('nonsense', flush=True)", "print('[99, 0]', flush=True)"])
def test_one_that_ends_or_answers_nonsense_is_replaced(
    ending: str, guide: Path, servers: list[Server], altered: Altered, tmp_path: Path
) -> None:
    altered(f"""
if not os.path.exists({str(tmp_path / "begun")!r}):
    sys.stdin.buffer.readline()
    open({str(tmp_path / "begun")!r}, "w").close()
    {ending}
    time.sleep(600)
""")
    assert opened(guide) is Outcome.ACCEPTED
    assert len(servers) == 2
    assert not servers[0].is_alive()


def test_it_is_not_replaced_for_ever(guide: Path, servers: list[Server], altered: Altered) -> None:
    altered("sys.exit()")
    with pytest.raises(RuntimeError, match="does not answer"):
        opened(guide)
    assert len(servers) == 3


def test_a_file_that_takes_too_long_is_refused_and_nothing_of_it_stays(
    servers: list[Server], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "endless")
    monkeypatch.setattr(opening, "_SECONDS", 0.5)
    assert opened(tmp_path / "endless") is Outcome.UNREADABLE
    with pytest.raises(ProcessLookupError):
        wait_until(lambda: os.killpg(servers[0].process.pid, 0))


def test_what_is_broken_blames_no_file(guide: Path, servers: list[Server]) -> None:
    with pytest.raises(RuntimeError, match="nothing_of_that_name"):
        opening.outcome_of("nothing_of_that_name", "application/pdf", guide)
    assert opened(guide) is Outcome.ACCEPTED


def test_each_of_many_at_once_gets_its_own_answer(servers: list[Server], tmp_path: Path) -> None:
    kinds = {Outcome.ACCEPTED: GUIDE, Outcome.UNREADABLE: PAGE, Outcome.ENCRYPTED: make_pdf(password="secret")}
    for outcome, content in kinds.items():
        (tmp_path / outcome.name).write_bytes(content)
    expected = list(kinds) * 16
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda outcome: opened(tmp_path / outcome.name), expected)) == expected
    assert len(servers) <= 8


def test_it_ends_when_nobody_is_left_to_ask(guide: Path, servers: list[Server]) -> None:
    opened(guide)
    servers[0].process.terminate()  # as a service's manager may: whoever asks is still there
    assert opened(guide) is Outcome.ACCEPTED
    servers[0]._socket.close()
    assert servers[0].process.wait(60) == 0


def test_a_program_that_ends_takes_it_along_without_a_word(guide: Path) -> None:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM, str(guide)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert is_gone(int(ended.stdout))


def test_a_program_that_is_killed_leaves_nothing_behind(guide: Path) -> None:
    command = [sys.executable, "-c", PROGRAM + "sys.stdin.read()", str(guide)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as program:
        assert program.stdout
        server = int(program.stdout.readline())
        assert not is_gone(server)
        program.send_signal(signal.SIGKILL)
    wait_until(lambda: is_gone(server))
