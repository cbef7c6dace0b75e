package dev.lilla.serve.llamacpp;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.chat.SamplerOptions.Stage;
import dev.lilla.serve.http.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The field `samplers`: which of them act, and in which order.
final class SamplerOrder {
    private SamplerOrder() {}

    static List<Stage> read(JsonFields fields) {
        Optional<List<JsonNode>> names = fields.list("samplers");
        if (names.isEmpty()) {
            return SamplerOptions.TEMPERATURE_LAST;
        }
        List<Stage> order = new ArrayList<>(List.of(Stage.LOGIT_BIAS));
        for (String name : fields.texts("samplers")) {
            Stage stage = switch (name) {
                case "penalties" -> Stage.PENALTIES;
                case "top_k" -> Stage.TOP_K;
                case "typ_p", "typical_p" -> Stage.TYPICAL_P;
                case "top_p" -> Stage.TOP_P;
                case "min_p" -> Stage.MIN_P;
                case "temperature", "temp" -> Stage.TEMPERATURE;
                // They do nothing unless a field of their own asks for it, which is refused.
                case "dry", "xtc", "top_n_sigma" -> Stage.LOGIT_BIAS;
                default -> throw fields.invalid("samplers", "names \"" + name + "\", which is not supported");
            };
            if (!order.contains(stage)) {
                order.add(stage);
            }
        }
        return order;
    }
}
