package dev.lilla.search;

import dev.lilla.demo.Example;
import dev.lilla.demo.HouseCorpus;
import dev.lilla.demo.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Tickets of the demo's house, as the data of a small project: `train.jsonl` and `test.jsonl`.
final class TicketFiles {
    private TicketFiles() {}

    /// Writes both files.
    ///
    /// @param logs examples to train on
    /// @param questions test examples
    static void write(Path folder, int logs, int questions) throws IOException {
        HouseCorpus house = HouseCorpus.of(3);
        write(folder, "train.jsonl", house.examples(Split.TRAIN, 0, logs).toList());
        write(
                folder,
                "test.jsonl",
                house.examples(Split.KNOWN_PHRASING, 0, questions).toList());
    }

    /// Writes a file in place of an older one.
    static void write(Path folder, String name, List<Example> examples) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            lines.add(JsonMapper.shared()
                    .writeValueAsString(Map.of(
                            "id", name + i,
                            "input", examples.get(i).request(),
                            "output", examples.get(i).answer())));
        }
        Files.write(folder.resolve(name), lines);
    }
}
