"""What federated rounds over learner nodes come to: ``FM11xx``."""

from __future__ import annotations

from pytest_flops_mock.codes.code import Code
from pytest_flops_mock.stage import Severity, Stage

ROUNDS = (
    Code(
        "FM1101",
        Stage.ROUNDS,
        Severity.ERROR,
        "a learner dies of an exception",
        trigger="An exception left the code of the repository in a learner of the federation. The finding names node, round "
        "and line, and what the learner's partition has that those of the others have not.",
        why="FLOps leaves a learner that dies out of its round, and the next round waits up to a day for another one.",
        fix="Mend the code at the line that is named, so that it takes each partition that a device may have.",
    ),
    Code(
        "FM1102",
        Stage.ROUNDS,
        Severity.ERROR,
        "a learner's process ends without a result",
        trigger="The process of a learner exited or was ended by a signal in the middle of the federation.",
        why="FLOps leaves it out of its round, and the next round waits up to a day for another one.",
        fix="Look for os._exit(), sys.exit(), native code that crashes, and for a tag under which its node has no data.",
    ),
    Code(
        "FM1103",
        Stage.ROUNDS,
        Severity.ERROR,
        "a learner's round does not end",
        trigger="A learner did not come to the end of its round within the time limit.",
        why="FLOps sets no time limit for a round: all other learners wait for this one for ever.",
        fix="Look for an endless loop or a lock at the line that is named; slow but right: raise the limit.",
    ),
    Code(
        "FM1104",
        Stage.ROUNDS,
        Severity.ERROR,
        "an aggregator dies",
        trigger="An exception, an exit or a crash ended an aggregator.",
        why="On FLOps its process stays, nothing is trained any more, and no learner is told.",
        fix="Mend the code at the line that is named; an aggregator has no data, and sets the averages.",
    ),
    Code(
        "FM1105",
        Stage.ROUNDS,
        Severity.WARNING,
        "round 1 may begin without all learners",
        trigger="There are more learner nodes than min_available_clients asks for. The rounds here waited for all of them.",
        why="FLOps starts so many learners and begins with whoever comes first: chance decides whose rows are averaged.",
        fix="Set min_available_clients, min_fit_clients and min_evaluate_clients to the number of learners.",
    ),
    Code(
        "FM1106",
        Stage.ROUNDS,
        Severity.ERROR,
        "the federation does not come to its end",
        trigger="An aggregator waited for learners, or for a result, that would not come, and no learner had failed; or all "
        "actors together took more than they may.",
        why="FLOps waits a day for learners to come, and for a result for ever. What did not run is not known to work.",
        fix="Ask for no more learners than there are nodes with matching data, and for no more than this machine bears.",
    ),
    Code(
        "FM1107",
        Stage.ROUNDS,
        Severity.ERROR,
        "values that are not finite",
        trigger="Parameters, a loss or an accuracy of a learner or of the average were NaN or infinite in some round.",
        why="Nothing refuses them: every average is NaN from then on, and the project ends as if it had worked.",
        fix="Look for divisions by zero, empty or constant columns, missing values, and steps that are too large.",
    ),
    Code(
        "FM1108",
        Stage.ROUNDS,
        Severity.WARNING,
        "the rounds bring no progress",
        trigger="After the last round the mean loss is not below that of the first by more than it spreads over learners, "
        "nor is the accuracy above it. Only a note where the first round has learnt something already.",
        why="More rounds cost time on every device, and the model does not become better by them.",
        fix="Let fit_model() go on from the parameters that were set instead of from the start; look at the learning rate.",
    ),
    Code(
        "FM1109",
        Stage.ROUNDS,
        Severity.WARNING,
        "a node is far below the others",
        trigger="After the last round the model is much worse on a node's data than on those of the others, by median and "
        "median absolute deviation, and chance does not explain it. Four learners or more are needed to say so.",
        why="The average hides it: the users of this device get a model that does not work for them.",
        fix="See what its partition has that others have not; weigh or train what it holds.",
    ),
    Code(
        "FM1110",
        Stage.ROUNDS,
        Severity.WARNING,
        "FLOps keeps the model of round 1",
        trigger="No later round had both a higher accuracy and a lower loss than round 1, though one became better. Only a "
        "note where the accuracy is the same in the end.",
        why="FLOps saves a model only if both are better, and gives the last one saved to the user.",
        fix="Look at why loss and accuracy go apart: overfitting, classes of unequal size, an accuracy of another data set.",
    ),
    Code(
        "FM1111",
        Stage.ROUNDS,
        Severity.ERROR,
        "the parameters of learners do not fit together",
        trigger="Learners sent arrays of different number or shape in the same round.",
        why="They cannot be averaged: the aggregator dies, or NumPy stretches one over the other without a word.",
        fix="Take shapes from the features (the number of classes, say) and not from the rows that a learner has.",
    ),
    Code(
        "FM1112",
        Stage.ROUNDS,
        Severity.ERROR,
        "nothing was trained, and the federation ended as if it had worked",
        trigger="No round had a result of a learner, and the aggregator came to its end.",
        why="FLOps hands out the initial parameters as the trained model.",
        fix="Let min_fit_clients be at most min_available_clients; see why no learner gave a result.",
    ),
    Code(
        "FM1113",
        Stage.ROUNDS,
        Severity.INFO,
        "a fault of the plan",
        trigger="Something went wrong with a learner because the plan of the rounds asked for it. A warning where the "
        "federation then stands still.",
        why="It tells what FLOps does when a device dies, hangs, is slow or comes late.",
        fix="Nothing in the repository; leave the fault out of the plan to see the federation without it.",
    ),
    Code(
        "FM1114",
        Stage.ROUNDS,
        Severity.INFO,
        "learners of FLOps pause between cycles",
        trigger="The plan is hierarchical and has several cycles. The pause was not waited for.",
        why="When a cluster's aggregator closes, each learner of FLOps waits 20 s before it connects again.",
        fix="Nothing to do; more rounds in fewer cycles pause less often.",
    ),
)
