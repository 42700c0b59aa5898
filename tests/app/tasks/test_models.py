"""The table of tasks."""

from app.tasks.models import Task, TaskRead


def test_an_owner_is_in_the_key_and_in_no_answer() -> None:
    table = Task.__table__  # type: ignore[attr-defined]
    assert [column.name for column in table.primary_key] == ["owner_id", "id"]
    assert all(index.columns[0].name == "owner_id" for index in table.indexes)
    assert set(Task.model_fields) - set(TaskRead.model_fields) == {"owner_id"}
