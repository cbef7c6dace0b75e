package dev.lilla.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `lilla doctor`: is this machine fit for it?
@Command(
        name = "doctor",
        description = {
            "Checks this machine: Java, vector instructions, memory, store. Says what is wrong and how to mend it.",
        },
        footer = {"", "For example:", "  lilla doctor", "", "Exit status 1 if something will not work."})
final class DoctorCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final JsonOption json = new JsonOption();

    DoctorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<Check> checks = new Diagnosis(console).checks();
        if (json.isSet()) {
            printJson(checks);
        } else {
            console.out().println("Lilla " + Lilla.Version.text());
            checks.forEach(this::print);
            console.out().println(summary(checks));
        }
        return has(checks, Check.Status.PROBLEM) ? Lilla.FAILED : 0;
    }

    private void print(Check check) {
        String mark = switch (check.status()) {
            case OK -> "@|green ok     |@";
            case WARNING -> "@|bold,yellow WARNING|@";
            case PROBLEM -> "@|bold,red PROBLEM|@";
        };
        console.out()
                .println(console.styled(mark) + "  " + String.format(Locale.ROOT, "%-14s", check.name())
                        + check.finding());
        check.advice().ifPresent(remedy -> console.out().println(" ".repeat(9) + "-> " + remedy));
    }

    private void printJson(List<Check> checks) {
        ObjectNode report = JsonMapper.shared().createObjectNode();
        report.put("version", Lilla.Version.text());
        ArrayNode list = report.putArray("checks");
        for (Check check : checks) {
            list.addObject()
                    .put("name", check.name())
                    .put("status", check.status().name().toLowerCase(Locale.ROOT))
                    .put("finding", check.finding())
                    .put("remedy", check.remedy());
        }
        console.printJson(report);
    }

    private static String summary(List<Check> checks) {
        if (has(checks, Check.Status.PROBLEM)) {
            return "Something will not work; see above.";
        }
        return has(checks, Check.Status.WARNING) ? "It works, but could be better; see above." : "All is well.";
    }

    private static boolean has(List<Check> checks, Check.Status status) {
        return checks.stream().anyMatch(check -> check.status() == status);
    }
}
