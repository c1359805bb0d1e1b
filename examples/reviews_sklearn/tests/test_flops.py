"""What the settings in pytest.ini do not ask: a review that nobody wrote anything in."""

import datasets


def test_empty_reviews_are_no_problem(flops_check, mock_data_provider, ml_data_server):
    rows = {"text": ["", "lovely staff", "rude staff"] * 10, "label": [0, 1, 0] * 10}
    mock_data_provider(dataset=datasets.Dataset.from_dict(rows))
    report = flops_check(uri=ml_data_server.uri, data_tags=["reviews"])
    assert report.ok, report
