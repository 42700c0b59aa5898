"""The declaration of tasks."""

from app import ROOT
from app.tasks.resource import tasks


def test_names_are_those_of_the_contract() -> None:
    assert (tasks.path, tasks.noun, tasks.id_parameter) == ("/tasks", "task", "task_id")
    assert tasks.defaults() == {"description": None, "completed": False}


def test_a_declaration_is_short() -> None:
    lines = [path.read_text().count("\n") for path in ROOT.glob("app/tasks/*.py")]
    assert sum(lines) < 130
    assert ROOT.joinpath("app/tasks/resource.py").read_text().count("\n") <= 30
