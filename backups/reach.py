"""What a constrained role reaches of apps."""

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Model, OuterRef, Q, Subquery

from astra.accounts.callers import Scope
from clusters.models import Namespace
from clusters.reach import contents_reached


class InNamespaces:
    """An app is in namespaces of its cluster: with the contents of all of them it is reached."""

    told = "all its namespaces"
    ways = ()

    def reached(self, model: type[Model], scope: Scope) -> Q:
        """Return the condition under which an app is reached."""
        of_cluster = Namespace.objects.filter(
            contents_reached(scope), cluster_id=OuterRef("cluster_id")
        )
        names = of_cluster.order_by().values("cluster_id").annotate(names=JSONBAgg("name"))
        return ~Q(namespaces=[]) & Q(namespaces__contained_by=Subquery(names.values("names")))
