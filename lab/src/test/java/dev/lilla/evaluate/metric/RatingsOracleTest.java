package dev.lilla.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Ratings of FastChat's functions for the same votes.
class RatingsOracleTest {
    private static final double TOLERANCE = 1e-2;

    private final JsonNode golden = Oracle.json("eval/ratings.json");
    private final List<Match> matches = golden.get("votes")
            .valueStream()
            .map(vote -> new Match(
                    vote.get("model_a").stringValue(),
                    vote.get("model_b").stringValue(),
                    switch (vote.get("winner").stringValue()) {
                        case "model_a" -> 1;
                        case "model_b" -> 0;
                        default -> 0.5;
                    }))
            .toList();

    @Test
    void ratesOnlineAsFastChat() {
        assertSame(Ratings.elo(matches, 4), golden.get("elo_k4"), 1e-9);
        assertSame(Ratings.elo(matches, 32), golden.get("elo_k32"), 1e-9);
    }

    @Test
    void findsTheLikeliestStrengths() {
        Map<String, Double> ratings = Ratings.bradleyTerry(matches);
        assertSame(ratings, golden.get("bradley_terry"), TOLERANCE);
        assertSame(
                Ratings.anchored(ratings, "charlie", 1114),
                golden.get("bradley_terry_anchored_charlie_1114"),
                TOLERANCE);
    }

    @Test
    void findsTheStrengthsOfResamples() {
        JsonNode bootstrap = golden.get("bootstrap");
        List<Match> outcomes = new ArrayList<>();
        for (JsonNode outcome : golden.get("unique_outcomes")) {
            outcomes.add(new Match(
                    outcome.get(0).stringValue(),
                    outcome.get(1).stringValue(),
                    outcome.get(2).doubleValue()));
        }
        List<String> models = golden.get("models_in_order")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();
        for (int i = 0; i < bootstrap.get("weights").size(); i++) {
            double[] weights = bootstrap
                    .get("weights")
                    .get(i)
                    .valueStream()
                    .mapToDouble(JsonNode::doubleValue)
                    .toArray();
            Map<String, Double> ratings = Ratings.bradleyTerry(outcomes, weights);
            for (int model = 0; model < models.size(); model++) {
                assertThat(ratings.get(models.get(model)))
                        .isCloseTo(bootstrap.get("ratings").get(i).get(model).doubleValue(), within(TOLERANCE));
            }
        }
    }

    @Test
    void saysWhereThereIsNoRating() {
        List<Match> oneSided = List.of(new Match("a", "b", 1), new Match("a", "b", 1));
        assertThatThrownBy(() -> Ratings.bradleyTerry(oneSided))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("b has not won against a");
    }

    private static void assertSame(Map<String, Double> ratings, JsonNode expected, double tolerance) {
        assertThat(ratings).hasSameSizeAs(expected.properties());
        expected.properties()
                .forEach(entry -> assertThat(ratings.get(entry.getKey()))
                        .as(entry.getKey())
                        .isCloseTo(entry.getValue().doubleValue(), within(tolerance)));
    }
}
