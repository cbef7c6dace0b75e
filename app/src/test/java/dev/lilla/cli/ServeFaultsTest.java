package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.ProjectFolder;
import dev.lilla.hub.OneModelHub;
import dev.lilla.kernel.HostDescription;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What happens to a server, its disk and its files from outside.
class ServeFaultsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String HELLO =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"max_tokens\":6,\"temperature\":0}";

    @TempDir
    private static Path shared;

    private static Path jar = Path.of("");

    @TempDir
    Path home;

    private Lines lines = new Lines();

    @BeforeAll
    static void build() throws IOException {
        jar = RunningProgram.jarIn(shared.resolve("program"));
    }

    @BeforeEach
    void setTheHome() {
        lines = new Lines().with("LILLA_HOME", home);
    }

    private Map<String, String> environment() {
        return Map.of("LILLA_HOME", home.toString());
    }

    private static String demo() {
        return ProjectFolder.demoModel().toString();
    }

    private String key(String name) {
        return lines.run("keys", "create", name, "--scope", "infer,admin").out().strip();
    }

    /// Tokens that are written down as used, of all keys.
    private long storedTokens() {
        long tokens = 0;
        for (JsonNode key : lines.run("keys", "list", "--json").json()) {
            for (JsonNode usage : key.path("usage")) {
                tokens += usage.get("prompt_tokens").asLong()
                        + usage.get("completion_tokens").asLong();
            }
        }
        return tokens;
    }

    private void awaitTokens(long tokens) throws InterruptedException {
        for (int i = 0; i < 600 && storedTokens() < tokens; i++) {
            Thread.sleep(100);
        }
        assertThat(storedTokens()).isEqualTo(tokens);
    }

    private static long totalTokens(HttpResponse<String> reply) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return json(reply).at("/usage/total_tokens").asLong();
    }

    private static JsonNode json(HttpResponse<String> reply) {
        return JsonMapper.shared().readTree(reply.body());
    }

    private static String text(HttpResponse<String> reply) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        return json(reply).at("/choices/0/message/content").asString();
    }

    @Test
    void aKillLosesNothingThatIsWrittenDown() throws Exception {
        String kept = key("kept");
        String revoked = key("revoked");
        long used;
        try (ServingProcess server = ServingProcess.start(jar, environment(), demo(), "--require-key")) {
            used = totalTokens(server.post(CHAT, HELLO, kept)) + totalTokens(server.post(CHAT, HELLO, revoked));
            awaitTokens(used);
            lines.run("keys", "revoke", "revoked");
            // Killed while it writes a text and its usage.
            Thread writing = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        server.post(CHAT, HELLO.replace("6", "300"), kept);
                    }
                } catch (IOException | InterruptedException e) {
                    // The server is gone.
                }
            });
            Thread.sleep(1_500);
            server.kill();
            writing.join();
        }
        long found = storedTokens();
        assertThat(found).isGreaterThanOrEqualTo(used);
        try (ServingProcess again = ServingProcess.start(jar, environment(), demo(), "--require-key")) {
            long more = totalTokens(again.post(CHAT, HELLO, kept));
            assertThat(again.post(CHAT, HELLO, revoked).statusCode()).isEqualTo(401);
            awaitTokens(found + more);
        }
    }

    /// Sets the size that files of a process may grow to: what a full disk is to it.
    private static void limitFiles(ServingProcess server, String bytes) throws Exception {
        Path program = Path.of("/usr/bin/prlimit");
        assumeTrue(Files.isExecutable(program), "no prlimit, so that no disk can be made full");
        Process process = new ProcessBuilder(
                        program.toString(), "--pid", Long.toString(server.pid()), "--fsize=" + bytes + ":unlimited")
                .inheritIO()
                .start();
        assumeTrue(process.waitFor() == 0, "this user may not limit the files of a process");
    }

    @Test
    void aFullDiskStopsNoText() throws Exception {
        String key = key("one");
        try (OneModelHub hub = new OneModelHub(home.resolve("hub"));
                ServingProcess server = ServingProcess.start(
                        jar,
                        Map.of("LILLA_HOME", home.toString(), "HF_ENDPOINT", hub.address()),
                        demo(),
                        "--require-key")) {
            long used = totalTokens(server.post(CHAT, HELLO, key));
            awaitTokens(used);
            limitFiles(server, "0");

            long unwritten = 0;
            for (int i = 0; i < 4; i++) {
                unwritten += totalTokens(server.post(CHAT, HELLO, key));
                Thread.sleep(1_100);
            }
            assertThat(storedTokens()).isEqualTo(used);
            assertThat(server.said("server.db can't be used")).isEqualTo(1);
            HttpResponse<String> pull = server.post("/api/pull", "{\"model\":\"me/tiny\"}", key);
            assertThat(json(pull.body().lines().reduce((_, last) -> last).orElse(""))
                            .path("error")
                            .asString(""))
                    .as(pull.body())
                    .isNotBlank();
            HttpResponse<String> whole = server.post("/api/pull", "{\"model\":\"me/tiny\",\"stream\":false}", key);
            assertThat(whole.statusCode()).as(whole.body()).isEqualTo(500);
            assertThat(json(whole).get("error").asString()).contains("the download failed");
            assertThat(server.get("/health").statusCode()).isEqualTo(200);

            limitFiles(server, "unlimited");
            awaitTokens(used + unwritten);
            assertThat(server.said("server.db can be used again")).isEqualTo(1);
            assertThat(server.post("/api/pull", "{\"model\":\"me/tiny\",\"stream\":false}", key)
                            .body())
                    .isEqualTo("{\"status\":\"success\"}");
        }
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    enum Change {
        UNLINKED,
        REPLACED,
        CUT_SHORT;

        void of(Path file) throws IOException {
            switch (this) {
                case UNLINKED -> Files.delete(file);
                case REPLACED -> {
                    Path other = Files.writeString(file.resolveSibling("other"), "no model");
                    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
                }
                case CUT_SHORT -> {
                    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                        open.setLength(1_000);
                    }
                }
            }
        }
    }

    /// With machine code weights are repacked; other kernels read them where the file is mapped.
    @ParameterizedTest
    @EnumSource(Change.class)
    void aServerGoesOnWhateverHappensToAModelsFile(Change change) throws Exception {
        Path model = Files.copy(ProjectFolder.demoModel(), home.resolve("model.gguf"));
        Path later = Files.copy(ProjectFolder.demoModel(), home.resolve("later.gguf"));
        String asked = "{\"model\":\"later\"," + HELLO.substring(1);
        try (ServingProcess mapped = ServingProcess.start(jar, environment(), model.toString(), "--kernels", "vector");
                ServingProcess onDemand = ServingProcess.start(jar, environment(), later.toString(), "--on-demand")) {
            String before = text(mapped.post(CHAT, HELLO, ""));
            change.of(model);
            change.of(later);

            HttpResponse<String> after = mapped.post(CHAT, HELLO, "");
            if (change == Change.CUT_SHORT) {
                requireFailure(after, "the file of the model changed while it was in use");
            } else {
                assertThat(text(after)).isEqualTo(before);
            }
            requireFailure(onDemand.post(CHAT, asked, ""), "model later can't be loaded: ");
            Files.copy(ProjectFolder.demoModel(), later, StandardCopyOption.REPLACE_EXISTING);
            String loaded = text(onDemand.post(CHAT, asked, ""));
            change.of(later);
            if (HostDescription.runsMachineCode() || change != Change.CUT_SHORT) {
                assertThat(text(onDemand.post(CHAT, asked, ""))).isEqualTo(loaded);
            }
            assertThat(mapped.isAlive() && onDemand.isAlive()).isTrue();
        }
    }

    private static void requireFailure(HttpResponse<String> reply, String beginning) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(503);
        assertThat(json(reply).at("/error/message").asString()).startsWith(beginning);
    }

    @Test
    void saysThatAPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Lines.Outcome outcome = new Lines()
                    .with("LILLA_HOME", home)
                    .run("serve", ProjectFolder.demoModel(), "--port", taken.getLocalPort());
            assertThat(outcome.status()).isEqualTo(Lilla.FAILED);
            assertThat(outcome.err())
                    .contains("can't listen on 127.0.0.1 port " + taken.getLocalPort())
                    .contains("--port 0 takes any port that is free");
        }
    }
}
