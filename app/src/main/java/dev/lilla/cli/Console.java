package dev.lilla.cli;

import dev.lilla.project.Tongue;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Where a command reads and writes: the process's streams, or a test's.
///
/// Results go to [#out], all else (progress, timings, warnings, errors) to [#err], so that output can be piped.
///
/// @param terminals which of the streams people look at
public record Console(
        InputStream in, PrintStream out, PrintStream err, Map<String, String> environment, Terminals terminals) {
    /// The launcher silences the JVM's own standard error and hands the real one on under this name.
    static final String STDERR_VARIABLE = "LILLA_STDERR";

    private static final int COLUMNS = 80;

    public Console {
        environment = Map.copyOf(environment);
    }

    /// Which of the standard streams are terminals.
    public record Terminals(boolean in, boolean out, boolean err) {
        public static final Terminals NONE = new Terminals(false, false, false);
    }

    /// The streams of this process, in UTF-8 whatever the locale.
    static Console system() {
        String stderr = System.getenv(STDERR_VARIABLE);
        boolean handedOn = stderr != null && !stderr.isBlank();
        PrintStream err = handedOn ? open(stderr) : stream(new FileOutputStream(FileDescriptor.err));
        Terminals terminals = new Terminals(
                TerminalCheck.isTerminal(0),
                TerminalCheck.isTerminal(1),
                TerminalCheck.isTerminal(handedOn ? stderr.charAt(stderr.length() - 1) - '0' : 2));
        return new Console(
                new FileInputStream(FileDescriptor.in),
                stream(new FileOutputStream(FileDescriptor.out)),
                err,
                System.getenv(),
                terminals);
    }

    /// Whether output is colored: on a terminal that can, unless `NO_COLOR` is set (no-color.org).
    Ansi ansi() {
        boolean wanted = terminals.out()
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
        return wanted ? Ansi.ON : Ansi.OFF;
    }

    /// The language that is asked for, else that of `LANG`.
    ///
    /// @param code as `sv`, if one was given
    Tongue tongue(@Nullable String code) {
        return Tongue.of(code == null ? environment.getOrDefault("LANG", "en") : code);
    }

    /// Text with picocli's markup (`@|bold ...|@`) as colors, or without.
    String styled(String markup) {
        return ansi().string(markup);
    }

    /// Width of a terminal, in characters.
    int columns() {
        String columns = environment.getOrDefault("COLUMNS", "");
        return columns.matches("\\d{2,4}") ? Integer.parseInt(columns) : COLUMNS;
    }

    void printJson(JsonNode node) {
        out.println(JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(node));
    }

    void warn(String message) {
        err.println("lilla: " + message);
    }

    /// A reader of what is typed or piped in.
    BufferedReader reader() {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    /// All that is piped in.
    String readAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static PrintStream open(String path) {
        try {
            return stream(new FileOutputStream(path, true));
        } catch (IOException e) {
            return stream(new FileOutputStream(FileDescriptor.err));
        }
    }

    private static PrintStream stream(FileOutputStream out) {
        return new PrintStream(out, true, StandardCharsets.UTF_8);
    }
}
