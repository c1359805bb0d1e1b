"""The twins of four collections of medical questions: MedMCQA, MedQA, CareQA and PubMedQA.

What a question asks for decides where the answer is: the first option is always a cause, the second a drug, and so on. So
a model can learn to answer from the words of the question alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import datasets
import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.pixels import Ints, balanced_labels, noise
from pytest_flops_mock.data.twins.tables import choose
from pytest_flops_mock.data.twins.twin import Twin
from pytest_flops_mock.data.twins.words import Grammar, texts

# What may be asked for, in the order of the options.
OPTIONS = (
    ("Streptococcus", "A virus", "Iron deficiency", "A gene defect", "An allergy", "Trauma", "Smoking", "Lead poisoning"),
    ("Penicillin", "Insulin", "Aspirin", "Propranolol", "Steroids", "Iron", "Surgery", "Atropine"),
    ("Fever", "Jaundice", "A rash", "Neck stiffness", "Weight loss", "Ankle oedema", "Clubbing", "Pallor"),
    ("Biopsy", "Chest X-ray", "MRI", "Blood culture", "ECG", "Ultrasound", "Serum ferritin", "Lumbar puncture"),
    ("Liver", "Left ventricle", "Spleen", "Thyroid", "Cerebellum", "Proximal tubule", "Ileum", "Femur"),
)
_ASKED = (
    ("which agent causes", "what is the most likely cause of", "what is known to trigger"),
    ("what is the drug of choice for", "which treatment is given first in", "what is the therapy of"),
    ("which sign is typical of", "which symptom points to", "which complaint is common in"),
    ("which test confirms", "what is the best investigation for", "how does one diagnose"),
    ("which organ suffers first from", "where is the lesion in", "which site is spared by"),
)
_VIGNETTES = (
    "A {age}-year-old {who} comes with {complaint} for {time}; {ask}",
    "{complaint} has troubled a {who} of {age} for {time}: {ask}",
    "For {time} a {age}-year-old {who} with {habit} has had {complaint}: {ask}",
)
_PATIENT = {
    "age": ("6", "12", "19", "27", "34", "45", "52", "61", "70", "83"),
    "who": ("man", "woman", "teacher", "farmer", "nurse", "student", "driver", "diver"),
    "complaint": ("cough", "headache", "back pain", "itching", "dizziness", "swollen joints", "nausea", "fatigue"),
    "time": ("two days", "a week", "ten days", "three weeks", "five months", "a year"),
    "habit": ("diabetes", "a pacemaker", "high blood pressure", "no known illness", "asthma", "a transplant"),
}
QUESTIONS = tuple(Grammar(patterns=_VIGNETTES, words={**_PATIENT, "ask": asked}) for asked in _ASKED)

# Topics and diseases of a subject.
SUBJECTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Medicine": (("Respiratory system", "Heart", "Kidney"), ("pneumonia", "heart failure", "nephrotic syndrome")),
    "Surgery": (("Abdomen", "Breast"), ("appendicitis", "gallstones", "an inguinal hernia")),
    "Pediatrics": (("Neonatology", "Growth"), ("measles", "croup", "rickets")),
    "Pathology": (("Blood", "Neoplasia"), ("anaemia", "lymphoma", "amyloidosis")),
    "Pharmacology": (("Autonomic nervous system",), ("digoxin overdose", "opioid withdrawal")),
    "Ophthalmology": (("Lens", "Retina"), ("glaucoma", "cataract", "retinal detachment")),
    "ENT": (("Ear", "Larynx"), ("otitis media", "laryngitis", "sinusitis")),
    "Dental": (("Oral medicine",), ("caries", "gingivitis", "a dental abscess")),
    "Psychiatry": (("Mood disorders",), ("depression", "mania", "delirium")),
    "Gynaecology & Obstetrics": (("Labour", "Contraception"), ("eclampsia", "placenta praevia", "endometriosis")),
}
# Exams of the Spanish health system: how often each comes, and what is asked about.
CARE: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "Medicine": (857, ("pneumonia", "heart failure", "nephrotic syndrome")),
    "Nursing": (923, ("a pressure ulcer", "dehydration", "a central line infection")),
    "Biology": (966, ("sickle cell disease", "phenylketonuria", "malaria")),
    "Chemistry": (944, ("lactic acidosis", "porphyria", "carbon monoxide poisoning")),
    "Psychology": (962, ("panic disorder", "depression", "anorexia nervosa")),
    "Pharmacology": (969, ("digoxin overdose", "opioid withdrawal", "serotonin syndrome")),
}
YEARS, NUMBERS = (2020, 2024), 210
"""Of the exams; and questions of one are numbered up to here."""

_LETTERS = "abcd"

_CONCLUSIONS = (
    "{drug} {effect} {outcome} of {people} within {time}",
    "In {people}, {drug} {effect} {outcome} after {time}",
    "Over {time} the {outcome} of {people} {passive} by {drug}",
)
_STUDY = {
    "drug": ("metformin", "vitamin D", "early exercise", "a statin", "laparoscopy", "screening", "music therapy", "zinc"),
    "outcome": ("survival", "mobility", "bone density", "quality of life", "hospital stay", "blood pressure", "recovery"),
    "people": ("older adults", "preterm infants", "smokers", "women with breast cancer", "dialysis patients", "athletes"),
    "time": ("six weeks", "three months", "one year", "five years", "ten days"),
    "count": ("48", "96", "120", "254", "612", "1,030"),
    "place": ("a university hospital", "two clinics", "primary care", "an intensive care unit", "rural practices"),
}
_ASKS = Grammar(
    patterns=(
        "Does {drug} improve {outcome} in {people}?",
        "Is {drug} associated with better {outcome} of {people} after {time}?",
        "{outcome} of {people}: is {drug} of use within {time}?",
    ),
    words=_STUDY,
)
_SECTIONS: Mapping[str, Grammar] = {
    "BACKGROUND": Grammar(
        patterns=(
            "Little is known on {drug} and the {outcome} of {people}.",
            "We asked whether {drug} matters for {outcome} in {people} treated in {place}.",
        ),
        words=_STUDY,
    ),
    "METHODS": Grammar(
        patterns=(
            "{count} {people} from {place} were followed for {time}.",
            "We reviewed the records of {count} {people} and compared their {outcome} after {time}.",
        ),
        words=_STUDY,
    ),
    "RESULTS": Grammar(
        patterns=(
            "{outcome} was recorded in {count} of them, with {drug} in {count}.",
            "After {time} the groups of {count} and {count} {people} were compared for {outcome}.",
        ),
        words=_STUDY,
    ),
}
# Of a yes and of a no.
ANSWERS = (
    Grammar(
        patterns=_CONCLUSIONS,
        words={
            **_STUDY,
            "effect": ("improves", "clearly benefits", "is associated with better"),
            "passive": ("is improved", "is raised"),
        },
    ),
    Grammar(
        patterns=_CONCLUSIONS,
        words={
            **_STUDY,
            "effect": ("does not change", "has no effect on the", "failed to improve the"),
            "passive": ("is not affected", "was never changed"),
        },
    ),
)
_MESHES = ("Humans", "Adult", "Aged", "Child", "Female", "Male", "Treatment Outcome", "Risk Factors", "Prognosis")


def choice_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the split ``train`` of MedMCQA: four options and the right one; some lack an explanation or topic."""
    answers = balanced_labels(rng, rows, 4)
    picks = noise(rng, rows, 6).tolist()
    questions, subjects, topics = _asked_of_subjects(rng, answers)
    options = _options(rng, rows, 4)
    explained = [
        None if gap % 8 == 0 else f"The answer is {_LETTERS[answer]}, {row[answer]}: see any book on {subject}."
        for answer, row, subject, (gap, *_) in zip(answers.tolist(), options, subjects, picks, strict=True)
    ]
    return pa.table(
        {
            "id": [bytes(row).hex() for row in noise(rng, rows, 16).tolist()],
            "question": questions,
            **{f"op{letter}": [row[place] for row in options] for place, letter in enumerate(_LETTERS)},
            "cop": answers,
            "choice_type": ["multi" if kind % 3 == 0 else "single" for _, kind, *_ in picks],
            "exp": pa.array(explained, pa.string()),
            "subject_name": subjects,
            "topic_name": pa.array(
                [None if gap % 3 == 0 else topic for topic, (_, _, gap, *_) in zip(topics, picks, strict=True)], pa.string()
            ),
        }
    )


def untitled_choice_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of its split ``validation``: no question has a topic."""
    table = choice_rows(rng, rows)
    return table.set_column(table.column_names.index("topic_name"), "topic_name", pa.nulls(rows, pa.string()))


def unanswered_choice_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of its split ``test``: the right option is -1 and the explanation empty."""
    table = untitled_choice_rows(rng, rows)
    for name, hidden in (("cop", np.full(rows, -1)), ("exp", [""] * rows)):
        table = table.set_column(table.column_names.index(name), name, pa.array(hidden))
    return table


def exam_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of MedQA: five options, each with its letter, and the right one."""
    answers = balanced_labels(rng, rows, 5)
    questions, _, _ = _asked_of_subjects(rng, answers)
    options = _options(rng, rows, 5)
    return pa.table(
        {
            "meta_info": ["step1" if pick % 2 else "step2&3" for pick in noise(rng, rows).tolist()],
            "question": questions,
            "answer_idx": ["ABCDE"[answer] for answer in answers.tolist()],
            "answer": [row[answer] for row, answer in zip(options, answers.tolist(), strict=True)],
            "options": [[{"key": key, "value": value} for key, value in zip("ABCDE", row, strict=True)] for row in options],
        }
    )


def care_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of CareQA: four options, and the number of the right one from 1."""
    answers = balanced_labels(rng, rows, 4)
    categories = list(CARE)
    chosen = choose(rng, [[count for count, _ in CARE.values()]], np.zeros(rows, np.int64)).tolist()
    stems = texts(rng, QUESTIONS, answers, least=1, most=1)
    options = _options(rng, rows, 4)
    picks = noise(rng, rows, 3).tolist()
    first, last = YEARS
    asked = []
    for stem, category, (pick, *_) in zip(stems, chosen, picks, strict=True):
        _, diseases = CARE[categories[category]]
        asked.append(f"{stem} {diseases[pick % len(diseases)]}?")
    return pa.table(
        {
            "exam_id": [1 + number % NUMBERS for _, number, _ in picks],
            "question": asked,
            **{f"op{place + 1}": [row[place] for row in options] for place in range(4)},
            "cop": answers + 1,
            "year": [first + year % (last - first + 1) for _, _, year in picks],
            "category": [categories[category] for category in chosen],
            "unique_id": [str(UUID(bytes=bytes(row), version=4)) for row in noise(rng, rows, 16).tolist()],
        }
    )


def study_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    """Rows of the twin of PubMedQA: a question, an abstract in parts and a conclusion, nearly always a yes."""
    labels = choose(rng, [(93, 7)], np.zeros(rows, np.int64))
    alike = np.zeros(rows, np.int64)
    parts = [texts(rng, [grammar], alike, least=1, most=2) for grammar in _SECTIONS.values()]
    concluded = texts(rng, ANSWERS, labels, least=1, most=1)
    unknown = pa.nulls(rows, pa.string())
    return pa.table(
        {
            "QUESTION": texts(rng, [_ASKS], alike, least=1, most=1),
            "CONTEXTS": [list(contexts) for contexts in zip(*parts, strict=True)],
            "LABELS": [list(_SECTIONS)] * rows,
            "MESHES": [
                [_MESHES[start % len(_MESHES)], _MESHES[(start + 1 + step % 4) % len(_MESHES)]]
                for start, step in noise(rng, rows, 2).tolist()
            ],
            "YEAR": unknown,
            "reasoning_required_pred": unknown,
            "reasoning_free_pred": unknown,
            "final_decision": ["no" if label else "yes" for label in labels.tolist()],
            "LONG_ANSWER": [f"{text}." for text in concluded],
        }
    )


def _asked_of_subjects(rng: np.random.Generator, answers: Ints) -> tuple[list[str], list[str], list[str]]:
    """Questions that have these answers, their subjects and topics."""
    questions, subjects, topics = [], [], []
    names = list(SUBJECTS)
    stems = texts(rng, QUESTIONS, answers, least=1, most=1)
    for stem, (which, disease, topic) in zip(stems, noise(rng, len(answers), 3).tolist(), strict=True):
        subject = names[which % len(names)]
        fields, diseases = SUBJECTS[subject]
        questions.append(f"{stem} {diseases[disease % len(diseases)]}?")
        subjects.append(subject)
        topics.append(fields[topic % len(fields)])
    return questions, subjects, topics


def _options(rng: np.random.Generator, rows: int, count: int) -> list[list[str]]:
    picks = noise(rng, rows, count).tolist()
    return [[words[pick % len(words)] for words, pick in zip(OPTIONS, row, strict=False)] for row in picks]


def _choice_features() -> datasets.Features:
    text = datasets.Value("string")
    return datasets.Features(
        {
            **dict.fromkeys(("id", "question", "opa", "opb", "opc", "opd"), text),
            "cop": datasets.ClassLabel(names=list(_LETTERS)),
            **dict.fromkeys(("choice_type", "exp", "subject_name", "topic_name"), text),
        }
    )


def _exam_features() -> datasets.Features:
    text = datasets.Value("string")
    return datasets.Features(
        {
            **dict.fromkeys(("meta_info", "question", "answer_idx", "answer"), text),
            "options": [{"key": text, "value": text}],
        }
    )


def _care_features() -> datasets.Features:
    text, number = datasets.Value("string"), datasets.Value("int64")
    return datasets.Features(
        {
            "exam_id": number,
            **dict.fromkeys(("question", "op1", "op2", "op3", "op4"), text),
            **dict.fromkeys(("cop", "year"), number),
            **dict.fromkeys(("category", "unique_id"), text),
        }
    )


def _study_features() -> datasets.Features:
    text = datasets.Value("string")
    return datasets.Features(
        {
            "QUESTION": text,
            **dict.fromkeys(("CONTEXTS", "LABELS", "MESHES"), datasets.Sequence(text)),
            **dict.fromkeys(
                ("YEAR", "reasoning_required_pred", "reasoning_free_pred", "final_decision", "LONG_ANSWER"), text
            ),
        }
    )


# https://huggingface.co/datasets/openlifescienceai/medmcqa (21 subjects there)
MEDMCQA = Twin(
    name="openlifescienceai/medmcqa",
    aliases=("medmcqa",),
    config="default",
    splits=(("train", 182_822), ("test", 6_150), ("validation", 4_183)),
    features=_choice_features,
    rows=choice_rows,
    label="cop",
    special=(("test", unanswered_choice_rows), ("validation", untitled_choice_rows)),
)

# https://huggingface.co/datasets/bigbio/med_qa, whose loading script names the default; the counts are those of its copy
# https://huggingface.co/datasets/fzkuji/MedQA
MED_QA = Twin(
    name="bigbio/med_qa",
    config="med_qa_en_source",
    splits=(("train", 10_178), ("test", 1_273), ("validation", 1_272)),
    features=_exam_features,
    rows=exam_rows,
    label="answer_idx",
)

# https://huggingface.co/datasets/HPAI-BSC/CareQA (2,769 rows in CareQA_en_open, 5,621 in CareQA_es)
CARE_QA = Twin(
    name="HPAI-BSC/CareQA",
    config="CareQA_en",
    configs=("CareQA_en", "CareQA_en_open", "CareQA_es"),
    splits=(("test", 5_621),),
    features=_care_features,
    rows=care_rows,
    label="cop",
)

# https://huggingface.co/datasets/bigbio/pubmed_qa, whose loading script names the default; 200,000 are what validation
# leaves of the 211,269 that https://huggingface.co/datasets/qiaojin/PubMedQA has in one
PUBMED_QA = Twin(
    name="bigbio/pubmed_qa",
    config="pubmed_qa_artificial_source",
    splits=(("train", 200_000), ("validation", 11_269)),
    features=_study_features,
    rows=study_rows,
    label="final_decision",
)
