package dev.lilla.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `lilla serve` as a process of its own, for what happens to processes.
final class ServingProcess implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("In a browser: (http://\\S+)");

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final List<String> said = new ArrayList<>();
    private final String address;

    private ServingProcess(Process process) throws IOException {
        this.process = process;
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        String found = "";
        for (String line = reader.readLine(); line != null && found.isEmpty(); ) {
            said.add(line);
            Matcher matcher = ADDRESS.matcher(line);
            found = matcher.find() ? matcher.group(1) : "";
            line = found.isEmpty() ? reader.readLine() : line;
        }
        if (found.isEmpty()) {
            throw new AssertionError("the server ended: " + said);
        }
        this.address = found;
        Thread.ofVirtual().start(() -> reader.lines().forEach(this::say));
    }

    /// @param options behind `serve --port 0`
    static ServingProcess start(Path jar, Map<String, String> environment, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=/dev/null",
                "-cp",
                jar.toString(),
                Main.class.getName(),
                "serve",
                "--port",
                "0"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new ServingProcess(builder.start());
    }

    private void say(String line) {
        synchronized (said) {
            said.add(line);
        }
    }

    /// How many lines of its log hold a text.
    long said(String text) {
        synchronized (said) {
            return said.stream().filter(line -> line.contains(text)).count();
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path, "").GET().build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body, String key) throws IOException, InterruptedException {
        return client.send(
                request(path, key)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path, String key) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(Duration.ofMinutes(2));
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    /// Ends it as `kill -9` does: without a word.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("process " + pid() + " does not end");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        client.shutdownNow();
    }
}
