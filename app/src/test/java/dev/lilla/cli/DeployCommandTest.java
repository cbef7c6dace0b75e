package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.decision.DecisionRecord;
import dev.lilla.deploy.ProgramFiles;
import dev.lilla.deploy.ServerConfiguration;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DeployCommandTest {
    @TempDir
    private static Path shared;

    @SuppressWarnings("NullAway.Init") // made before all tests
    private static DecidedProject good;

    @SuppressWarnings("NullAway.Init") // made before all tests
    private static DecidedProject missed;

    private static Path jar = Path.of("");

    @BeforeAll
    static void decide() throws IOException {
        good = DecidedProject.in(shared.resolve("good"), "minimum_quality: 0.5\nlatency_p95: 1h");
        missed = DecidedProject.in(shared.resolve("missed"), "disk: 1kB");
        jar = RunningProgram.jarIn(shared.resolve("program"));
    }

    private static Lines.Outcome deploy(DecidedProject project, Object... more) {
        List<Object> words = new ArrayList<>(List.of("deploy", project.file(), "--program", jar));
        words.addAll(Arrays.asList(more));
        return project.lines().run(words.toArray());
    }

    @Test
    void deploysWhatServesAndServesWhatIsDeployed(@TempDir Path folder) throws Exception {
        Path out = folder.resolve("echo");
        Lines.Outcome outcome = deploy(good, "--out", out);
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("lilla-demo-s", "lilla serve");
        assertThat(out.resolve("report.html")).content().contains("Echo");

        assertThat(run(out, "./make-runtime.sh")).as("jlink").isZero();
        assertThat(out.resolve("runtime/bin/java")).isExecutable();
        Process server = new ProcessBuilder("./lilla", "serve", ".", "--port", "0")
                .directory(out.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            String address = address(folder.resolve("log"), server);
            assertThat(get(address + "/health")).contains("ok");
            assertThat(get(address + "/v1/models")).contains("\"id\":\"Echo\"");
            String port = address.substring(address.lastIndexOf(':') + 1);
            assertThat(run(out, "bash", "healthcheck.sh", port)).isZero();
        } finally {
            server.destroy();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(folder.resolve("log")).content().contains("Echo is ready", "8 texts side by side", "stopping");
    }

    private static String address(Path log, Process server) throws IOException, InterruptedException {
        Pattern ready = Pattern.compile("is ready at (http://\\S+)");
        while (server.isAlive()) {
            Matcher matcher = ready.matcher(Files.readString(log));
            if (matcher.find()) {
                return matcher.group(1);
            }
            server.waitFor(100, TimeUnit.MILLISECONDS);
        }
        throw new AssertionError("the server ended: " + Files.readString(log));
    }

    private static String get(String address) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static int run(Path folder, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.inheritIO().start().waitFor();
    }

    /// What `jdeps` finds in the jars of the program, with what these modules need in turn, and no more.
    @Test
    void takesTheModulesThatTheProgramNeeds() throws IOException {
        StringWriter found = new StringWriter();
        List<String> words = new ArrayList<>(List.of("--multi-release", "25", "--ignore-missing-deps", "-s"));
        try (Stream<Path> files = Files.list(jar.getParent())) {
            files.map(Path::toString).forEach(words::add);
        }
        PrintWriter out = new PrintWriter(found);
        ToolProvider.findFirst("jdeps").orElseThrow().run(out, out, words.toArray(String[]::new));
        out.flush();
        Set<String> modules = new TreeSet<>(Set.of("java.base", "jdk.incubator.vector"));
        Pattern.compile("-> ((?:java|jdk)\\.\\S+)$", Pattern.MULTILINE)
                .matcher(found.toString())
                .results()
                .map(match -> match.group(1))
                .forEach(modules::add);
        Set<String> linked =
                Configuration.empty()
                        .resolve(ModuleFinder.ofSystem(), ModuleFinder.of(), ProgramFiles.MODULES)
                        .modules()
                        .stream()
                        .map(ResolvedModule::name)
                        .collect(Collectors.toSet());
        assertThat(linked).containsAll(modules);
        assertThat(modules).containsAll(ProgramFiles.MODULES);
    }

    @Test
    void refusesWhatMissedTheGoal() {
        Lines.Outcome outcome = deploy(missed);
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err())
                .contains(
                        "\"lilla-demo-s\" missed the goal",
                        "disk is 1.83 MB, asked for is at most 1.00 kB",
                        "--despite");
        assertThat(missed.deployed()).doesNotExist();
    }

    @Test
    void refusesADecisionByAnotherMetric() throws IOException {
        String before = Files.readString(good.file());
        try {
            Files.writeString(good.file(), before.replace("metric: exact_match", "metric: chrf"));
            Lines.Outcome outcome = deploy(good, "--out", shared.resolve("chrf"));
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).contains("the metric is chrf now, and was exact_match", "Decide again");
            assertThat(shared.resolve("chrf")).doesNotExist();
        } finally {
            Files.writeString(good.file(), before);
        }
    }

    @Test
    void keepsWhoWasOverruled(@TempDir Path folder) {
        Path out = folder.resolve("out");
        Lines.Outcome outcome =
                deploy(missed, "--out", out, "--variant", "lilla-demo-s", "--despite", "the disk is larger by now");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("deployed although it missed the goal: disk is 1.83 MB");
        DecisionRecord record = DecisionRecord.read(out.resolve("decision.json"));
        assertThat(record.overrulings().getFirst().reason()).isEqualTo("the disk is larger by now");
        assertThat(ServerConfiguration.read(out.resolve("server.yaml")).variant())
                .isEqualTo("lilla-demo-s");
    }

    @Test
    void saysWhatIsMissing(@TempDir Path folder) throws IOException {
        assertThat(deploy(good, "--decision", folder).err()).contains("there is no decision record at");
        Files.writeString(folder.resolve("decision.json"), "{\"format\":\"lilla-decision-1\",\"variants\":[{}]}");
        Lines.Outcome broken = deploy(good, "--decision", folder);
        assertThat(broken.status()).isEqualTo(1);
        assertThat(broken.err()).contains("decision.json").doesNotContain("internal error");
        assertThat(deploy(good, "--variant", "another").err()).contains("no variant \"another\"");
        assertThat(good.lines().run("deploy", good.file(), "--program", folder).err())
                .contains("is no jar");
    }

    @Test
    void servesNothingBeforeItWasDeployed() throws IOException {
        Lines.Outcome outcome = missed.lines().run("serve", missed.file());
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("nothing has been deployed for \"Echo\" yet", "lilla deploy");
        assertThat(missed.lines().run("serve", missed.file(), DemoModel.NAME).err())
                .contains("a deployment is served alone");
        assertThatThrownBy(() ->
                        DeployedServer.named(List.of(shared.resolve("none.yaml").toString())))
                .hasMessageContaining("there is no project at");
    }

    @Test
    void checksWhetherThePromiseHolds() throws IOException {
        Lines.Outcome unchecked = good.lines().run("check", good.file());
        assertThat(unchecked.status()).isEqualTo(2);
        assertThat(unchecked.err()).contains("holds no deployment");

        assertThat(deploy(good).status()).isZero();
        Path report = shared.resolve("check.html");
        Lines.Outcome same = good.lines().run("check", good.file(), "--report", report);
        assertThat(same.status()).as(same.err() + same.out()).isZero();
        assertThat(same.out()).contains("\"lilla-demo-s\" holds, on 12 examples", "the project's own test examples");
        assertThat(report).content().contains("holds, on 12 examples", "exact_match");

        Lines.Outcome swedish = good.lines().run("check", good.file(), "--report", report, "--lang", "sv");
        assertThat(swedish.out())
                .contains(
                        "löftet för \"lilla-demo-s\" hålls, på 12 exempel",
                        "tid för 95 % av svaren är",
                        "Obs: detta är")
                .doesNotContain("promise", "asked for");
        assertThat(report)
                .content()
                .contains("<html lang=\"sv\">", "Åtgång", "frågor och facit")
                .doesNotContain("Efficiency", "asked for");

        Lines.Outcome worse = good.lines().run("check", good.file(), "--data", good.data("worse.jsonl", 12), "--json");
        assertThat(worse.status()).isEqualTo(1);
        JsonNode json = worse.json();
        assertThat(json.get("holds").booleanValue()).isFalse();
        assertThat(json.at("/quality/loss/isSignificant").booleanValue()).isTrue();
        assertThat(json.at("/criteria/0/standing").asString()).isEqualTo("MISSED");
        assertThat(json.at("/criteria/1/standing").asString()).isEqualTo("MET");

        Path unlucky = good.data("unlucky.jsonl", 2);
        Lines.Outcome quiet = good.lines().run("check", good.file(), "--data", unlucky, "--quiet");
        assertThat(quiet.status()).as(quiet.err() + quiet.out()).isZero();
        assertThat(quiet.out()).isEmpty();

        Path broken = Files.writeString(shared.resolve("broken.jsonl"), "{\"text\":\"x\"}\n");
        assertThat(good.lines().run("check", good.file(), "--data", broken).status())
                .isEqualTo(2);
        assertThat(good.lines().run("check", shared.resolve("nothing.yaml")).status())
                .isEqualTo(2);
    }
}
