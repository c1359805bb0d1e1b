"""Data sets of the hub, by HTTP from a hub on this machine: what is loaded, and what is said when it cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import datasets
import pytest
from standins.hub import Fault, Hub, hub_environment, on_hub, parquet, running_hub

pytestmark = pytest.mark.slow  # each scenario is a Python of its own, with a server

TRAIN = {"x": list(range(100)), "label": [n % 2 for n in range(100)]}
FEATURES = datasets.Features({"x": datasets.Value("int32"), "label": datasets.ClassLabel(names=["no", "yes"])})

LOADS = """
import json, sys, time
from pathlib import Path
from pytest_flops_mock import DataChoice, DataSource, FlopsMockError
from pytest_flops_mock.data.resolving import load, resolve
from pytest_flops_mock.data.selection import Selection

import datasets, pytest_flops_mock.data.twins.catalogue  # how long that takes is another matter

def told(name, selection):
    began = time.perf_counter()
    try:
        data = resolve(name, DataChoice(DataSource.HUB), Path(), folder=Path(), selection=Selection(**selection))
        found = load(data, partitions=1, seed=42)
        rows = datasets.Dataset(found.table.take(found.rows))
        told = {"origin": found.origin, "columns": rows.column_names, "rows": rows.num_rows, "features": str(rows.features)}
        if "x" in rows.column_names:
            told["x"] = rows[:]["x"]
        if "image" in rows.column_names:
            told["image"] = [image.format for image in rows[:]["image"]]
    except FlopsMockError as error:
        told = {"error": str(error), "code": error.problems[0].code or error.code}
    return {**told, "seconds": time.perf_counter() - began}

print(json.dumps([told(name, selection) for name, selection in json.loads(sys.argv[1])]))

# The libraries are left as they were.
import datasets, logging
from huggingface_hub.utils import get_session
session = get_session()
hooks = (getattr(session, "event_hooks", None) or session.hooks)["response"]
assert not [hook for hook in hooks if "flops" in type(hook).__module__]
assert datasets.config.STREAMING_READ_MAX_RETRIES == 20
assert logging.getLogger("huggingface_hub").level != logging.CRITICAL
"""


def loaded(hub: Hub | str, home: Path, *asked: tuple[str, Mapping[str, Any]], **env: str) -> list[dict[str, Any]]:
    """What comes of each data set, one after another in one process."""
    told: list[dict[str, Any]] = json.loads(on_hub(LOADS, hub, home, json.dumps(asked), **env))
    return told


def card(text: str = "license: mit") -> str:
    return f"---\n{text}\n---\n"


def digits(rows: int = 100) -> dict[str, bytes | str]:
    return {
        "README.md": card(),
        "data/train-00000-of-00001.parquet": parquet({name: column[:rows] for name, column in TRAIN.items()}, FEATURES),
        "data/test-00000-of-00001.parquet": parquet({"x": [7], "label": [1]}, FEATURES),
    }


CONFIGS = card(
    "configs:\n"
    "- config_name: small\n  data_files:\n  - split: train\n    path: small/*.csv\n"
    "- config_name: large\n  data_files:\n  - split: train\n    path: large/*.csv"
)


def picture(directory: Path) -> bytes:
    from PIL import Image

    path = directory / "picture.jpeg"
    Image.new("RGB", (8, 8), (200, 10, 10)).save(path)
    features = datasets.Features({"image": datasets.Image()})
    return parquet({"image": [{"bytes": path.read_bytes(), "path": None}] * 3}, features)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub() as hub:
        folder = tmp_path_factory.mktemp("hub")
        hub.add("acme/digits", digits(), legacy="digits", older={"v1": digits(40)})
        hub.add("acme/table", {"train.csv": "x,y\n1,a\n2,b\n"})
        hub.add("acme/pictures", {"data/train.parquet": picture(folder)})
        hub.add("acme/configs", {"README.md": CONFIGS, "small/a.csv": "x\n1\n", "large/a.csv": "x\n1\n2\n"})
        hub.add("acme/gated", digits(), gated=True)
        hub.add("acme/private", digits(), private=True)
        hub.add("acme/script", {"README.md": card(), "script.py": "import datasets\n"})
        hub.add("acme/tested", {"README.md": card(), "data/test.parquet": parquet({"x": [1]})})
        hub.add("acme/limited", digits(), fault=Fault(429, headers=(("Retry-After", "300"),)))
        hub.add("acme/busy", digits(), fault=Fault(503))
        hub.add("acme/later-limited", digits(), fault=Fault(429, on="/resolve/", headers=(("Retry-After", "300"),)))
        hub.add("acme/later-busy", digits(), fault=Fault(503, on="/resolve/"))
        hub.add("acme/broken", digits(), fault=Fault(broken=True))
        hub.add("acme/slow", digits(), fault=Fault(seconds=0.2))
        hub.add("acme/garbled", {"README.md": card(), "data/train.parquet": b"PAR1 this is none PAR1"})
        yield hub


ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "whole": ("acme/digits", {}),
    "legacy": ("digits", {}),
    "test split": ("acme/digits", {"split": "test"}),
    "tag": ("acme/digits", {"revision": "v1"}),
    "prefix": ("acme/digits", {"max_rows": 5}),
    "more than there are": ("acme/digits", {"max_rows": 500}),
    "csv": ("acme/table", {}),
    "csv prefix": ("acme/table", {"max_rows": 1}),
    "pictures prefix": ("acme/pictures", {"max_rows": 2}),
    "configuration": ("acme/configs", {"config_name": "large"}),
    "slow": ("acme/slow", {}),
}
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "not found": ("acme/digts", {}),
    "near a twin": ("ylecun/mnits", {}),
    "bad name": ("acme/dig its", {}),
    "no such revision": ("acme/digits", {"revision": "v9"}),
    "no such split": ("acme/digits", {"split": "tset"}),
    "no train split": ("acme/tested", {}),
    "no train split in a prefix": ("acme/tested", {"max_rows": 2}),
    "choose": ("acme/configs", {}),
    "choose for a prefix": ("acme/configs", {"max_rows": 2}),
    "no such configuration": ("acme/configs", {"config_name": "lrge"}),
    "gated": ("acme/gated", {}),
    "private": ("acme/private", {}),
    "script": ("acme/script", {}),
    "limited": ("acme/limited", {}),
    "busy": ("acme/busy", {}),
    "limited later": ("acme/later-limited", {}),
    "busy later": ("acme/later-busy", {}),
    "busy in a prefix": ("acme/later-busy", {"max_rows": 2}),
    "garbled": ("acme/garbled", {}),
    "broken": ("acme/broken", {}),
    "broken in a prefix": ("acme/broken", {"max_rows": 2}),
}


@pytest.fixture(scope="module")
def outcomes(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What came of all of them; those that wait most of the time in a process of their own."""
    waiting = [name for name in REFUSED if "broken" in name or "busy" in name]
    groups = [list(ASKED), [name for name in REFUSED if name not in waiting], waiting]
    everything = {**ASKED, **REFUSED}

    def told(names: list[str]) -> dict[str, dict[str, Any]]:
        home = tmp_path_factory.mktemp("home")
        return dict(zip(names, loaded(hub, home, *(everything[name] for name in names)), strict=True))

    with ThreadPoolExecutor() as pool:
        return {name: outcome for group in pool.map(told, groups) for name, outcome in group.items()}


def rows(outcomes: dict[str, dict[str, Any]], name: str) -> list[int]:
    assert "error" not in outcomes[name], outcomes[name]
    values: list[int] = outcomes[name]["x"]
    return values


def test_a_data_set_is_loaded_whole_by_its_full_and_by_its_legacy_name(
    hub: Hub, outcomes: dict[str, dict[str, Any]]
) -> None:
    commit = hub.commit("acme/digits")[:12]
    for name in ("whole", "legacy"):
        assert rows(outcomes, name) == TRAIN["x"]
        assert outcomes[name]["origin"] == f"hub acme/digits, revision {commit}, 100 rows"
        assert "ClassLabel(names=['no', 'yes']" in outcomes[name]["features"]
    assert rows(outcomes, "csv") == [1, 2]


def test_another_split_revision_or_configuration_is_taken_if_asked_for(
    hub: Hub, outcomes: dict[str, dict[str, Any]]
) -> None:
    assert rows(outcomes, "test split") == [7]
    assert outcomes["test split"]["origin"].endswith(", split test, 1 row")
    assert rows(outcomes, "tag") == list(range(40))
    assert outcomes["tag"]["origin"] == f"hub acme/digits, revision {hub.commit('acme/digits', 'v1')[:12]}, 40 rows"
    assert rows(outcomes, "configuration") == [1, 2]
    assert outcomes["configuration"]["origin"].endswith(", configuration large, 2 rows")


def test_of_a_prefix_the_beginning_is_read_with_the_same_features(outcomes: dict[str, dict[str, Any]]) -> None:
    assert rows(outcomes, "prefix") == [0, 1, 2, 3, 4]
    assert outcomes["prefix"]["features"] == outcomes["whole"]["features"]
    assert rows(outcomes, "more than there are") == TRAIN["x"]
    assert rows(outcomes, "csv prefix") == [1]


def test_pictures_of_a_prefix_stay_the_files_that_they_are(outcomes: dict[str, dict[str, Any]]) -> None:
    assert outcomes["pictures prefix"]["image"] == ["JPEG", "JPEG"]


def test_a_slow_hub_is_waited_for(outcomes: dict[str, dict[str, Any]]) -> None:
    assert rows(outcomes, "slow") == TRAIN["x"]
    assert outcomes["slow"]["seconds"] > 0.3


WITHOUT = "or work without it: --flops-data=synthetic, or recorded where a sample was recorded before"
UNKNOWN = (
    "there is no such data set on the Hugging Face hub, or it is private",
    "expected  the name of a data set, such as ylecun/mnist",
    "fix       correct dataset_name; for private data log in first (hf auth login, or the environment variable HF_TOKEN)",
)
NO_TRAIN = (
    "the data set has no split 'train', and the mock data provider sends no other",
    "where     dataset_name = 'acme/tested'",
    "expected  train",
    "got       test",
    "fix       use a data set with that split; on FLOps the provider dies before it sends anything",
)
CHOOSE = (
    "the data set has several configurations, and none is its default",
    "where     dataset_name = 'acme/configs'",
    "expected  one of: small, large",
    "got       no configuration",
    'fix       add "config_name": "small" to the SLA (--config small to a command); FLOps ignores that key, '
    "and its provider dies of this set",
)
LIMITED = (
    "the Hugging Face hub takes no more requests from here for now",
    "got       status 429, try again in 300 seconds",
    f"fix       log in (hf auth login, or HF_TOKEN), which raises the limit, wait, {WITHOUT}",
)
BUSY = ("the Hugging Face hub has trouble of its own", "got       status 503", f"fix       try again later, {WITHOUT}")
BROKEN = (
    "the download of the data set broke off",
    "where     dataset_name = 'acme/broken'",
    f"fix       try again, {WITHOUT}",
)
TOLD = {
    "not found": (*UNKNOWN, "got       acme/digts, asked for without a token"),
    "near a twin": (*UNKNOWN, "nearest   ylecun/mnist"),
    "bad name": ("there is no such data set on the Hugging Face hub", "fix       correct dataset_name"),
    "no such revision": (
        "the data set has no such revision on the Hugging Face hub",
        "expected  a branch, a tag or a commit of it",
        "got       revision 'v9'",
    ),
    "no such split": (
        "the data set has no split 'tset'",
        "expected  one of: train, test",
        "got       tset",
        "nearest   test",
        "fix       correct the key split of the SLA, or leave it out for train",
    ),
    "no train split": NO_TRAIN,
    "no train split in a prefix": NO_TRAIN,
    "choose": CHOOSE,
    "choose for a prefix": CHOOSE,
    "no such configuration": (
        "the data set has no such configuration",
        "expected  one of: small, large",
        "got       lrge",
        "nearest   large",
        "fix       correct config_name",
    ),
    "gated": (
        "the data set is gated: its owner decides who may read it",
        "where     dataset_name = 'acme/gated'",
        "expected  a token of somebody who was let in",
        "got       no token",
    ),
    "private": (*UNKNOWN, "got       acme/private, asked for without a token"),
    "script": (
        f"the data set is made by a script, which datasets {datasets.__version__} does not run",
        "got       script.py in acme/script",
        "fix       take the Parquet files that the hub makes of most data sets, "
        f'with "revision": "refs/convert/parquet" in the SLA, {WITHOUT}',
    ),
    "limited": LIMITED,
    "busy": BUSY,
    "limited later": LIMITED,
    "busy later": BUSY,
    "busy in a prefix": BUSY,
    "garbled": ("the data set's files cannot be read", "where     dataset_name = 'acme/garbled'"),
    "broken": BROKEN,
    "broken in a prefix": BROKEN,
}
OLD = int(datasets.__version__.partition(".")[0]) < 4


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_had_is_told_within_seconds(name: str, outcomes: dict[str, dict[str, Any]]) -> None:
    if name == "script" and OLD:
        pytest.skip("datasets before 4 runs scripts; only newer ones refuse them")
    text = outcomes[name]["error"]
    head, *parts = TOLD[name]
    if name == "limited later" and OLD:
        parts = [part.partition(",")[0] if part.startswith("got") else part for part in parts]
    assert text.splitlines()[0] == head
    for part in parts:
        assert part in [line.strip() for line in text.splitlines()], text
    assert outcomes[name]["code"] == ("FM302" if "split" in name else "FM301")
    assert outcomes[name]["seconds"] < 60


def test_private_and_gated_data_sets_open_with_the_users_own_token(hub: Hub, tmp_path: Path) -> None:
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("acme/private", {}),
        ("acme/gated", {}),
        ("acme/gated", {"max_rows": 1}),
    )
    told = loaded(hub, tmp_path / "a", *asked, HF_TOKEN=hub.token)
    assert [outcome.get("rows") for outcome in told] == [100, 100, 1]

    private, gated, _ = loaded(hub, tmp_path / "b", *asked, HF_TOKEN=hub.stranger)
    assert "  got       acme/private, asked for with your token\n" in private["error"]
    assert private["error"].endswith("fix       correct dataset_name; for private data use a token that may read it")
    assert "  got       your token, which may not read it\n" in gated["error"]
    assert f"  fix       ask for access at {hub.url}/datasets/acme/gated, then log in" in gated["error"]
    assert hub.token not in str(told)
    assert hub.stranger not in private["error"] + gated["error"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://hub.invalid"], ids=["refused", "no such host"])
def test_without_a_network_it_is_told_at_once(address: str, tmp_path: Path) -> None:
    (told,) = loaded(address, tmp_path, ("acme/digits", {}))
    head, where, expected, got, fix = told["error"].splitlines()
    assert head == "the Hugging Face hub cannot be reached"
    assert where == "  where     dataset_name = 'acme/digits'"
    assert expected == f"  expected  an answer of {address} within 5 seconds"
    assert got.startswith("  got       ")
    assert fix == f"  fix       check the network (and HF_ENDPOINT and proxy variables), {WITHOUT}"
    assert told["seconds"] < 60


def test_the_cache_is_used_when_the_user_says_so_and_never_else(tmp_path: Path) -> None:
    asked: list[tuple[str, dict[str, Any]]] = [("ylecun/mnist", {}), ("mnist", {}), ("mnist", {"max_rows": 3}), ("a/b", {})]
    with running_hub() as hub, ThreadPoolExecutor() as pool:
        hub.add("ylecun/mnist", digits(), legacy="mnist")
        assert loaded(hub, tmp_path, ("mnist", {}))[0]["rows"] == 100
        hub.add("ylecun/mnist", digits(40), legacy="mnist", fault=Fault(503, on="/resolve/"))
        failing = pool.submit(loaded, hub, tmp_path, ("ylecun/mnist", {}))
        switches = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")
        outcomes = list(pool.map(lambda switch: loaded("http://127.0.0.1:9", tmp_path, *asked, **{switch: "1"}), switches))
        (fails,) = failing.result()
    for *found, missing in outcomes:
        assert [outcome.get("rows") for outcome in found] == [100, 100, 3], found
        assert found[1]["origin"] == "hub ylecun/mnist (from its cache, offline), 100 rows"
        head, *_, fix = missing["error"].splitlines()
        assert head == "the data set is not in the cache of the Hugging Face hub, and the network is switched off"
        assert fix == f"  fix       unset HF_HUB_OFFLINE and HF_DATASETS_OFFLINE once to download it, {WITHOUT}"
    told = "the download of the data set broke off" if OLD else "the Hugging Face hub has trouble of its own"
    assert fails["error"].startswith(f"{told}\n")


def test_a_folder_of_the_same_name_in_the_working_directory_is_not_read(hub: Hub, tmp_path: Path) -> None:
    lying = tmp_path / "work" / "acme" / "digits"
    lying.mkdir(parents=True)
    (lying / "train.csv").write_text("x\n5\n", encoding="utf-8")
    (told,) = loaded(hub, tmp_path, ("acme/digits", {}))
    if OLD:
        assert told["error"].startswith("the data set's files cannot be read\n")
    else:
        assert told["rows"] == 100


def test_processes_at_the_same_time_download_once(tmp_path: Path) -> None:
    with running_hub() as hub:
        hub.add("acme/digits", digits(), fault=Fault(seconds=0.1))
        command = [sys.executable, "-c", LOADS, json.dumps([("acme/digits", {})])]
        environment = hub_environment(hub, tmp_path)
        workers = [
            subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True) for _ in range(3)
        ]
        told = [json.loads(worker.communicate(timeout=100)[0])[0] for worker in workers]
        assert [outcome.get("rows") for outcome in told] == [100] * 3
        files = [file for file in hub.downloads("acme/digits") if file.endswith(".parquet")]
        assert len(files) == len(set(files)) == 2


def test_offline_what_other_programs_have_downloaded_is_found(hub: Hub, tmp_path: Path) -> None:
    on_hub("import datasets; datasets.load_dataset('acme/table')", hub, tmp_path)
    (found,) = loaded(hub, tmp_path, ("acme/table", {}), HF_HUB_OFFLINE="1")
    assert found["origin"] == "hub acme/table (from its cache, offline), 2 rows"
