package dev.lilla.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The command `lilla`: what all its commands have in common.
@Command(
        name = "lilla",
        versionProvider = Lilla.Version.class,
        sortOptions = false,
        description = {
            "Small language models, right-sized for your job, on your own machine.",
            "",
            "MODEL is a GGUF file, a Hugging Face directory, or the name of a model in the local store.",
        },
        footer = {
            "",
            "For example:",
            "  lilla pull HuggingFaceTB/SmolLM2-135M-Instruct",
            "  lilla chat smollm2-135m-instruct",
            "  lilla bench tinyllama-1.1b --synthetic --type q8_0",
            "",
            "Each command has help of its own: lilla run --help",
            "Environment: LILLA_HOME (the store, default ~/.lilla), HF_TOKEN, HF_ENDPOINT, NO_COLOR, LILLA_DEBUG=1",
        })
final class Lilla implements Runnable {
    /// Failed: the message on standard error says why.
    static final int FAILED = 1;
    /// The command line itself is wrong.
    static final int USAGE = 2;
    /// Interrupted, as shells have it: 128 + SIGINT.
    static final int INTERRUPTED = 130;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Shows the version.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, hidden = true, description = "Shows stack traces of errors.")
    private boolean debug;

    /// Runs a command line.
    ///
    /// @return the exit status: 0, [#FAILED], [#USAGE] or [#INTERRUPTED]
    static int run(Console console, String... arguments) {
        Lilla lilla = new Lilla();
        CommandLine line = new CommandLine(lilla);
        for (Object command : Commands.of(console, arguments)) {
            line.addSubcommand(command);
        }
        line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(Help.defaultColorScheme(console.ansi()));
        line.setUsageHelpWidth(Math.clamp(console.columns(), 80, 120));
        abbreviateSynopsis(line);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, _) -> reportUsage(console, e));
        line.setExecutionExceptionHandler((e, _, _) -> new Failures(console, lilla.debug).report(e));
        try {
            return line.execute(arguments);
        } catch (StackOverflowError | OutOfMemoryError e) {
            return new Failures(console, lilla.debug).report(e);
        }
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /// `lilla run [OPTIONS] MODEL [PROMPT]`: options by the dozen hide what has to be given.
    private static void abbreviateSynopsis(CommandLine line) {
        line.getCommandSpec().usageMessage().abbreviateSynopsis(true);
        line.getSubcommands().values().forEach(Lilla::abbreviateSynopsis);
    }

    private static int reportUsage(Console console, ParameterException e) {
        CommandLine line = e.getCommandLine();
        console.err().println("lilla: " + inPlainWords(String.valueOf(e.getMessage())));
        CommandLine.UnmatchedArgumentException.printSuggestions(e, line.getErr());
        console.err().println("See: " + line.getCommandSpec().qualifiedName() + " --help");
        return USAGE;
    }

    /// Numbers by what people call them.
    private static String inPlainWords(String message) {
        return message.replaceAll("is not an? (int|long)$", "is not a whole number")
                .replaceAll("is not a (float|double)$", "is not a number");
    }

    /// The version of the build, from the manifest of the jar.
    static final class Version implements IVersionProvider {
        static String text() {
            String version = Lilla.class.getPackage().getImplementationVersion();
            return version == null ? "development build" : version;
        }

        @Override
        public String[] getVersion() {
            return new String[] {
                "lilla " + text(), "Java " + Runtime.version() + " on ${os.name} ${os.version} ${os.arch}"
            };
        }
    }
}
