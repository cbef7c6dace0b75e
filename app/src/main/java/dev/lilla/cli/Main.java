package dev.lilla.cli;

/// Entry point of the command line.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // Libraries that log through SLF4J have nobody to log to here; that is no news for users.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        Console console = Console.system();
        int status = Lilla.run(console, arguments);
        console.out().flush();
        console.err().flush();
        System.exit(status);
    }
}
