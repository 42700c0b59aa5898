"""A server with metrics."""

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support.processes import Serve, Served, free_port

PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}


class Scraped:
    """A running server with the URL of its metrics."""

    def __init__(self, serve: Serve, **settings: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/metrics"
        self.served: Served = serve(TODO_METRICS_PORT=str(port), **PROVIDER, **settings)

    def families(self) -> dict[str, Metric]:
        return {family.name: family for family in text_string_to_metric_families(httpx.get(self.url).text)}

    def values(self, name: str) -> dict[frozenset[tuple[str, str]], float]:
        """Return the values of a sample, by their labels."""
        samples = (sample for family in self.families().values() for sample in family.samples)
        return {frozenset(each.labels.items()): each.value for each in samples if each.name == name}

    def get(self, name: str, **labels: str) -> float:
        return self.values(name).get(frozenset(labels.items()), 0.0)
