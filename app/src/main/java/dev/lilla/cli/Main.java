package dev.lilla.cli;

/// Entry point of the command line.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Console console = Console.system();
        int status = Lilla.run(console, arguments);
        console.out().flush();
        console.err().flush();
        System.exit(status);
    }
}
