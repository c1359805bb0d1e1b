"""What can be seen of the ML repository without running it: ``FM1xx``."""

from __future__ import annotations

from pytest_flops_mock.codes.code import Code
from pytest_flops_mock.stage import Severity, Stage

REPOSITORY = (
    Code(
        "FM101",
        Stage.STRUCTURE,
        Severity.ERROR,
        "repository cannot be read",
        trigger="A file of the repository is missing while it is read, not readable, not text, no regular file (a named "
        "pipe, a device), larger than what is read, or lies outside the repository; or a URL is none that can be cloned.",
        why="The image builder copies what it finds; a file that it cannot read is not in the image.",
        fix="Correct the path, the file's rights or its encoding; put a file in the place of what is none.",
    ),
    Code(
        "FM102",
        Stage.STRUCTURE,
        Severity.ERROR,
        "file missing at the root",
        trigger="model_manager.py or conda.yaml is not at the repository's root, is hidden, or is ignored by Git.",
        why="The image builder refuses a repository without these two files.",
        fix="Put the file at the root and commit it.",
    ),
    Code(
        "FM103",
        Stage.STRUCTURE,
        Severity.ERROR,
        "syntax error",
        trigger="model_manager.py, data_manager.py or a module that they import is not valid Python.",
        why="The import fails in the image, after the half hour that building it takes.",
        fix="Fix the line that the finding shows.",
    ),
    Code(
        "FM104",
        Stage.STRUCTURE,
        Severity.ERROR,
        "class or method missing",
        trigger="model_manager.py has no class ModelManager, or a class lacks methods that are abstract in its template.",
        why="FLOps imports ModelManager by that name; a class with abstract methods left cannot be built.",
        fix="Give the class its name and write the methods that the finding lists.",
    ),
    Code(
        "FM105",
        Stage.STRUCTURE,
        Severity.ERROR,
        "module replaced or shadowed in the image",
        trigger="The repository imports a module of its own that has the name of one of FLOps' own, such as main.py, "
        "utils.py or utils/__init__.py, or has a package of that name.",
        why="FLOps copies its own files over the repository's, packages file by file, so the import finds FLOps' module "
        "instead; a package hides FLOps' module.",
        fix="Rename the module and its imports.",
    ),
    Code(
        "FM106",
        Stage.STRUCTURE,
        Severity.WARNING,
        "data_manager.py missing",
        trigger="The repository has no data_manager.py at its root.",
        why="FLOps documents it as part of every ML repository; only ModelManager uses it, so another place works as well.",
        fix="Put the class DataManager into data_manager.py at the root.",
    ),
    Code(
        "FM107",
        Stage.STRUCTURE,
        Severity.WARNING,
        "class DataManager missing",
        trigger="data_manager.py defines no class DataManager.",
        why="FLOps documents it under this name; only ModelManager uses it, so another name works as well.",
        fix="Name the class DataManager and derive it from DataManagerTemplate.",
    ),
    Code(
        "FM108",
        Stage.STRUCTURE,
        Severity.ERROR,
        "conda.yaml is not what conda reads",
        trigger="conda.yaml is not YAML, its name, channels or dependencies are not of the form that conda takes, or it is "
        "larger than any environment: more than 200 kB, 3,000 entries, or 20 lists and mappings within each other.",
        why="The learner's image is built from this file; the build fails, minutes after the project was accepted.",
        fix="Write name, channels and dependencies as conda documents them: a list of specs such as numpy=1.26.4, and a "
        "pip: list.",
    ),
    Code(
        "FM109",
        Stage.STRUCTURE,
        Severity.ERROR,
        "conda.yaml asks for a version that cannot be",
        trigger="A spec in conda.yaml is no version, no version can meet it, two specs of one package exclude each other, "
        "or a package has more than ten specs or thirty comparisons.",
        why="The environment of the image cannot be solved, and the build fails late.",
        fix="Correct the version at the line that the finding shows.",
    ),
    Code(
        "FM110",
        Stage.STRUCTURE,
        Severity.WARNING,
        "conda.yaml names no Python",
        trigger="The dependencies in conda.yaml do not say which Python they need.",
        why="The image gets whatever Python the solver picks that day, and with it other versions of everything.",
        fix="Add a line such as python=3.10.14 to the dependencies.",
    ),
    Code(
        "FM111",
        Stage.STRUCTURE,
        Severity.ERROR,
        "method cannot be called as FLOps calls it",
        trigger="A method of ModelManager takes other arguments than FLOps passes, or is no plain method (async, a "
        "generator, a property).",
        why="FLOps calls set_model_parameters(parameters) with one argument and the other methods with none; the call "
        "raises TypeError.",
        fix="Give the method the signature that its template has; further arguments need defaults.",
    ),
    Code(
        "FM112",
        Stage.STRUCTURE,
        Severity.INFO,
        "files that are not committed",
        trigger="Tracked files differ from the last commit, or nothing is committed yet.",
        why="FLOps clones the newest commit of the default branch; the check took the files as they are on disk.",
        fix="Commit and push before you deploy.",
    ),
    Code(
        "FM113",
        Stage.STRUCTURE,
        Severity.ERROR,
        "link that leads nowhere",
        trigger="Git tracks a link that is absolute, leaves the repository, or leads to what Git does not track.",
        why="In a clone it leads nowhere, and the image builder ends where it copies the files.",
        fix="Commit what the link leads to, or take the link out of Git.",
    ),
    Code(
        "FM114",
        Stage.STRUCTURE,
        Severity.ERROR,
        "root file replaces FLOps' own",
        trigger="The repository has a requirements.txt or a Dockerfile at its root.",
        why="The builder copies the repository over its own files of these names: FLOps' packages are never installed, or "
        "another image is built.",
        fix="Rename the file, or move it into a folder.",
    ),
    Code(
        "FM115",
        Stage.STRUCTURE,
        Severity.WARNING,
        "file in Git LFS",
        trigger="A tracked file is kept in Git LFS. Only an information where no Python file names it.",
        why="The image builder has no Git LFS: instead of the file the image holds its pointer, a few lines of text.",
        fix="Keep the file in Git itself, or let the code download it.",
    ),
    Code(
        "FM116",
        Stage.STRUCTURE,
        Severity.WARNING,
        "several pip lists in conda.yaml",
        trigger="The dependencies in conda.yaml have more than one pip: list.",
        why="Conda takes the last one; what stands in the others is not installed.",
        fix="Put all packages of pip into one list.",
    ),
    Code(
        "FM117",
        Stage.STRUCTURE,
        Severity.INFO,
        "line that the image builder takes out of conda.yaml",
        trigger="A line of conda.yaml holds ' - mlflow'. A warning where it asks for another package than MLflow's.",
        why="The builder deletes such lines. FLOps adds MLflow to the aggregator's image, and the learner's has none.",
        fix="Import mlflow only where an aggregator alone needs it; write other packages on lines without that text.",
    ),
    Code(
        "FM118",
        Stage.STRUCTURE,
        Severity.ERROR,
        "conda.yaml reads a file that is not there",
        trigger="The pip list in conda.yaml names a file (-r, -c) that the repository does not have, or the root's "
        "requirements.txt.",
        why="FLOps deletes requirements.txt before conda runs, and pip ends where a file is missing: no image is built.",
        fix="Write the requirements below pip: in conda.yaml.",
    ),
    Code(
        "FM119",
        Stage.STRUCTURE,
        Severity.ERROR,
        "conda.yaml asks for a package of another system",
        trigger="conda.yaml names a package that is there for Windows or macOS alone, as exports of environments do.",
        why="Images are built on Linux, where the solver does not find it: no image is built.",
        fix="Take the package out, or export with conda env export --from-history.",
    ),
    Code(
        "FM120",
        Stage.STRUCTURE,
        Severity.INFO,
        "pip list replaces a package of conda",
        trigger="An entry of the pip list in conda.yaml asks for another version than conda's entry of the same package.",
        why="Conda installs its version, and pip replaces it afterwards: the image has the pip list's.",
        fix="Keep one of the two entries.",
    ),
    Code(
        "FM130",
        Stage.STRUCTURE,
        Severity.ERROR,
        "repository changed by its own code",
        trigger="Files of the checked folder are others than before the repository's code ran, where the kernel cannot keep "
        "that code in its folder.",
        why="The check runs a copy and writes nothing into the folder. Code that finds it by its path, or by links, changes "
        "what you deploy.",
        fix="Restore the files, and write to relative paths and temporary files only.",
    ),
)
