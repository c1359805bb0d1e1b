"""The partitioners of Flower Datasets that an SLA can name, each with its own arguments, as Flower calls them.

What is said here can be refused before any row is read. What depends on rows is refused in ``partitions/``. Defaults are
Flower's: what nobody sets is not passed on. ``seed`` is by default the one of the run.
"""

from __future__ import annotations

import shlex
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

_WIDTH = 120
_CONFIG = ConfigDict(frozen=True, extra="forbid")


def _no_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "a boolean is not a number")
    return value


def _numbers(value: object) -> object:
    """A text with commas is a list."""
    return value.split(",") if isinstance(value, str) and "," in value else value


def _list(value: object) -> object:
    """A text is a list, as is a single number."""
    if isinstance(value, str):
        return value.split(",")
    return [value] if isinstance(value, int | float) else value


def _rows(value: object) -> object:
    """A text is a list of lists, with a semicolon between them."""
    return [row.split(",") for row in value.split(";")] if isinstance(value, str) else value


def _some_text(value: object) -> object:
    if isinstance(value, str) and not value:
        raise PydanticCustomError("column", "no name")
    return value


_Int = Annotated[int, BeforeValidator(_no_boolean)]
_Float = Annotated[float, BeforeValidator(_no_boolean), Field(allow_inf_nan=False)]
_Alpha = Annotated[_Float, Field(gt=0)]
_Share = Annotated[_Float, Field(ge=0)]
_Count = Annotated[_Int, Field(ge=1)]
_Size = Annotated[_Int, Field(ge=0)]

Seed = Annotated[_Int | None, Field(ge=0, description="a whole number, 0 or more")]
Column = Annotated[str | None, BeforeValidator(_some_text), Field(description="the name of a column")]
Shuffle = Annotated[bool, Field(description="true or false")]


class IID(BaseModel):
    """Every partition is a random sample, and all are equally large: what the real mock data provider makes.

    Attributes:
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["iid"] = "iid"
    seed: Seed = None


class Linear(BaseModel):
    """The size of a partition grows with its number.

    Attributes:
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["linear"] = "linear"
    seed: Seed = None


class Square(BaseModel):
    """The size of a partition grows with the square of its number.

    Attributes:
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["square"] = "square"
    seed: Seed = None


class Exponential(BaseModel):
    """The size of a partition grows with e to the power of its number.

    Attributes:
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["exponential"] = "exponential"
    seed: Seed = None


class Size(BaseModel):
    """Partitions of given sizes.

    Attributes:
        partition_sizes: Rows of each partition.
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["size"] = "size"
    partition_sizes: Annotated[
        tuple[_Count, ...],
        BeforeValidator(_list),
        Field(min_length=1, description="a list of whole numbers, each 1 or more: the rows of each partition"),
    ]
    seed: Seed = None


class Dirichlet(BaseModel):
    """The rows of each class are shared out by a Dirichlet distribution.

    Attributes:
        alpha: The smaller, the more partitions differ; one number, or one for each partition.
        partition_by: The column with the classes.
        min_partition_size: Rows that each partition has at least; shares are drawn up to ten times for it.
        self_balancing: Whether a partition above the mean size gets no further rows.
        shuffle: Whether the rows of a partition are mixed; else they are in the order of their classes.
        seed: Decides the order of the rows and the shares.
    """

    model_config = _CONFIG

    name: Literal["dirichlet"] = "dirichlet"
    alpha: Annotated[
        _Alpha | Annotated[tuple[_Alpha, ...], Field(min_length=1)],
        BeforeValidator(_numbers),
        Field(description="a number above 0, as a Dirichlet distribution has no other, or a list of them"),
    ]
    partition_by: Column = None
    min_partition_size: Annotated[_Size, Field(description="a whole number of rows, 0 or more")] = 10
    self_balancing: Annotated[bool, Field(description="true or false")] = False
    shuffle: Shuffle = True
    seed: Seed = None


class InnerDirichlet(BaseModel):
    """Partitions of given sizes, the classes of each by a Dirichlet distribution.

    Attributes:
        partition_sizes: Rows of each partition.
        alpha: The smaller, the fewer classes a partition has; one number, or one for each class.
        partition_by: The column with the classes, numbered from 0.
        shuffle: Whether the rows of a partition are mixed.
        seed: Decides the order of the rows and the shares.
    """

    model_config = _CONFIG

    name: Literal["inner_dirichlet"] = "inner_dirichlet"
    partition_sizes: Annotated[
        tuple[_Size, ...],
        BeforeValidator(_list),
        Field(min_length=1, description="a list of whole numbers, each 0 or more: the rows of each partition"),
    ]
    alpha: Annotated[
        _Alpha | Annotated[tuple[_Alpha, ...], Field(min_length=1)],
        BeforeValidator(_numbers),
        Field(description="a number above 0, as a Dirichlet distribution has no other, or a list of them"),
    ]
    partition_by: Column = None
    shuffle: Shuffle = True
    seed: Seed = None


class Pathological(BaseModel):
    """Each partition has rows of a few classes only.

    Attributes:
        num_classes_per_partition: How many classes.
        class_assignment_mode: How they are chosen.
        partition_by: The column with the classes.
        shuffle: Whether the rows of a partition are mixed; else they are in the order of their classes.
        seed: Decides the order of the rows and the classes.
    """

    model_config = _CONFIG

    name: Literal["pathological"] = "pathological"
    num_classes_per_partition: Annotated[_Count, Field(description="a whole number of classes, 1 or more")]
    class_assignment_mode: Annotated[
        Literal["random", "deterministic", "first-deterministic"],
        Field(description="one of these: random, deterministic, first-deterministic"),
    ] = "random"
    partition_by: Column = None
    shuffle: Shuffle = True
    seed: Seed = None


class Shard(BaseModel):
    """The rows are sorted by a column and cut into shards, of which each partition gets some.

    Attributes:
        num_shards_per_partition: How many shards a partition gets; needed if ``shard_size`` is not given.
        shard_size: Rows of a shard.
        keep_incomplete_shard: Whether the last, smaller shard counts.
        partition_by: The column that the rows are sorted by.
        shuffle: Whether the rows of a partition are mixed.
        seed: Decides the order of the rows and who gets which shard.
    """

    model_config = _CONFIG

    name: Literal["shard"] = "shard"
    num_shards_per_partition: Annotated[_Count | None, Field(description="a whole number of shards, 1 or more")] = None
    shard_size: Annotated[_Count | None, Field(description="a whole number of rows, 1 or more")] = None
    keep_incomplete_shard: Annotated[bool, Field(description="true or false")] = False
    partition_by: Column = None
    shuffle: Shuffle = True
    seed: Seed = None

    @model_validator(mode="after")
    def _is_told_how_many(self) -> Shard:
        if self.num_shards_per_partition is None and self.shard_size is None:
            raise PydanticCustomError("shards", "num_shards_per_partition or shard_size")
        return self


class NaturalId(BaseModel):
    """A partition for each value of a column, such as a person, in their order.

    Attributes:
        partition_by: The column with the ids.
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["natural_id"] = "natural_id"
    partition_by: Column = None
    seed: Seed = None


class GroupedNaturalId(BaseModel):
    """A partition for each group of values of a column, such as the people of an organisation.

    Attributes:
        group_size: How many ids make a group.
        mode: What becomes of ids that do not fill a group.
        sort_unique_ids: Whether ids are sorted first; else they come in the order of the rows.
        partition_by: The column with the ids.
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["grouped_natural_id"] = "grouped_natural_id"
    group_size: Annotated[_Count, Field(description="a whole number of ids, 1 or more")]
    mode: Annotated[
        Literal["allow-smaller", "allow-bigger", "drop-reminder", "strict"],
        Field(description="one of these: allow-smaller, allow-bigger, drop-reminder, strict"),
    ] = "allow-smaller"
    sort_unique_ids: Annotated[bool, Field(description="true or false")] = False
    partition_by: Column = None
    seed: Seed = None


class Distribution(BaseModel):
    """The rows of each class are shared out as a table says.

    Attributes:
        distribution_array: For each class in order, what the partitions that have it get.
        num_unique_labels_per_partition: How many classes a partition has.
        preassigned_num_samples_per_label: Rows that each of these classes has at least.
        rescale: Whether the table has shares; else it has numbers of rows.
        partition_by: The column with the classes.
        shuffle: Whether the rows of a partition are mixed; else they are in the order of their classes.
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["distribution"] = "distribution"
    distribution_array: Annotated[
        tuple[Annotated[tuple[_Share, ...], Field(min_length=1)], ...],
        BeforeValidator(_rows),
        Field(min_length=1, description="a list for each class, equally long, of numbers that are 0 or more and not all 0"),
    ]
    num_unique_labels_per_partition: Annotated[_Count, Field(description="a whole number of classes, 1 or more")]
    preassigned_num_samples_per_label: Annotated[_Size, Field(description="a whole number of rows, 0 or more")]
    rescale: Annotated[bool, Field(description="true or false")] = True
    partition_by: Column = None
    shuffle: Shuffle = True
    seed: Seed = None

    @model_validator(mode="after")
    def _is_a_table(self) -> Distribution:
        table = self.distribution_array
        if len(set(map(len, table))) > 1 or (self.rescale and not all(map(sum, table))):
            raise PydanticCustomError("distribution_array", "distribution_array")
        return self


class Continuous(BaseModel):
    """The rows are sorted by a number, more or less strictly, and cut into equal partitions.

    Attributes:
        strictness: From 0 (a random sample) to 1 (sorted).
        partition_by: The column with the numbers.
        shuffle: Whether the rows of a partition are mixed.
        seed: Decides the order of the rows.
    """

    model_config = _CONFIG

    name: Literal["continuous"] = "continuous"
    strictness: Annotated[
        Annotated[_Float, Field(ge=0, le=1)], Field(description="a number from 0 (a random sample) to 1 (sorted)")
    ]
    partition_by: Column = None
    shuffle: Shuffle = True
    seed: Seed = None


Partitioner: TypeAlias = (
    IID
    | Dirichlet
    | Pathological
    | Shard
    | Linear
    | Square
    | Exponential
    | Size
    | NaturalId
    | GroupedNaturalId
    | InnerDirichlet
    | Distribution
    | Continuous
)

PARTITIONERS: dict[str, type[Partitioner]] = {kind.model_fields["name"].default: kind for kind in get_args(Partitioner)}
"""Every partitioner by its name."""


class Group(BaseModel):
    """Some of the partitions of a mixed fleet. Its share of the rows is a data set of its own for its partitioner.

    Attributes:
        partitioner: How its rows are split.
        number_of_partitions: How many partitions it has.
    """

    model_config = _CONFIG

    partitioner: Partitioner
    number_of_partitions: int


Partitioning: TypeAlias = Partitioner | tuple[Group, ...]
"""One partitioner, or the groups of a mixed fleet."""


def written(partitioning: Partitioning) -> str:
    """A partitioning as users write it down."""
    if isinstance(partitioning, tuple):
        return " + ".join(f"{group.number_of_partitions} by {written(group.partitioner)}" for group in partitioning)
    return " ".join([partitioning.name, *(f"{key}={_word(value)}" for key, value in arguments(partitioning).items())])


def in_short(partitioning: Partitioning) -> str:
    """The same for a line among others: cut where it is long."""
    text = written(partitioning)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def arguments(partitioner: Partitioner) -> dict[str, Any]:
    """What was said about it, beside its name."""
    return partitioner.model_dump(exclude_unset=True, exclude={"name"})


def _word(value: Any) -> str:
    if isinstance(value, tuple):
        return (";" if value and isinstance(value[0], tuple) else ",").join(map(_word, value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else shlex.quote(str(value))
