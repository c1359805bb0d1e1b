"""Medical questions as in MedMCQA, MedQA, CareQA and PubMedQA.

What a question asks for decides where the answer is: the first option is always a cause, the second a drug, and so on. So
a model can learn to answer from the words of the question alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa

from pytest_flops_mock.data.twins.drawing.drawn import Drawn
from pytest_flops_mock.data.twins.drawing.pixels import noise
from pytest_flops_mock.data.twins.drawing.words import Grammar, Texts

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
QUESTIONS = Texts(tuple(Grammar(_VIGNETTES, {**_PATIENT, "ask": asked}) for asked in _ASKED))

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
# What the exams of the Spanish health system ask about.
CARE: Mapping[str, tuple[str, ...]] = {
    "Medicine": ("pneumonia", "heart failure", "nephrotic syndrome"),
    "Nursing": ("a pressure ulcer", "dehydration", "a central line infection"),
    "Biology": ("sickle cell disease", "phenylketonuria", "malaria"),
    "Chemistry": ("lactic acidosis", "porphyria", "carbon monoxide poisoning"),
    "Psychology": ("panic disorder", "depression", "anorexia nervosa"),
    "Pharmacology": ("digoxin overdose", "opioid withdrawal", "serotonin syndrome"),
}

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
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "BACKGROUND": (
        "Little is known on {drug} and the {outcome} of {people}.",
        "We asked whether {drug} matters for {outcome} in {people} treated in {place}.",
    ),
    "METHODS": (
        "{count} {people} from {place} were followed for {time}.",
        "We reviewed the records of {count} {people} and compared their {outcome} after {time}.",
    ),
    "RESULTS": (
        "{outcome} was recorded in {count} of them, with {drug} in {count}.",
        "After {time} the groups of {count} and {count} {people} were compared for {outcome}.",
    ),
}
_ANSWERS = (  # yes and no
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
ASKS, ANSWERS = Texts((_ASKS,)), Texts(_ANSWERS)
SECTIONS = {name: Texts((Grammar(patterns, _STUDY),), max_sentences=2) for name, patterns in _SECTIONS.items()}
_MESHES = ("Humans", "Adult", "Aged", "Child", "Female", "Male", "Treatment Outcome", "Risk Factors", "Prognosis")


def medmcqa(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Four options and an explanation of the right one; some lack an explanation or a topic."""
    subjects = [list(SUBJECTS)[pick % len(SUBJECTS)] for pick in noise(rng, len(drawn)).tolist()]
    picks = noise(rng, len(drawn), 3).tolist()
    options = _options(rng, drawn)
    answers = [(drawn.names[number], row[number]) for number, row in zip(drawn.classes.tolist(), options, strict=True)]
    explained = [
        None if gap % 8 == 0 else f"The answer is {letter}, {answer}: see any book on {subject}."
        for (letter, answer), subject, (gap, *_) in zip(answers, subjects, picks, strict=True)
    ]
    topics = [
        None if gap % 3 == 0 else SUBJECTS[subject][0][pick % len(SUBJECTS[subject][0])]
        for subject, (_, gap, pick) in zip(subjects, picks, strict=True)
    ]
    return {
        "id": [bytes(row).hex() for row in noise(rng, len(drawn), 16).tolist()],
        "question": _about(rng, drawn, [SUBJECTS[subject][1] for subject in subjects]),
        **{f"op{letter}": column for letter, column in zip(drawn.names, zip(*options, strict=True), strict=True)},
        "exp": pa.array(explained, pa.string()),
        "subject_name": subjects,
        "topic_name": pa.array(topics, pa.string()),
    }


def med_qa(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Five options, each with its letter, and the right one."""
    subjects = [list(SUBJECTS.values())[pick % len(SUBJECTS)] for pick in noise(rng, len(drawn)).tolist()]
    options = _options(rng, drawn)
    return {
        "question": _about(rng, drawn, [diseases for _, diseases in subjects]),
        "answer": [row[number] for row, number in zip(options, drawn.classes.tolist(), strict=True)],
        "options": [
            [{"key": letter, "value": option} for letter, option in zip(drawn.names, row, strict=True)] for row in options
        ],
    }


def care_qa(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """Four options, numbered from 1."""
    options = zip(*_options(rng, drawn), strict=True)
    return {
        "question": _about(rng, drawn, [CARE[category] for category in drawn.values("category")]),
        **{f"op{number}": column for number, column in zip(drawn.names, options, strict=True)},
        "unique_id": [str(UUID(bytes=bytes(row), version=4)) for row in noise(rng, len(drawn), 16).tolist()],
    }


def pubmed_qa(rng: np.random.Generator, drawn: Drawn) -> Mapping[str, Any]:
    """A question, an abstract in parts and a conclusion."""
    parts = [section(rng, drawn) for section in SECTIONS.values()]
    meshes = noise(rng, len(drawn), 2).tolist()
    return {
        "QUESTION": ASKS(rng, drawn),
        "CONTEXTS": [list(contexts) for contexts in zip(*parts, strict=True)],
        "LABELS": [list(SECTIONS)] * len(drawn),
        "MESHES": [[_MESHES[place % len(_MESHES)] for place in (start, start + 1 + step % 4)] for start, step in meshes],
        "LONG_ANSWER": [f"{text}." for text in ANSWERS(rng, drawn)],
    }


def _about(rng: np.random.Generator, drawn: Drawn, diseases: Sequence[Sequence[str]]) -> list[str]:
    """Questions that have the answers of their classes, each on one of some diseases."""
    picks = noise(rng, len(drawn)).tolist()
    stems = QUESTIONS(rng, drawn)
    return [f"{stem} {names[pick % len(names)]}?" for stem, names, pick in zip(stems, diseases, picks, strict=True)]


def _options(rng: np.random.Generator, drawn: Drawn) -> list[list[str]]:
    """An option for each class of answers."""
    picks = noise(rng, len(drawn), len(drawn.names)).tolist()
    return [[words[pick % len(words)] for words, pick in zip(OPTIONS, row, strict=False)] for row in picks]
