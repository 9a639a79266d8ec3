"""Every generator of parameterised questions, by the name that a question's file gives."""

from collections.abc import Callable, Mapping

from apps.quizzes.draws import Draw
from apps.quizzes.generators import linear_algebra, metrics

type Generator = Callable[[int], Draw]

GENERATORS: Mapping[str, Generator] = {
    generator.__name__: generator
    for generator in (
        linear_algebra.column_minus_flat,
        linear_algebra.cosine_of_baskets,
        linear_algebra.entry_of_product,
        linear_algebra.nearest_article,
        linear_algebra.numbers_in_the_result,
        linear_algebra.price_difference,
        linear_algebra.price_of_house,
        linear_algebra.twin_columns,
        linear_algebra.weights_from_pytorch,
        metrics.alerts_opened,
        metrics.cheapest_threshold,
        metrics.f1_from_matrix,
        metrics.late_labels,
        metrics.live_precision,
        metrics.model_to_ship,
        metrics.rates_to_counts,
        metrics.report_in_words,
        metrics.vendor_accuracy,
    )
}
