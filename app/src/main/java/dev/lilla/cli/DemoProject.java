package dev.lilla.cli;

import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.demo.Example;
import dev.lilla.demo.HouseBaseline;
import dev.lilla.demo.HouseCorpus;
import dev.lilla.demo.Score;
import dev.lilla.demo.Split;
import dev.lilla.project.Project;
import dev.lilla.project.ProjectTemplate;
import dev.lilla.project.Tongue;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// The customer service of Kvitto as a project: `lilla.yaml`, and tickets with right answers.
///
/// @param logs to learn from
/// @param questions to judge by, with names that are in no log
record DemoProject(Path folder, int logs, int questions, Tongue tongue) {
    private static final long SEED = 1;

    /// Logs that the search chooses by, behind those that are learned from.
    private static final int VALIDATION = 120;

    /// Writes it, in place of an older one.
    ///
    /// @param budget time for the search, as a project file has it
    Project write(String budget) throws IOException {
        Files.createDirectories(folder);
        HouseCorpus kvitto = HouseCorpus.of(SEED);
        tickets("train", kvitto.examples(Split.TRAIN, 0, logs).toList());
        tickets("validation", kvitto.examples(Split.TRAIN, logs, VALIDATION).toList());
        tickets("test", asked());
        Path file = folder.resolve(Project.FILE_NAME);
        Files.writeString(file, ProjectTemplate.write(values(budget), tongue));
        return Project.read(file);
    }

    private List<Example> asked() {
        return HouseCorpus.of(SEED).examples(Split.KNOWN_PHRASING, 0, questions).toList();
    }

    private void tickets(String part, List<Example> examples) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(folder.resolve(part + ".jsonl"))) {
            for (int i = 0; i < examples.size(); i++) {
                Map<String, String> row = new LinkedHashMap<>();
                row.put("id", part + "-" + (i + 1));
                row.put("ticket", examples.get(i).request());
                row.put("answer", examples.get(i).answer());
                out.write(JsonMapper.shared().writeValueAsString(row));
                out.write('\n');
            }
        }
    }

    private Map<String, String> values(String budget) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("name", "Kvitto");
        values.put("goal.task", "generate");
        values.put(
                "goal.description",
                ProjectTemplate.quoted(
                        tongue == Tongue.SWEDISH
                                ? "Sortera och besvara handlares ärenden som Kvittos kundtjänst gör."
                                : "Sort and answer merchants' tickets as Kvitto's customer service does."));
        values.put("goal.metric", "exact_match");
        values.put("goal.minimum_quality", "0.7");
        values.put("goal.latency_p95", "1s");
        values.put("goal.memory", "2GB");
        values.put("goal.languages", "[en, sv]");
        values.put("goal.licenses", "[open]");
        values.put("data.train", "train.jsonl");
        values.put("data.validation", "validation.jsonl");
        values.put("data.test", "test.jsonl");
        values.put("data.columns.input", "ticket");
        values.put("data.columns.output", "answer");
        values.put("data.columns.id", "id");
        values.put("candidates.models", "[" + DemoModel.NAME + ", " + DemoModel.LARGER + "]");
        values.put("evaluation.system", "You answer merchants for Kvitto.");
        values.put("optimization.types", "[q8_0, q4_0]");
        values.put("optimization.prune", "[layers]");
        values.put("optimization.budget", budget);
        return values;
    }

    /// What keyword rules, learned from the same logs, answer right.
    Baseline rules() {
        HouseBaseline rules = new HouseBaseline(
                HouseBaseline.Method.KEYWORDS,
                HouseCorpus.of(SEED).examples(Split.TRAIN, 0, logs).toList());
        List<Example> asked = asked();
        int right = (int) asked.stream()
                .filter(example -> rules.answer(example).equals(example.answer()))
                .count();
        Score score = new Score("keyword rules", "exact", right, asked.size());
        return new Baseline(
                tongue == Tongue.SWEDISH ? "nyckelordsregler ur samma ärenden" : "keyword rules from the same tickets",
                new Quality(score.share(), score.low(), score.high()));
    }
}
