package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.format.ModelFormatException;
import dev.lilla.kernel.CapacityException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;

class LillaTest {
    private final Lines lines = new Lines();

    /// A command that is named first is made alone, so the names must be those that it has.
    @Test
    void commandsHaveTheNamesThatTheyAreFoundBy() {
        Console console = lines.console();
        assertThat(Commands.of(console)).hasSameSizeAs(Commands.names());
        for (String name : Commands.names()) {
            assertThat(Commands.of(console, name, "--help"))
                    .singleElement()
                    .extracting(command ->
                            command.getClass().getAnnotation(Command.class).name())
                    .isEqualTo(name);
        }
    }

    @Nested
    class Help {
        @Test
        void isShownWithoutACommandAndOnRequest() {
            Lines.Outcome bare = lines.run();
            assertThat(bare.status()).isZero();
            assertThat(bare.out()).contains("Usage: lilla", "models", "pull", "For example:");
            assertThat(lines.run("--help").out()).isEqualTo(bare.out());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "run",
                    "chat",
                    "serve",
                    "keys",
                    "inspect",
                    "tokenize",
                    "render",
                    "logits",
                    "perplexity",
                    "convert",
                    "train",
                    "merge",
                    "average",
                    "train-tokenizer",
                    "models",
                    "pull",
                    "bench",
                    "deploy",
                    "check",
                    "doctor"
                })
        void ofEveryCommandHasAnExample(String command) {
            Lines.Outcome help = lines.run(command, "--help");
            assertThat(help.status()).isZero();
            assertThat(help.out()).contains("Usage: lilla " + command, "For example:", "lilla " + command);
        }

        /// A lone percent sign makes picocli complain on standard error, where the user reads it.
        @Test
        void ofNoCommandMakesPicocliComplain() {
            PrintStream before = System.err;
            ByteArrayOutputStream complaints = new ByteArrayOutputStream();
            System.setErr(new PrintStream(complaints, true, StandardCharsets.UTF_8));
            try {
                lines.run("--help");
                for (String command : Commands.names()) {
                    lines.run(command, "--help");
                }
            } finally {
                System.setErr(before);
            }
            assertThat(complaints.toString(StandardCharsets.UTF_8)).isEmpty();
        }

        @Test
        void showsFirstWhatHasToBeGiven() {
            assertThat(lines.run("run", "--help").out()).startsWith("Usage: lilla run [OPTIONS] MODEL [PROMPT]\n");
            assertThat(lines.run("convert", "--help").out())
                    .startsWith("Usage: lilla convert [OPTIONS] MODEL TARGET\n");
            assertThat(lines.run("models", "import", "--help").out())
                    .startsWith("Usage: lilla models import [OPTIONS] PATH [NAME]\n");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "run",
                    "chat",
                    "tokenize",
                    "render",
                    "logits",
                    "convert",
                    "train",
                    "merge",
                    "average",
                    "train-tokenizer",
                    "pull",
                    "bench"
                })
        void showsExamplesThatCanBeCopied(String command) {
            String help = lines.run(command, "--help").out();
            assertThat(help.substring(help.indexOf("For example:"))
                            .lines()
                            .skip(1)
                            .takeWhile(line -> !line.isEmpty()))
                    .allMatch(line -> line.startsWith("  ") && line.contains("lilla " + command));
        }

        @Test
        void saysWhichVersionThisIs() {
            assertThat(lines.run("--version").out()).contains("lilla ", "Java 2");
        }
    }

    @Nested
    class Mistakes {
        @Test
        void inTheCommandLineHaveAStatusOfTheirOwnAndASuggestion() {
            Lines.Outcome outcome = lines.run("modles");
            assertThat(outcome.status()).isEqualTo(2);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err()).contains("modles", "lilla models", "lilla --help");
        }

        @Test
        void areExplainedByTheCommandThatWasMeant() {
            assertThat(lines.run("pull").err()).contains("OWNER/NAME", "See: lilla pull --help");
            assertThat(lines.run("pull", "--nope", "a/b").status()).isEqualTo(2);
        }

        @Test
        void inNumbersAreExplainedWithoutJava() {
            assertThat(lines.run("run", "m", "Hi", "--temperature", "warm").err())
                    .contains("'--temperature': 'warm' is not a number\n");
            assertThat(lines.run("run", "m", "Hi", "--top-k", "few").err())
                    .contains("'--top-k': 'few' is not a whole number\n");
        }

        @Test
        void thatContradictEachOtherAreRefused() {
            assertThat(lines.run("run", "m", "Hi", "--raw", "--system", "x").err())
                    .contains("leave out --raw or --system");
            assertThat(lines.run("tokenize", "m", "Hi", "--decode", "1").err())
                    .contains("one of TEXT, --file and --decode");
            assertThat(lines.run("tokenize", "m", "Hi", "--no-special", "--parse-special")
                            .err())
                    .contains("one of --no-special and --parse-special");
            assertThat(lines.run("logits", "m", "--out", "x").err()).contains("either --ids or --text");
        }
    }

    @Nested
    class AFailure {
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();

        private String report(Throwable failure, Map<String, String> environment) {
            Console console = new Console(
                    new ByteArrayInputStream(new byte[0]),
                    new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    environment,
                    Console.Terminals.NONE);
            assertThat(new Failures(console, false).report(failure))
                    .isEqualTo(failure instanceof InterruptedException ? 130 : 1);
            return err.toString(StandardCharsets.UTF_8);
        }

        @Test
        void thatIsExpectedIsOneLine() {
            assertThat(report(new ModelFormatException("x.gguf: too short"), Map.of()))
                    .isEqualTo("lilla: x.gguf: too short\n");
        }

        @Test
        void ofCapacityIsPrintedAsItIs() {
            assertThat(report(new CapacityException("no block left"), Map.of())).isEqualTo("lilla: no block left\n");
        }

        @Test
        void aboutAFileNamesIt() {
            assertThat(report(new UncheckedIOException(new NoSuchFileException("a.txt")), Map.of()))
                    .isEqualTo("lilla: there is no file a.txt\n");
            assertThat(report(new IOException("disk full"), Map.of())).contains("disk full");
        }

        @Test
        void thatIsOursSaysSoAndHowToSeeMore() {
            assertThat(report(new IllegalStateException("oops"), Map.of()))
                    .contains("internal error", "oops", "LILLA_DEBUG=1")
                    .doesNotContain("\tat ");
        }

        @Test
        void showsItsStackWhereAsked() {
            assertThat(report(new IllegalStateException("oops"), Map.of("LILLA_DEBUG", "1")))
                    .contains("\tat ");
        }

        @Test
        void thatIsAnInterruptionHasTheStatusOfShells() {
            assertThat(report(new InterruptedException(), Map.of())).contains("interrupted");
        }
    }

    @Nested
    class Colors {
        private Console console(Map<String, String> environment, Console.Terminals terminals) {
            PrintStream none = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
            return new Console(new ByteArrayInputStream(new byte[0]), none, none, environment, terminals);
        }

        @Test
        void appearOnTerminalsOnly() {
            Console.Terminals all = new Console.Terminals(true, true, true);
            assertThat(console(Map.of(), all).ansi()).isEqualTo(Ansi.ON);
            assertThat(console(Map.of(), Console.Terminals.NONE).ansi()).isEqualTo(Ansi.OFF);
            assertThat(console(Map.of("NO_COLOR", "1"), all).ansi()).isEqualTo(Ansi.OFF);
            assertThat(console(Map.of("TERM", "dumb"), all).ansi()).isEqualTo(Ansi.OFF);
        }
    }
}
