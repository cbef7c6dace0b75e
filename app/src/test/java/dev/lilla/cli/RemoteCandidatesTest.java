package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.StubProvider;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.serve.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Models elsewhere as candidates of a project: one is Lilla's own server with the demo model, spoken to as
/// OpenAI's API, the other a stub of Anthropic's.
class RemoteCandidatesTest {
    private static final String OTHER_KEY = "sk-lilla-9876543210";
    private static final int ROWS = 12;

    @TempDir
    private static Path shared;

    @SuppressWarnings("NullAway.Init") // made before all tests
    private static DecidedProject project;

    private static String local = "";

    private final StubProvider stub = StubProvider.start(text -> text.contains("Verdict:") ? "A" : "No idea at all");

    private String names = "";

    @BeforeAll
    static void decide() throws IOException {
        project = DecidedProject.in(shared.resolve("echo"), "latency_p95: 1h\nmemory: 100GB\nprivacy: local");
        local = Files.readString(project.file());
    }

    @BeforeEach
    void reset() throws IOException {
        Files.deleteIfExists(shared.resolve("echo/decision/runs.db"));
        project.lines().with("STUB_KEY", StubProvider.KEY).with("SERVER_KEY", OTHER_KEY);
        Files.writeString(shared.resolve("prices.yaml"), """
                currency: EUR
                date: "2026-11-26"
                machine: {price: 1000, years: 4, used-share: 0.25, watts: 65, kwh-price: 0.25}
                apis:
                  - {name: far, input-price: 1000, output-price: 2000}
                  - {name: server, input-price: 1, output-price: 1}
                """);
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    /// @param privacy of the goal
    /// @param server port of Lilla's server; 0 for none
    private void write(String privacy, int server) throws IOException {
        names = DemoModel.NAME + ",far" + (server == 0 ? "" : ",server");
        String remote = "    - {api: anthropic, model: far-1, name: far, url: \"" + stub.address()
                + "\", key: STUB_KEY}\n"
                + (server == 0
                        ? ""
                        : "    - {api: openai, model: tiny, name: server, url: \"http://127.0.0.1:" + server
                                + "/v1\", key: SERVER_KEY}\n");
        Files.writeString(
                project.file(),
                local.replace("privacy: local", "privacy: " + privacy) + "candidates:\n  remote:\n" + remote);
    }

    private Lines.Outcome optimize(Object... more) {
        Object[] words = Stream.concat(
                        Stream.of("optimize", project.file(), "--lang", "en"),
                        Stream.concat(Stream.of("--models", names), Stream.of(more)))
                .toArray();
        return project.lines().run(words);
    }

    private Lines.Outcome priced() {
        return optimize("--prices", shared.resolve("prices.yaml"));
    }

    @Test
    void areComparedBesideTheModelsHere() throws IOException {
        try (TestServer server = TestServer.start()) {
            write("open", server.port());
            Lines.Outcome outcome = priced();

            assertThat(outcome.status()).as(outcome.err()).isZero();
            assertThat(outcome.out())
                    .contains("none here", "12 test examples left the house: they were sent to " + stub.host());
            assertThat(outcome.err())
                    .contains("far answers at " + stub.host() + " for 1000.0 and 2000.0 EUR a million tokens");
            assertThat(stub.asked()).hasSize(ROWS);
            DecisionRecord record = DecisionRecord.read(shared.resolve("echo/decision/decision.json"));
            VariantRecord here = record.variant(DemoModel.NAME).orElseThrow();
            VariantRecord far = record.variant("far").orElseThrow();
            VariantRecord served = record.variant("server").orElseThrow();
            assertThat(here.host()).isEmpty();
            assertThat(far.host()).contains(stub.host());
            assertThat(far.file()).isEmpty();
            assertThat(far.quality().value()).isZero();
            // A token a word, and three that the stub says it had in its cache: 13 read, 4 written.
            assertThat(far.costPer1000()).isEqualTo(1000 * (13 * 1000 + 4 * 2000) / 1e6);
            assertThat(far.answerMillisP95()).isPositive();
            assertThat(served.quality()).isEqualTo(here.quality());
            assertThat(record.choice().variant()).isEqualTo(DemoModel.NAME);
            assertThat(record.machine().arithmetic()).isNotEmpty().doesNotContain("127.0.0.1");
        }
        nothingHoldsAKey();
        asksNothingAgain();
    }

    private void nothingHoldsAKey() throws IOException {
        try (Stream<Path> files = Files.walk(shared)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(bytes).as(file.toString()).doesNotContain(StubProvider.KEY, OTHER_KEY);
            }
        }
        assertThat(shared.resolve("echo/decision/report.html"))
                .content()
                .contains("left this machine", "none here", stub.host());
    }

    /// What is in the store is not sent again, so neither keys nor servers are needed.
    private void asksNothingAgain() {
        project.lines().with("STUB_KEY", "").with("SERVER_KEY", "");
        Lines.Outcome again = priced();
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.out()).contains("they were sent to " + stub.host());
        assertThat(stub.asked()).hasSize(ROWS);
    }

    @Test
    void areRefusedWhereTheProjectDoesNotLetItsTextsLeave() throws IOException {
        for (String privacy : List.of("local", "redacted")) {
            write(privacy, 0);
            Lines.Outcome outcome = priced();
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err())
                    .contains("far answers at " + stub.host(), "goal.privacy is " + privacy)
                    .contains("Write \"privacy: open\" under goal if they may leave as they are");
            Lines.Outcome judged = project.lines()
                    .run("evaluate", DemoModel.NAME, DemoModel.LARGER, "--project", project.file(), "--judge", "far");
            assertThat(judged.err()).contains("goal.privacy is " + privacy);
        }
        assertThat(stub.asked()).isEmpty();
    }

    @Test
    void needAPriceAndAKey() throws IOException {
        write("open", 0);
        Lines.Outcome unpriced = optimize();
        assertThat(unpriced.status()).isEqualTo(1);
        assertThat(unpriced.err()).contains("name nothing for far", "\"- name: far\"", "--prices FILE");

        project.lines().with("STUB_KEY", "");
        Lines.Outcome keyless = priced();
        assertThat(keyless.status()).isEqualTo(1);
        assertThat(keyless.err()).contains("far needs a key, and the environment variable STUB_KEY is not set");
        assertThat(stub.asked()).isEmpty();

        project.lines().with("STUB_KEY", "sk-wrong-key");
        Lines.Outcome refused = priced();
        assertThat(refused.err())
                .contains("refused the key of the environment variable STUB_KEY (401")
                .doesNotContain("sk-wrong-key");
    }

    @Test
    void areListedWithTheReason() throws IOException {
        write("local", 0);
        assertThat(project.lines()
                        .run("candidates", project.file(), "--no-measure")
                        .out())
                .contains("Elsewhere; whatever they are asked leaves this machine:", "goal.privacy is local")
                .doesNotContain(StubProvider.KEY);
        write("open", 0);
        assertThat(project.lines()
                        .run("candidates", project.file(), "--no-measure")
                        .out())
                .contains("goal.privacy is open, and STUB_KEY is set");
        project.lines().with("STUB_KEY", "");
        JsonNode remote = project.lines()
                .run("candidates", project.file(), "--no-measure", "--json")
                .json()
                .path("remote")
                .path(0);
        assertThat(remote.path("name").stringValue()).isEqualTo("far");
        assertThat(remote.path("in").booleanValue()).isFalse();
        assertThat(remote.path("filter").stringValue()).isEqualTo("key");
        assertThat(stub.asked()).isEmpty();
    }

    @Test
    void areEvaluatedAndJudgeByTheirNamesInTheProject() throws IOException {
        write("open", 0);
        Path csv = shared.resolve("answers.csv");
        Lines.Outcome outcome = project.lines()
                .run(
                        "evaluate",
                        DemoModel.NAME,
                        "far",
                        "--project",
                        project.file(),
                        "--judge",
                        "far",
                        "--runs",
                        shared.resolve("echo/runs.db"),
                        "--csv",
                        csv,
                        "--prices",
                        shared.resolve("prices.yaml"));

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("exact_match", "none here", "21.00 EUR")
                .contains("The 12 examples left this machine: they were sent to " + stub.host())
                .contains("judge far at " + stub.host(), "both orders agree in 0 %");
        assertThat(outcome.err()).contains("questions and answers will be sent there");
        assertThat(csv).content().contains("No idea at all");
        assertThat(stub.asked()).hasSize(ROWS + 2 * ROWS);
        Files.delete(shared.resolve("echo/runs.db"));
    }

    @Test
    void areNoDeployments() throws IOException {
        write("open", 0);
        assertThat(priced().status()).isZero();
        Lines.Outcome outcome = project.lines().run("deploy", project.file(), "--variant", "far");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("\"far\" answers at " + stub.host() + ", so there is nothing to deploy")
                .contains("--variant \"" + DemoModel.NAME + "\"");
    }
}
