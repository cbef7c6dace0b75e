package dev.lilla.model;

import dev.lilla.Oracle;
import dev.lilla.format.Safetensors;
import dev.lilla.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// What the reference computed for one model: golden.json and golden.safetensors of the oracle.
final class OracleModel {
    private final String name;
    private final JsonNode golden;
    private final List<Prompt> prompts;
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Map<String, Integer> columns = new LinkedHashMap<>();

    private OracleModel(String name) {
        this.name = name;
        this.golden = Oracle.goldenJson(name);
        try (Safetensors tensors = Oracle.goldenTensors(name)) {
            for (Tensor tensor : tensors.tensors().values()) {
                values.put(tensor.name(), Oracle.floats(tensor));
                columns.put(tensor.name(), Math.toIntExact(tensor.shape().columns()));
            }
        }
        this.prompts = StreamSupport.stream(golden.path("prompts").spliterator(), false)
                .map(Prompt::new)
                .toList();
    }

    /// The models that have both files and reference outputs.
    static List<String> names() {
        Path golden = Oracle.path("golden/models");
        return Oracle.modelNames().stream()
                .filter(name -> Files.exists(golden.resolve(name).resolve("golden.safetensors")))
                .toList();
    }

    static OracleModel of(String name) {
        return new OracleModel(name);
    }

    String name() {
        return name;
    }

    JsonNode golden() {
        return golden;
    }

    List<Prompt> prompts() {
        return prompts;
    }

    /// Tokens of the longest sequence: prompt and greedy continuation.
    int tokensMax() {
        return prompts.stream()
                .mapToInt(prompt -> prompt.ids().length + prompt.greedy().length)
                .max()
                .orElse(0);
    }

    Prompt prompt(String promptName) {
        return prompts.stream()
                .filter(prompt -> prompt.name().equals(promptName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " has no prompt " + promptName));
    }

    /// Prompts that the reference ran as one batch.
    List<Prompt> batched() {
        List<Prompt> batched = new ArrayList<>();
        golden.path("batch").path("prompts").forEach(node -> batched.add(prompt(node.asString())));
        return batched;
    }

    /// Rows of a tensor of golden.safetensors.
    Optional<float[][]> rows(String tensor) {
        float[] all = values.get(tensor);
        if (all == null) {
            return Optional.empty();
        }
        int width = columns.getOrDefault(tensor, all.length);
        float[][] rows = new float[all.length / width][width];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(all, row * width, rows[row], 0, width);
        }
        return Optional.of(rows);
    }

    /// Names of the tensors of golden.safetensors.
    List<String> tensorNames() {
        return List.copyOf(values.keySet());
    }

    static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }

    static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    /// One prompt of golden.json.
    record Prompt(JsonNode node) {
        String name() {
            return node.path("name").asString();
        }

        int[] ids() {
            return ints(node.path("ids"));
        }

        /// The most likely token after every position.
        int[] argmax() {
            return ints(node.path("argmax_all"));
        }

        /// Negative log-likelihood of every token but the first.
        double[] nll() {
            return doubles(node.path("nll"));
        }

        double meanNll() {
            return node.path("mean_nll").asDouble();
        }

        int[] greedy() {
            return ints(node.path("greedy").path("ids"));
        }

        /// How far the first token was above the second in each greedy step.
        double[] margins() {
            return doubles(node.path("greedy").path("margins"));
        }

        /// The largest logits at some positions, by position.
        Map<Integer, Top> top() {
            Map<Integer, Top> top = new LinkedHashMap<>();
            node.path("top64")
                    .properties()
                    .forEach(entry -> top.put(
                            Integer.parseInt(entry.getKey()),
                            new Top(
                                    ints(entry.getValue().path("ids")),
                                    doubles(entry.getValue().path("logits")))));
            return top;
        }

        /// L2 norms of hidden states by stage and position.
        Map<String, Map<Integer, Double>> hiddenNorms() {
            Map<String, Map<Integer, Double>> norms = new LinkedHashMap<>();
            node.path("hidden_l2_per_position").properties().forEach(stage -> {
                double[] values = doubles(stage.getValue());
                Map<Integer, Double> byPosition = new LinkedHashMap<>();
                IntStream.range(0, values.length).forEach(position -> byPosition.put(position, values[position]));
                norms.put(stage.getKey(), byPosition);
            });
            int last = ids().length - 1;
            node.path("hidden_l2_last_position")
                    .properties()
                    .forEach(stage -> norms.put(
                            stage.getKey(), Map.of(last, stage.getValue().asDouble())));
            return norms;
        }
    }

    /// The largest logits of one position, in order.
    record Top(int[] ids, double[] logits) {}
}
