"""What the repository's own code can do: to processes, to files, to the check that talks to it, and to who reads of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hostile.matrix import Case
from standins.processes import until

from pytest_flops_mock import MLRepository, Report
from pytest_flops_mock.judging.failures import failure_finding
from pytest_flops_mock.judging.loading import load_failures
from pytest_flops_mock.learner.channel import Channel
from pytest_flops_mock.learner.facts import Failure
from pytest_flops_mock.learner.limits import Limits
from pytest_flops_mock.learner.process import LearnerProcess
from pytest_flops_mock.learner.requests import AGGREGATOR, HELLO, LOAD
from pytest_flops_mock.report.github import annotations as annotated
from pytest_flops_mock.report.markdown import markdown
from pytest_flops_mock.stage import Stage

MANAGER = """
class ModelManager:
    def __init__(self):
{body}

    def get_model(self):
        return self

    def get_model_parameters(self):
        import numpy
        return [numpy.zeros(1)]
"""

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----"
DENIED = ("FM503", "PermissionError", "the check lets the repository write below its own folder")
LIED = "it wrote to the pipe over which the check talks to it"
LIMITS = Limits(memory=2 * 10**9, processes=40, threads=400)

WRITE = """
import os
def write_to_pipes(data):
    for number in range(3, 256):
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("pipe:"):
                os.write(number, data)
        except OSError:
            continue
"""

GRANDPARENT = """
import os
status = open(f"/proc/{os.getppid()}/stat").read()
grandparent = int(status.rpartition(")")[2].split()[1])
"""


def prepared(ground: Path, body: str) -> Path:
    """The user's repository, home folder with a key in it, and current folder, which is the ground."""
    (ground / "repository").mkdir()
    manager = MANAGER.format(body=textwrap.indent(textwrap.dedent(body), " " * 8).replace("GROUND", str(ground)))
    (ground / "repository" / "model_manager.py").write_text(manager, encoding="utf-8")
    (ground / "repository" / "weights").write_text("weights", encoding="utf-8")
    for name in (".ssh/id_ed25519", ".netrc", ".config/tool/token", "notes"):
        path = ground / "user" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(KEY, encoding="utf-8")
    return ground / "repository"


def tree(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file below a folder, its mode and what it holds."""
    return {str(path): (path.lstat().st_mode, path.read_text() if path.is_file() else "") for path in folder.rglob("*")}


def run(body: str, *, limits: Limits = LIMITS, timeout: float = 15) -> Callable[[Path], str]:
    """Let a ``ModelManager()`` do it in a child, and return what is said of it in every form of a report.

    Whatever it does, nothing of the user's has changed, and every form is text that can be written.
    """

    def act(ground: Path) -> str:
        repository = prepared(ground, body)
        before = tree(ground)
        home, os.environ["HOME"] = os.environ.get("HOME"), str(ground / "user")
        try:
            with LearnerProcess(MLRepository.at(repository), limits=limits) as process:
                answer = Channel(process, timeout).ask(AGGREGATOR)
        finally:
            os.environ.pop("HOME") if home is None else os.environ.update(HOME=home)
        assert tree(ground) == before
        if not isinstance(answer, Failure):
            return f"passed\n{answer.output}"
        report = Report("it", findings=(failure_finding(answer, Stage.AGGREGATOR, {}, ()),))
        forms = (str(report), repr(report), report.to_json(), markdown([report]))
        told = (*forms, *annotated([report], workspace=ground))
        for form in told:
            form.encode()
            assert not [char for char in form if not char.isprintable() and char != "\n"], form
        assert [line for form in forms for line in form.splitlines() if line.lstrip().startswith("::")] == []
        return "\n".join(told)

    return act


PARENT = """
import sys
from pathlib import Path
from hostile.child_cases import LIMITS
from pytest_flops_mock import MLRepository
from pytest_flops_mock.learner.channel import Channel
from pytest_flops_mock.learner.process import LearnerProcess
from pytest_flops_mock.learner.requests import AGGREGATOR
with LearnerProcess(MLRepository.at(sys.argv[1]), limits=LIMITS, pass_env=["SIGN"]) as process:
    Channel(process, 60).ask(AGGREGATOR)
"""


def killed(body: str, way: signal.Signals = signal.SIGKILL) -> Callable[[Path], str]:
    """Kill the process that checks while the child does it."""

    def act(ground: Path) -> str:
        (ground / "sign").mkdir()
        repository = prepared(
            ground, "import os\nopen(os.environ['SIGN'] + '/begun', 'w').close()\n" + textwrap.dedent(body)
        )
        environment = {**os.environ, "SIGN": str(ground / "sign"), "PYTHONPATH": str(Path(__file__).parents[1])}
        parent = subprocess.Popen([sys.executable, "-c", PARENT, str(repository)], env=environment)
        try:
            until((ground / "sign" / "begun").exists, "the beginning")
            parent.send_signal(way)
            parent.wait(20)
        finally:
            parent.kill()
            parent.wait()
        return "killed"

    return act


def forged(data: str) -> Callable[[Path], str]:
    """Write bytes to every pipe that there is, the channel among them, and then raise."""
    return run(f"{WRITE}write_to_pipes({data})\nraise ValueError('raised')")


def own_imports(ground: Path) -> str:
    """What is said where the limit ends the child in its own imports."""
    files = MLRepository.of_files({"model_manager.py": MANAGER.format(body="        pass")})
    with LearnerProcess(files, limits=replace(LIMITS, memory=50 * 10**6)) as process:
        channel = Channel(process, 60)
        channel.ask(HELLO)
        answer = channel.ask(LOAD, uri="grpc://127.0.0.1:1", tags=["x"], timeout=10)
    assert isinstance(answer, Failure)
    return str(Report("it", findings=load_failures(answer, "grpc://127.0.0.1:1", ())))


FORGED_FACTS = """
import sys
answers = sys.modules["_flops_child.telling"].Answers
send = answers.send
answers.send = lambda self, answer: send(self, {{**answer, "facts": {facts}}})
"""

CASES: list[Case] = [
    # Nothing remains.
    Case(
        "daemon",
        "it starts a process in a session of its own",
        "the process has ended with the check",
        run("import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)"),
        ("passed",),
    ),
    Case(
        "double-fork",
        "it forks twice, and its child ends, so that the grandchild has lost it",
        "the grandchild has ended with the check",
        run("import os, time\nif not os.fork():\n    os.setsid()\n    os.fork() or time.sleep(600)\n    os._exit(0)"),
        ("passed",),
    ),
    Case(
        "deaf-children",
        "its children ignore all signals that can be ignored",
        "they have ended with the check",
        run(
            """
            import os, signal, time
            for _ in range(3):
                if not os.fork():
                    for number in range(1, 32):
                        if number not in (signal.SIGKILL, signal.SIGSTOP):
                            signal.signal(number, signal.SIG_IGN)
                    time.sleep(600)
            """
        ),
        ("passed",),
    ),
    Case(
        "stopped-children",
        "its children are stopped",
        "they have ended with the check",
        run("import os, signal\nif not os.fork():\n    os.kill(os.getpid(), signal.SIGSTOP)"),
        ("passed",),
    ),
    Case(
        "hanging-atexit",
        "it exits, and what it has registered for the exit hangs",
        "the exit is an error, and nothing is waited for",
        run("import atexit, sys, time; atexit.register(time.sleep, 600); sys.exit(3)"),
        ("FM504", "sys.exit(3)"),
    ),
    Case(
        "adopting",
        "it has orphans given to itself (PR_SET_CHILD_SUBREAPER), and leaves some",
        "they have ended with the check",
        run(
            """
            import ctypes, os, time
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
            if not os.fork():
                os.fork() or time.sleep(600)
                os._exit(0)
            """
        ),
        ("passed",),
    ),
    Case(
        "many-processes",
        "it forks more processes than it may",
        "all are ended, and the error names the limit",
        run("import os, time\nfor _ in range(100):\n    os.fork() or time.sleep(600)\ntime.sleep(600)"),
        ("FM506", "takes more than the check allows it", "at most 40 processes"),
    ),
    Case(
        "fork-bomb",
        "every process that it forks forks others",
        "all are ended, and the error names the limit",
        run("import os, time\nfor _ in range(8):\n    os.fork()\ntime.sleep(600)"),
        ("FM506", "at most 40 processes"),
    ),
    Case(
        "many-threads",
        "it starts more threads than it may",
        "it is ended, and the error names the limit",
        run(
            """
            import threading, time
            for _ in range(600):
                threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
            time.sleep(600)
            """
        ),
        ("FM506", "at most 400 threads"),
    ),
    Case(
        "killed-while-stopped",
        "it stops itself, and pytest is killed",
        "it has ended, and its folder is gone",
        killed("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"),
        ("killed",),
    ),
    Case(
        "killed-while-in-native-code",
        "it is stuck in native code that keeps the interpreter's lock, and pytest is killed",
        "it has ended, and its folder is gone",
        killed("import ctypes; ctypes.PyDLL(None).sleep(600)"),
        ("killed",),
        slow=True,
    ),
    Case(
        "killed-with-daemons",
        "it has started a daemon that is deaf to signals, and pytest is killed",
        "both have ended, and its folder is gone",
        killed(
            """
            import subprocess, time
            subprocess.Popen(["nohup", "sleep", "600"], start_new_session=True)
            time.sleep(600)
            """
        ),
        ("killed",),
        slow=True,
    ),
    Case(
        "terminated",
        "pytest is ended by SIGTERM while it runs",
        "it has ended, and its folder is gone",
        killed("while True: pass", signal.SIGTERM),
        ("killed",),
        slow=True,
    ),
    Case(
        "kills-the-watchdog",
        "it kills the process that watches it",
        "it may not (Linux 6.12 and later)",
        run("import os; os.kill(os.getppid(), 9)"),
        ("FM503", "PermissionError"),
    ),
    Case(
        "kills-pytest",
        "it kills the process that checks it",
        "it may not (Linux 6.12 and later)",
        run(GRANDPARENT + "os.kill(grandparent, 15)"),
        ("FM503", "PermissionError"),
    ),
    Case(
        "kills-everything",
        "it kills all processes that it can",
        "its own processes end, and nobody else's",
        run("import os; os.kill(-1, 9); os.kill(os.getpid(), 9)"),
        ("FM506", "signal SIGKILL"),
    ),
    # Files.
    Case(
        "writes-the-repository",
        "it writes into the user's repository",
        "it may not, and the error says where it may",
        run("open('GROUND/repository/weights', 'w')"),
        DENIED,
    ),
    Case(
        "new-file-in-the-repository",
        "it makes a file in the user's repository",
        "it may not, and the error says where it may",
        run("open('GROUND/repository/new', 'w')"),
        DENIED,
    ),
    Case(
        "writes-the-home-folder",
        "it writes into the user's home folder by its path",
        "it may not, and the error says where it may",
        run("open('GROUND/user/.bashrc', 'w')"),
        DENIED,
    ),
    Case(
        "writes-the-current-folder",
        "it writes into the folder in which pytest was started",
        "it may not, and the error says where it may",
        run("import os; os.mkdir('GROUND/new')"),
        DENIED,
    ),
    Case(
        "own-home",
        "it writes into the home folder that it sees, and into the caches and temporary folders below",
        "that is a folder of its own, which goes away",
        run(
            """
            import os, tempfile
            os.makedirs(os.path.expanduser("~/.cache/torch"))
            open(os.path.expanduser("~/.cache/torch/weights"), "w").close()
            tempfile.NamedTemporaryFile(delete=False)
            assert not os.path.exists(os.path.expanduser("~/.ssh"))
            """
        ),
        ("passed",),
    ),
    Case(
        "truncates",
        "it truncates a file of the user without opening it",
        "it may not",
        run("import os; os.truncate('GROUND/repository/weights', 0)"),
        DENIED,
    ),
    Case(
        "removes",
        "it removes all that it can",
        "only its own copy is gone",
        run("import shutil; shutil.rmtree('GROUND', ignore_errors=True); shutil.rmtree('..', ignore_errors=True)"),
        ("passed",),
    ),
    Case(
        "moves",
        "it moves a file of the user into its own folder",
        "it may not",
        run("import os; os.rename('GROUND/repository/weights', 'mine')"),
        ("FM503",),
    ),
    Case(
        "hard-link",
        "it links a file of the user into its own folder, and writes there",
        "it may not",
        run("import os; os.link('GROUND/repository/weights', 'mine'); open('mine', 'w')"),
        ("FM503",),
    ),
    Case(
        "symbolic-link",
        "it writes through a link in its own folder that leads to a file of the user",
        "it may not",
        run("import os; os.symlink('GROUND/repository/weights', 'mine'); open('mine', 'w')"),
        ("FM503", "PermissionError"),
    ),
    Case(
        "reads-keys",
        "it reads a private key in the user's home folder",
        "it may not",
        run("print(open('GROUND/user/.ssh/id_ed25519').read())"),
        DENIED,
        untold=("Traceback", KEY),
    ),
    Case(
        "reads-tokens",
        "it reads tokens in hidden files and folders of the user's home folder, one through a link",
        "it may not",
        run(
            """
            import os
            os.symlink("GROUND/user/.netrc", "mine")
            for path in ("GROUND/user/.config/tool/token", "mine"):
                try:
                    print(open(path).read())
                except PermissionError:
                    pass
            raise ValueError("nothing read")
            """
        ),
        ("nothing read",),
        untold=("Traceback", KEY),
    ),
    Case(
        "program-reads-keys",
        "a program that it starts reads a private key",
        "it may not",
        run("import subprocess; subprocess.check_output(['cat', 'GROUND/user/.ssh/id_ed25519'])"),
        ("FM503", "CalledProcessError"),
        untold=("Traceback", KEY),
    ),
    Case(
        "environment-of-pytest",
        "it reads the environment of the process that checks it",
        "it may not",
        run(GRANDPARENT + "print(open(f'/proc/{grandparent}/environ').read())"),
        DENIED,
    ),
    Case(
        "environment-of-the-watchdog",
        "it reads the environment of its parent",
        "it may not",
        run("import os; print(open(f'/proc/{os.getppid()}/environ').read())"),
        DENIED,
    ),
    Case(
        "memory-of-pytest",
        "it writes into the memory of the process that checks it",
        "it may not",
        run(GRANDPARENT + "open(f'/proc/{grandparent}/mem', 'r+b')"),
        DENIED,
    ),
    Case(
        "files-of-pytest",
        "it opens what the process that checks it has open",
        "it may not",
        run(GRANDPARENT + "open(f'/proc/{grandparent}/fd/0')"),
        DENIED,
    ),
    # Its own folder.
    Case(
        "link-as-output",
        "it puts a link to a file of the user where the check could write",
        "the check opens nothing there",
        run(
            """
            import os
            for name in ("output", "answers", "errors", "result.json"):
                os.symlink("GROUND/user/notes", f"../{name}")
            """
        ),
        ("passed",),
    ),
    Case(
        "pipe-as-output",
        "it puts a pipe that nobody reads where the check could write",
        "the check opens nothing there",
        run("import os; os.mkfifo('../output'); raise ValueError('raised')"),
        ("FM503", "ValueError: raised"),
    ),
    Case(
        "folder-as-output",
        "it puts a folder where the check could write, and prints",
        "the check opens nothing there",
        run("import os; os.mkdir('../output'); print('hello'); raise ValueError('raised')"),
        ("ValueError: raised", "hello"),
    ),
    Case(
        "folder-gone",
        "it removes its folder, and the folder above",
        "what it does is told as always",
        run(
            "import os, shutil; shutil.rmtree(os.path.dirname(os.getcwd()), ignore_errors=True); raise ValueError('raised')"
        ),
        ("ValueError: raised",),
    ),
    Case(
        "deep-folders",
        "it leaves folders so deep that no path leads there",
        "they are removed",
        run("import os\nfor _ in range(200):\n    os.mkdir('d' * 100); os.chdir('d' * 100)"),
        ("passed",),
    ),
    Case(
        "odd-names-and-modes",
        "it leaves names that are no text, pipes, sockets, and folders that nobody may enter",
        "they are removed",
        run(
            r"""
            import os, socket
            os.makedirs(b"\xff\n/a/b"); os.mkfifo(b"\xff\n/a/pipe")
            socket.socket(socket.AF_UNIX).bind("socket")
            os.symlink("/", "root"); os.chmod(b"\xff\n/a", 0); os.chmod("..", 0)
            """
        ),
        ("passed",),
    ),
    # The channel.
    Case(
        "forged-noise",
        "it writes noise to the pipe of the answers",
        "an error says so",
        forged(r"b'\xff\x00noise\n'"),
        ("FM506", LIED),
    ),
    Case(
        "forged-verdict",
        "it writes an answer with good facts to the pipe, and then raises",
        "an error says so, since the answer has no key",
        forged("""b'{"id": 1, "key": "", "facts": {}}\\n{"id": 1, "key": "guess", "facts": {}}\\n'"""),
        ("FM506", LIED),
    ),
    Case(
        "forged-depth",
        "it writes JSON of 60,000 brackets to the pipe",
        "an error says so",
        forged("b'[' * 60_000 + b'\\n'"),
        ("FM506", LIED),
    ),
    Case(
        "endless-answer",
        "it writes an answer without end to the pipe",
        "an error says so, and memory is bounded",
        run(WRITE + "while True:\n    write_to_pipes(b' ' * 65536)"),
        ("FM506", "4,194,304 bytes in a row"),
    ),
    *(
        Case(
            f"facts-{name}",
            f"it changes the code that answers, and the facts are {name.replace('-', ' ')}",
            "an error says so",
            run(FORGED_FACTS.format(facts=facts)),
            ("FM506", LIED),
        )
        for name, facts in {
            "no-object": "5",
            "without-keys": "{'parameters': {}}",
            "no-numbers": "{'parameters': float('nan'), 'model': {}}",
            "without-bounds": "{'parameters': 10 ** 4000}",
        }.items()
    ),
    Case(
        "forks-talk",
        "a process that it forks looks for the pipe of the answers, and writes to it",
        "it does not have the pipe",
        run(WRITE + "if not os.fork():\n    write_to_pipes(b'noise\\n')\n    os._exit(0)\nos.wait()"),
        ("passed",),
    ),
    Case(
        "programs-talk",
        "a program that it starts looks for the pipes of the check",
        "it does not have them",
        run(
            """
            import subprocess, sys
            code = "import os; print([n for n in os.listdir('/proc/self/fd') if int(n) > 3])"
            assert subprocess.check_output([sys.executable, "-c", code], close_fds=False).strip() == b"[]"
            """
        ),
        ("passed",),
    ),
    # Limits.
    Case(
        "memory",
        "it takes more memory than it may",
        "it is ended, and the error names the limit and its option",
        run("import time; data = bytearray(600 * 10**6); time.sleep(600)", limits=replace(LIMITS, memory=300 * 10**6)),
        ("FM506", "at most 300 MB of memory", "--flops-memory"),
    ),
    Case(
        "memory-of-the-check",
        "it may take less memory than the check's own imports do",
        "an error before its code runs names the limit",
        own_imports,
        ("ended by the check", "at most 50 MB of memory (--flops-memory)"),
    ),
    Case(
        "memory-of-others",
        "its children take more memory together than it may",
        "all are ended, and the error names the limit",
        run(
            """
            import os, time
            for _ in range(4):
                if not os.fork():
                    data = bytearray(120 * 10**6)
                    break
            time.sleep(600)
            """,
            limits=replace(LIMITS, memory=300 * 10**6),
        ),
        ("FM506", "at most 300 MB of memory"),
    ),
    Case(
        "mapped-memory",
        "it takes more shared memory than it may",
        "it is ended, and the error names the limit",
        run(
            "import mmap, time; block = mmap.mmap(-1, 400 * 10**6); block.write(bytes(400 * 10**6)); time.sleep(600)",
            limits=replace(LIMITS, memory=300 * 10**6),
        ),
        ("FM506", "at most 300 MB of memory"),
    ),
    Case(
        "shared-memory",
        "workers are forked from a process that has much memory, all of which they share",
        "no error: what is shared counts once",
        run(
            """
            import os, time
            data = bytearray(150 * 10**6)
            for _ in range(4):
                os.fork() or time.sleep(600)
            time.sleep(1.5)
            """,
            limits=replace(LIMITS, memory=400 * 10**6),
        ),
        ("passed",),
    ),
    Case(
        "address-space",
        "it reserves 100 GB of addresses and uses none, as CUDA does",
        "no error",
        run("import mmap; data = mmap.mmap(-1, 100 * 10**9, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)"),
        ("passed",),
    ),
    Case(
        "open-files",
        "it opens more files than it may",
        "an error of its own code",
        run("files = [open('/dev/null') for _ in range(500)]", limits=replace(LIMITS, files=200)),
        ("FM503", "Too many open files"),
    ),
    Case(
        "much-output",
        "it prints 100 MB",
        "only the end stays on the disk",
        run(
            """
            import os
            for _ in range(100):
                os.write(2, b"x" * 10**6)
            import time
            while os.fstat(2).st_size > 10**6:
                time.sleep(0.01)
            """,
            limits=replace(LIMITS, output=10**6),
        ),
        ("passed",),
    ),
    Case(
        "workers",
        "it has pools of forked and spawned workers, locks and shared memory, as PyTorch and joblib do",
        "no error",
        run(
            """
            import multiprocessing
            from multiprocessing import shared_memory
            for method in ("fork", "spawn"):
                with multiprocessing.get_context(method).Pool(4) as pool:
                    assert pool.map(abs, range(-8, 0)) == [8, 7, 6, 5, 4, 3, 2, 1]
            block = shared_memory.SharedMemory(create=True, size=10**6)
            block.close(); block.unlink()
            """
        ),
        ("passed",),
    ),
    Case(
        "joblib",
        "it trains with scikit-learn on several processes",
        "no error",
        run(
            """
            import numpy
            from joblib import Parallel, delayed
            from sklearn.linear_model import LogisticRegression
            from sklearn.model_selection import cross_val_score
            rows, labels = numpy.random.rand(200, 4), numpy.arange(200) % 2
            cross_val_score(LogisticRegression(), rows, labels, n_jobs=2)
            assert Parallel(n_jobs=2)(delayed(abs)(n) for n in (-1, -2)) == [1, 2]
            """,
            timeout=60,
        ),
        ("passed",),
        slow=True,
    ),
    # Texts.
    Case(
        "escape-sequences",
        "an exception's text has escape sequences that change the terminal's title and clear it",
        "they are not shown in any form of the report",
        run(r"""raise ValueError("\x1b]0;title\x07\x1b[2J\x9b31mred\x1b[0m\x00")"""),
        ("FM503", "ValueError: red\ufffd"),
        untold=("Traceback", "\x1b", "\x9b"),
    ),
    Case(
        "workflow-commands",
        "an exception's text and the output have commands for GitHub's runner",
        "they are text in every form of the report",
        run(r"""print("::add-mask::x\n ##[error]x"); raise ValueError("a\n::error::x\r\n  ::stop-commands::y")"""),
        ("FM503", ": :error::x"),
        untold=("Traceback", "##["),
    ),
    Case(
        "lone-surrogates",
        "an exception's text, name and line hold halves of characters",
        "the report can be written in every form",
        run(r"""raise type("Bad\u202eName", (Exception,), {})("\ud800 and \udfff " + "\u2028::error::")"""),
        ("FM503",),
        untold=("Traceback", "\u202e", "\ud800"),
    ),
    Case(
        "names-that-are-code",
        "the type of a value has markup, a pipe and line breaks in its name",
        "they are text in every form of the report",
        run(r"""raise type("<img src=x>|\n# big", (Exception,), {})("[link](javascript:alert(1)) @everyone")"""),
        ("FM503",),
    ),
    Case(
        "endless-text",
        "an exception's text has 50 million characters",
        "the report is short",
        run("raise ValueError('long ' * 10**7)"),
        ("FM503", "ValueError: long"),
    ),
    Case(
        "text-that-raises",
        "an exception raises when it is shown, and its cause is itself",
        "an error that says so",
        run(
            """
            class Odd(Exception):
                def __str__(self):
                    raise SystemExit("no")
            error = Odd()
            error.__cause__ = error
            raise error
            """
        ),
        ("FM503", "its text cannot be shown"),
    ),
]
