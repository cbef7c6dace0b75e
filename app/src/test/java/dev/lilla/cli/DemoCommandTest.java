package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ProjectFolder;
import dev.lilla.decision.DecisionRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
    /// Beside the module, in the repository.
    private final Lines lines = new Lines().with("LILLA_MODELS", ProjectFolder.models());

    @TempDir
    private Path home;

    @Test
    void goesFromAGoalToADecision() throws IOException {
        lines.with("LILLA_HOME", home);
        Path folder = home.resolve("kvitto");
        Object[] demo = {
            "demo", "--dir", folder, "--logs", "80", "--epochs", "1", "--questions", "6", "--budget", "5m", "--no-seed"
        };
        Lines.Outcome outcome = lines.run(demo);

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("1. The goal", "5. The decision", "keyword rules from the same tickets")
                .contains("of the house's tickets right");
        DecisionRecord record = DecisionRecord.read(folder.resolve("decision.json"));
        assertThat(record.data().test()).isEqualTo(6);
        assertThat(record.variants())
                .extracting(DecisionRecord.VariantRecord::name)
                .anyMatch(name -> name.contains("tuned"))
                .contains("lilla-demo-s");
        assertThat(record.baselines()).hasSize(3);
        // So few logs teach little; where a variant as it was found is the best, there is no before and after.
        boolean isChanged = record.variants().stream()
                .anyMatch(variant -> variant.name().equals(record.choice().variant())
                        && variant.parent().isPresent());
        assertThat(outcome.out().contains("AS IT WAS")).isEqualTo(isChanged);
        for (DecisionRecord.VariantRecord variant : record.variants()) {
            assertThat(folder.resolve(variant.file())).isRegularFile();
        }
        assertThat(folder.resolve("report.html"))
                .content()
                .contains("<svg", record.choice().verdict());
        assertThat(lines.run("project", "check", folder.resolve("lilla.yaml")).status())
                .isZero();

        Lines.Outcome again = lines.run(demo);
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(DecisionRecord.read(folder.resolve("decision.json")).choice().variant())
                .isEqualTo(record.choice().variant());
    }

    @Test
    void speaksSwedish() {
        lines.with("LILLA_HOME", home);
        Lines.Outcome outcome = lines.run(
                "demo",
                "--dir",
                home.resolve("sv"),
                "--logs",
                "20",
                "--questions",
                "2",
                "--budget",
                "1s",
                "--no-seed",
                "--lang",
                "sv");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("1. Målet", "5. Beslutet", "av husets ärenden rätt");
        assertThat(outcome.err()).contains("prövades inte: tiden är slut");
    }

    @Test
    void leavesFoldersAloneThatNoDemoMade() throws IOException {
        Path folder = home.resolve("mine");
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("thesis.txt"), "all of it");

        Lines.Outcome outcome = lines.run("demo", "--dir", folder, "--logs", "20", "--questions", "1");

        assertThat(outcome.status()).isEqualTo(Lilla.FAILED);
        assertThat(outcome.err()).contains("holds something that no demo left there");
        assertThat(folder.resolve("thesis.txt")).hasContent("all of it");
    }

    @Test
    void classifiesWithTheModelThatComesWithLilla() {
        Lines.Outcome outcome = lines.typing(
                        "Classify this message.\\\nMy parcel has not come. Where is order #48213?\n")
                .run("chat", "--temperature", "0");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("category: delivery", "urgency: normal");
    }
}
