package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DoctorCommandTest {
    @TempDir
    Path folder;

    private final Lines lines = new Lines();

    @Test
    void looksAtEverythingThatMatters() {
        Lines.Outcome outcome = lines.with("LILLA_HOME", folder).run("doctor", "--json");

        List<String> names = new ArrayList<>();
        for (JsonNode check : outcome.json().get("checks")) {
            names.add(check.get("name").asString());
            assertThat(check.get("finding").asString()).isNotEmpty();
            assertThat(check.get("remedy").asString().isEmpty())
                    .isEqualTo(check.get("status").asString().equals("ok"));
        }
        assertThat(names)
                .contains("  served")
                .filteredOn(name -> !name.startsWith(" "))
                .containsExactly(
                        "Java",
                        "Vector API",
                        "Native access",
                        "Processor",
                        "Extensions",
                        "Kernels",
                        "Memory",
                        "Huge pages",
                        "Store");
    }

    @Test
    void speaksToPeopleToo() {
        Lines.Outcome outcome = lines.with("LILLA_HOME", folder).run("doctor");

        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).contains("Java", "Kernels", folder.toString(), "0 models");
    }

    @Test
    void failsWhereTheStoreCannotBe() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        Lines.Outcome outcome = lines.with("LILLA_HOME", file).run("doctor");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).contains("PROBLEM", "cannot be written", "-> Set LILLA_HOME", "will not work");
    }

    @Test
    void isLoudWhenTheFastPathIsMissing() {
        String before = System.getProperty("lilla.kernels");
        System.setProperty("lilla.kernels", "reference");
        try {
            assertThat(lines.with("LILLA_HOME", folder).run("doctor").out())
                    .contains("WARNING", "THE FAST PATH IS MISSING", "lilla.kernels=reference");
        } finally {
            if (before == null) {
                System.clearProperty("lilla.kernels");
            } else {
                System.setProperty("lilla.kernels", before);
            }
        }
    }
}
