"""``conda.yaml`` as FLOps' image builder treats it, told as requirements that pip and uv can install.

The builder takes out the lines that name mlflow, rewrites ``name``, and lets conda read the rest. A conda spec is written
otherwise than a requirement (https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html): one ``=``
asks for a version that starts like this, a version after a blank or ``==`` for this very one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_flops_mock.errors import Problem, RepositoryError, listing, nearest
from pytest_flops_mock.findings import Finding, findings_of
from pytest_flops_mock.repository.repository import MLRepository

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

FILE = "conda.yaml"

PYPI_NAMES = {
    "brotli-python": "brotli",
    "dask-core": "dask",
    "faiss": "faiss-cpu",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "numpy-base": "numpy",
    "opencv": "opencv-python-headless",
    "py-opencv": "opencv-python-headless",
    "py-xgboost": "xgboost",
    "py-xgboost-cpu": "xgboost",
    "py-xgboost-gpu": "xgboost",
    "pyarrow-core": "pyarrow",
    "pyqt": "pyqt5",
    "pytables": "tables",
    "python-annoy": "annoy",
    "python-duckdb": "duckdb",
    "python-flatbuffers": "flatbuffers",
    "python-graphviz": "graphviz",
    "python-xxhash": "xxhash",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "pytorch-gpu": "torch",
    "seaborn-base": "seaborn",
    "tensorflow-base": "tensorflow",
    "tensorflow-eigen": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-mkl": "tensorflow",
}
"""Packages of conda-forge (or Anaconda's own channel) that PyPI has under another name, as their feedstocks say. No full
list: of what ML repositories commonly ask for."""

# fmt: off
CONDA_ONLY = frozenset({
    "arrow-cpp", "blas", "bzip2", "c-ares", "c-compiler", "ca-certificates", "compilers", "conda", "cpuonly",
    "cudatoolkit", "cudnn", "cxx-compiler", "ffmpeg", "freetype", "gcc", "gfortran", "git", "git-lfs", "graphviz",
    "gxx", "hdf5", "icu", "intel-openmp", "jpeg", "lame", "lcms2", "lerc", "llvm-openmp", "lz4-c", "make", "mamba",
    "mkl", "mkl-service", "nccl", "ncurses", "nodejs", "nomkl", "openblas", "openjpeg", "openmpi", "openssl", "orc",
    "pip", "pthread-stubs", "python_abi", "pytorch-cuda", "pytorch-mutex", "re2", "readline", "s2n", "sleef", "snappy",
    "sqlite", "tbb", "tk", "tzdata", "ucrt", "unixodbc", "vc", "xz", "yaml", "zeromq", "zlib", "zstd",
})
# fmt: on
"""What conda installs and pip has no part in: libraries, compilers, metapackages, and pip itself."""

_CONDA_ONLY = re.compile(
    r"_.*|.*-ng|cuda-.*|aws-c.*|(ld_impl|gcc|gxx|gfortran|sysroot)_.*|xorg-.*|vs20\d\d.*"
    r"|lib(?!clang|cst|linear|pysal|rosa|sass|svm|tmux).*"  # those are on PyPI
)
_NAME = re.compile(r"(?:[^\s\[\]=<>!~]*::)?([A-Za-z0-9_][\w.-]*)\s*(.*)", re.DOTALL)
_BRACKETS = re.compile(r"""\s*([\w-]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^,'"\s]*))\s*(?:,|$)""")
_PIECE = re.compile(r"(===?|=>|=<|[!<>~]=|[=<>]|)(.*)")
_SWAPPED = {"=>": ">=", "=<": "<="}
_LETTER_AT_THE_END = re.compile(r"\d+(?:\.\d+)*[a-z]")  # 1.1.1w: conda counts so, PyPI cannot
_PYTHON, _PIP = "python", "pip"
_PIP_INDEX_OPTIONS = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-index", "--pre")
_NO_REQUIREMENT = re.compile(r"[a-z+]+:|\.{0,2}/|~|[^\[;@]*\.(?:whl|zip|tar\.gz)$", re.IGNORECASE)
_EXAMPLE = "a package and its version, such as numpy=1.26.4 or numpy>=1.20,<2"
_SAMPLE = "such as numpy==1.26.4"


@dataclass(frozen=True)
class CondaEnvironment:
    """What ``conda.yaml`` asks for.

    Attributes:
        python: The version that its ``python=`` entry pins (``3.10.14``); empty if it pins none.
        requirements: What pip or uv shall install (PEP 508, or the address of a package), in the order of the file.
        python_specifier: All that its entries ask of Python, as versions compare on PyPI (``>=3.9,<3.12``).
        options: Options of its pip list that say where packages are looked for.
        left_out: Entries that have no counterpart outside conda, as they are written; not pip, which uv stands in for.
        lines: The line, from 1, of each package of the requirements (its normalized name) and of Python.
    """

    python: str
    requirements: tuple[str, ...]
    python_specifier: str = ""
    options: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    lines: tuple[tuple[str, int], ...] = ()

    def line(self, name: str) -> int:
        """The line of a package, by its normalized name; 0 if the file does not name it."""
        return dict(self.lines).get(name, 0)


def conda_environment(repository: MLRepository) -> CondaEnvironment:
    """What the repository's ``conda.yaml`` asks for.

    Raises:
        RepositoryError: The file cannot be read, is not what conda reads (FM108), or asks for versions that cannot be
            (FM109); with a problem for each entry.
    """
    reader = _Reader()
    found = reader.read(repository.text(FILE))
    if reader.problems:
        raise RepositoryError(*reader.problems)
    return found


def conda_findings(repository: MLRepository) -> tuple[Finding, ...]:
    """All that is wrong with the repository's ``conda.yaml``; nothing if it has none (another finding tells that)."""
    if FILE not in repository.paths():
        return ()
    try:
        found = conda_environment(repository)
    except RepositoryError as error:
        return findings_of(error)
    if found.python or found.python_specifier or found.line(_PYTHON):
        return ()
    return (
        Finding.of(
            Problem(
                f"{FILE} names no Python",
                where=FILE,
                expected="an entry of dependencies such as python=3.10.14",
                fix="pin the Python that the code was tried with; else the image gets whichever conda has by then",
            ),
            code="FM110",
        ),
    )


def compatible(requirement: str, specifier: str) -> bool:
    """Whether some version meets both a requirement and further specifiers."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    return _can_be(Requirement(requirement).specifier & SpecifierSet(specifier))


@dataclass(frozen=True)
class _Entry:
    """One entry of dependencies or of the pip list.

    Attributes:
        name: Normalized name of the package, as PyPI knows it; empty for an address.
        written: As the file says it.
        requirement: For pip; empty if there is none.
        specifier: The versions it allows.
        line: Its line, from 1.
        by_pip: Whether it is one of the pip list.
    """

    name: str
    written: str
    requirement: str
    specifier: SpecifierSet
    line: int
    by_pip: bool = False


@dataclass
class _Reader:
    """Reads the file once, and gathers what is wrong on the way."""

    problems: list[Problem] = field(default_factory=list)
    entries: list[_Entry] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    python: str = ""

    def read(self, text: str) -> CondaEnvironment:
        for node in self._dependencies(text):
            self._entry(node)
        self._refuse_contradictions()
        python = [str(entry.specifier) for entry in self.entries if entry.name == _PYTHON]
        return CondaEnvironment(
            python=self.python,
            requirements=tuple(dict.fromkeys(self._requirements())),
            python_specifier=",".join(specifier for specifier in dict.fromkeys(python) if specifier),
            options=tuple(self.options),
            left_out=tuple(self.left_out),
            lines=tuple({entry.name: entry.line for entry in reversed(self.entries) if entry.name}.items()),
        )

    def _requirements(self) -> Iterator[str]:
        """In order. What the pip list says otherwise than conda's entries stands: pip comes after conda."""
        for entry in self.entries:
            overruled = not entry.by_pip and any(
                other.by_pip and other.name == entry.name and not _can_be(entry.specifier & other.specifier)
                for other in self.entries
            )
            if entry.requirement and not overruled:
                yield entry.requirement

    def _refuse(self, code: str, message: str, line: int, **parts: str) -> None:
        self.problems.append(Problem(message, where=f"{FILE}:{line}" if line else FILE, code=code, **parts))

    def _dependencies(self, text: str) -> list[Any]:
        """The nodes of the list ``dependencies``."""
        import yaml

        # Blank, not gone, so that the lines keep their numbers.
        lines = ["" if "mlflow" in line else line for line in text.split("\n")]
        try:
            root = yaml.compose("\n".join(lines), Loader=yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError) as error:
            self._refuse_yaml(error, lines)
            return []
        if not isinstance(root, yaml.MappingNode):
            self._refuse(
                "FM108",
                f"{FILE} is no mapping",
                root.start_mark.line + 1 if root else 0,
                expected="the keys name, channels and dependencies",
                got=_kind(root),
                fix="write it as conda env export does: dependencies: and below it one - for each package",
            )
            return []
        return self._list_of(root)

    def _list_of(self, root: Any) -> list[Any]:
        import yaml

        keys: dict[str, Any] = {}
        for key, value in root.value:
            name = str(key.value)
            if name in keys:
                self._refuse(
                    "FM108",
                    f"the key {name} is there twice",
                    key.start_mark.line + 1,
                    expected="each key once",
                    fix="put what is below both under one of them",
                )
            keys[name] = value
        found = keys.get("dependencies")
        if found is None:
            if close := nearest("dependencies", (key for key in keys if key not in ("name", "channels", "prefix"))):
                self._refuse(
                    "FM108",
                    f"{FILE} has no dependencies",
                    0,
                    expected="the key dependencies",
                    got=f"the keys {listing(keys)}",
                    nearest="dependencies",
                    fix=f"rename {close}; conda ignores keys that it does not know",
                )
            return []
        if isinstance(found, yaml.SequenceNode):
            return list(found.value)
        if not _is_null(found):
            self._refuse(
                "FM108",
                f"dependencies of {FILE} is no list",
                found.start_mark.line + 1,
                expected="one line for each package, with - before it",
                got=_kind(found),
                fix="write - and a blank before each package",
            )
        return []

    def _refuse_yaml(self, error: Exception, lines: list[str]) -> None:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deeply"
        self._refuse(
            "FM108",
            f"{FILE} is not YAML: {reason}",
            line,
            expected="a blank after each : and -, and blanks, no tabs, before them",
            got=lines[line - 1].rstrip().replace("\t", "\\t").strip() if 0 < line <= len(lines) else "",
            fix="fix the line or the one above it; conda reads the file as YAML",
        )

    def _entry(self, node: Any) -> None:
        """One entry of dependencies: a conda spec, or the pip list."""
        import yaml

        line = node.start_mark.line + 1
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str" and node.value.strip():
            self._conda_spec(node.value.strip(), line)
            return
        if isinstance(node, yaml.MappingNode) and [str(key.value) for key, _ in node.value] == ["pip"]:
            ((_, packages),) = node.value
            if isinstance(packages, yaml.SequenceNode):
                for package in packages.value:
                    self._pip_entry(package)
                return
            if _is_null(packages):  # all of it was mlflow
                return
        keys = [str(key.value) for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        self._refuse(
            "FM108",
            f"conda cannot read an entry of dependencies in {FILE}",
            line,
            expected=f"{_EXAMPLE}, or pip: with a list below it",
            got=f"the key{'' if len(keys) == 1 else 's'} {listing(keys)}" if keys else _kind(node),
            nearest=f"{keys[0]}={_plain(node.value[0][1])}" if len(keys) == 1 and keys != ["pip"] else "",
            fix="write package and version without a blank or : between them",
        )

    def _pip_entry(self, node: Any) -> None:
        import yaml
        from packaging.requirements import InvalidRequirement, Requirement
        from packaging.specifiers import SpecifierSet
        from packaging.utils import canonicalize_name

        line, written = node.start_mark.line + 1, _plain(node).strip()
        if not isinstance(node, yaml.ScalarNode) or node.tag != "tag:yaml.org,2002:str" or not written:
            self._refuse(
                "FM108",
                f"conda cannot read an entry of the pip list in {FILE}",
                line,
                expected=f"a requirement {_SAMPLE}",
                got=_kind(node),
                fix="write package and version as pip takes them, without a blank or : between them",
            )
        elif written.startswith("-"):
            known = re.split(r"[\s=]", written, maxsplit=1)[0] in _PIP_INDEX_OPTIONS
            (self.options if known else self.left_out).append(written)
        elif _NO_REQUIREMENT.match(written) and "://" not in written:
            self.left_out.append(written)  # a path on the builder's disk
        elif _NO_REQUIREMENT.match(written):
            self.entries.append(_Entry("", written, written, SpecifierSet(), line, by_pip=True))
        else:
            try:
                found = Requirement(written)
            except InvalidRequirement:
                self._refuse(
                    "FM109",
                    f"{written} is no requirement that pip reads",
                    line,
                    expected=f"a requirement {_SAMPLE} (PEP 508)",
                    got=written,
                    nearest=_as_requirement(written),
                    fix="below pip: a version stands after ==, not after = as for conda",
                )
                return
            name = canonicalize_name(found.name)
            self.entries.append(_Entry(name, written, written, found.specifier, line, by_pip=True))

    def _conda_spec(self, written: str, line: int) -> None:
        from packaging.specifiers import SpecifierSet
        from packaging.utils import canonicalize_name

        if re.match(r"\w+://\S+\.(?:conda|tar\.bz2)(?:#\w+)?$", written):
            self.left_out.append(written)
            return
        parts = _parts(written)
        if parts is None:
            self._refuse(
                "FM108",
                f"conda cannot read an entry of dependencies in {FILE}",
                line,
                expected=_EXAMPLE,
                got=written,
                fix="name, version and build, and nothing more; what pip alone reads goes below pip:",
            )
            return
        name, version = parts
        conda_only = name in CONDA_ONLY or _CONDA_ONLY.fullmatch(name)
        specifiers, notes = self._versions(name, version, written, line)
        if specifiers is None:
            return
        specifier = SpecifierSet(specifiers)
        pypi = canonicalize_name(PYPI_NAMES.get(name, name))
        if name == _PYTHON:
            self.python = self.python or _pinned(specifiers)
        elif (conda_only or notes) and name != _PIP:
            self.left_out.append(written)
        none = name == _PYTHON or conda_only
        self.entries.append(_Entry("" if conda_only else pypi, written, "" if none else pypi + specifiers, specifier, line))

    def _versions(self, name: str, version: str, written: str, line: int) -> tuple[str | None, bool]:
        """What it asks for as PEP 440 specifiers (``None`` if it was refused), and whether that loses some of it."""
        alternatives = version.split("|")
        pieces = [piece for piece in alternatives[-1].split(",") if piece != "*"] if version else []
        specifiers: list[str] = []
        lost = len(alternatives) > 1  # PyPI knows no "or"; conda's solver takes the newest, mostly written last
        for piece in pieces:
            operator, number = _PIECE.fullmatch(piece).groups()  # type: ignore[union-attr]
            told = _SWAPPED.get(operator, operator)
            if glob := re.fullmatch(r"(\d+(?:\.\d+)*\.)\*[.*]*\w.*", number):
                number, lost = f"{glob[1]}*", True
            if _LETTER_AT_THE_END.fullmatch(number) and not _is_version(number) and told == operator:
                lost = True
                continue
            found = _specifier(operator, number)
            if found is None:
                valid = _longest(number)
                shown = told if told != "===" else "=="
                self._refuse(
                    "FM109",
                    f"{written} asks for a version that cannot be" if number else f"{written} names no version",
                    line,
                    expected=f"{_EXAMPLE}",
                    got=piece or written,
                    nearest=_nearest(name, shown, valid) if valid else name if not number else "",
                    fix="write a version that the package has, as numbers between dots",
                )
                return None, lost
            specifiers += [found] if found != "*" else []
        return ",".join(specifiers), lost

    def _refuse_contradictions(self) -> None:
        """No version can meet all that conda's entries, or the pip list's, ask of one package."""
        from packaging.specifiers import SpecifierSet

        for by_pip in (False, True):
            groups: dict[str, list[_Entry]] = {}
            for entry in self.entries:
                if entry.name and entry.by_pip is by_pip and ";" not in entry.requirement:
                    groups.setdefault(entry.name, []).append(entry)
            for name, entries in groups.items():
                together = SpecifierSet()
                for entry in entries:
                    together &= entry.specifier
                if not _can_be(together):
                    several = len(entries) > 1
                    self._refuse(
                        "FM109",
                        f"entries for {name} exclude each other" if several else f"no version can meet {entries[0].written}",
                        entries[-1].line,
                        expected="one version that meets all of it",
                        got=listing(
                            f"{entry.written} (line {entry.line})" if several else entry.written for entry in entries
                        ),
                        fix="keep the bound that the code was tried with, and take the other out",
                    )


def _parts(written: str) -> tuple[str, str] | None:
    """Name (lower case) and version of a conda spec, without channel and build; ``None`` if it is none."""
    match = _NAME.fullmatch(written)
    if match is None:
        return None
    name, rest = match[1].lower(), match[2].strip()
    brackets = re.fullmatch(r"([^\[\]]*)\[([^\]]*)\]", rest)
    if brackets:
        rest, inside = brackets[1].strip(), brackets[2]
        if _BRACKETS.sub("", inside).strip():
            return None
        keys = {found[1]: found[2] or found[3] or found[4] or "" for found in _BRACKETS.finditer(inside)}
        rest = keys.get("version", rest)
    elif re.search(r"[\[\]@;:/]", rest):
        return None
    # Blanks around operators mean nothing; those that are left stand before a version or a build.
    words = re.sub(r"\s*([=<>!~]+|[,|])\s*", r"\1", rest).split()
    if len(words) > 2 or (len(words) == 2 and re.search(r"[=<>!~,|]", words[1])):
        return None
    version, build = words[0] if words else "", len(words) == 2
    with_build = re.fullmatch(r"(={0,2})([^=<>!~,|]+)=([^=<>!~,|]+)", version)
    if with_build:
        version, build = with_build[2], True
    exact = re.fullmatch(r"=?([^=<>!~,|]+)", version)
    if exact and build:  # beside a build the version is meant as it is
        version = exact[1]
    return name, version


def _specifier(operator: str, number: str) -> str | None:
    """One piece of a conda version as PEP 440 says it: ``*`` if it allows all, ``None`` if it cannot be."""
    number, star, after = number.partition("*")
    number = number.rstrip(".") if star else number
    if star and not number and not after:
        return "*"
    impossible = operator in _SWAPPED or operator == "===" or (star and after.strip(".*")) or not _is_version(number)
    if impossible or (operator == "~=" and "." not in number):  # the latter has no part that could go up
        return None
    prefix = re.fullmatch(r"\d+(?:\.\d+)*", number) is not None
    if operator in ("", "=", "=="):
        return f"=={number}.*" if (star or operator == "=") and prefix else f"=={number}"
    return f"!={number}.*" if operator == "!=" and star and prefix else operator + number


def _as_requirement(written: str) -> str:
    """The requirement that a conda spec below ``pip:`` was meant to be, if it is one."""
    parts = _parts(written)
    operator, number = _PIECE.fullmatch(parts[1]).groups() if parts else ("", "")  # type: ignore[union-attr]
    told = {"": "==", "=": "==", **_SWAPPED}.get(operator, operator)
    return f"{parts[0]}{told}{number}" if parts and _is_version(number) else ""


def _is_version(text: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def _longest(text: str) -> str:
    """The longest beginning of ``text`` that is a version of numbers."""
    found = re.match(r"[=<>!~]*(\d+(?:\.\d+)*)", text)
    return found[1] if found else ""


def _nearest(name: str, operator: str, version: str) -> str:
    """A spec with that version; ``~=`` needs two parts of it."""
    return f"{name}{operator or '=='}{version}{'.0' if operator == '~=' and '.' not in version else ''}"


def _pinned(specifiers: str) -> str:
    """The version that ``==3.10.14.*`` and the like pin; empty for a range."""
    found = re.fullmatch(r"==(\d+(?:\.\d+)*)(?:\.\*)?", specifiers)
    return found[1] if found else ""


def _can_be(specifier: SpecifierSet) -> bool:
    """Whether some version meets all of it. Tried with those it names, and those right below, right above and far above."""
    from packaging.version import Version

    tried = {"0.dev0", "0"}
    for one in specifier:
        if one.operator == "===":
            return True
        version = Version(one.version.removesuffix(".*"))
        tried.add(str(version))
        base = f"{version.epoch}!{'.'.join(map(str, version.release))}"
        tried |= {f"{base}.0.0.0.1", f"{base}.99999"}
        last = [*version.release[:-1], version.release[-1] + 1]
        tried.add(f"{version.epoch}!{'.'.join(map(str, last))}")
    return any(specifier.contains(version, prereleases=True) for version in tried)


def _is_null(node: Any) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _plain(node: Any) -> str:
    return node.value if isinstance(node.value, str) else ""


def _kind(node: Any) -> str:
    """What a node of YAML is, in words."""
    if node is None or _is_null(node):
        return "nothing"
    if not isinstance(node.value, str):
        return "a list" if node.tag.endswith(":seq") else "a mapping"
    kind = {"int": "the number", "float": "the number", "bool": "the truth value"}.get(
        node.tag.rpartition(":")[2], "the text"
    )
    return f"{kind} {node.value!r}"
