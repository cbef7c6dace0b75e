package dev.lilla.cli;

import dev.lilla.project.Candidate;
import dev.lilla.project.CandidateList;
import dev.lilla.project.CandidateScore;
import dev.lilla.project.Project;
import dev.lilla.project.RejectedModel;
import dev.lilla.project.RemoteGate;
import dev.lilla.project.Workload;
import dev.lilla.remote.RemoteModel;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Who may do the job, for people and for programs.
///
/// @param environment that holds keys of models elsewhere; keys are not shown
record CandidatesReport(Project project, CandidateList list, Map<String, String> environment) {
    private static final int OTHERS_SHOWN = 8;

    void print(Console console, boolean isWhole) {
        PrintStream out = console.out();
        Workload load = list.workload();
        out.println("goal      " + project.goal().task().label() + ": requests of " + load.prompt()
                + " tokens with answers of "
                + load.answer() + " (95 %: " + load.promptLong() + " and " + load.answerLong() + "; context "
                + load.context() + "), from " + load.origin());
        out.println("machine   a process may take " + Units.bytes(list.memoryAllowed()));
        out.println();
        if (list.chosen().isEmpty()) {
            out.println("No model of the catalog fits. Who is out, and why:");
        } else {
            table(list.chosen(), out);
            for (Candidate candidate : list.chosen()) {
                out.println();
                out.println(console.styled("@|bold " + candidate.model().title() + "|@, ")
                        + candidate.type().label() + "  (lilla pull "
                        + candidate.model().address() + ")");
                candidate.score().reasons().forEach(reason -> out.println("  - " + reason));
                out.println("  = " + arithmetic(candidate.score()));
            }
        }
        if (!list.others().isEmpty()) {
            out.println();
            out.println("Also fit:");
            table(
                    list.others().stream()
                            .limit(isWhole ? Long.MAX_VALUE : OTHERS_SHOWN)
                            .toList(),
                    out);
        }
        remote(out);
        rejected(out, isWhole || list.chosen().isEmpty());
        list.notes().forEach(console::warn);
    }

    /// Models elsewhere that the project names.
    private void remote(PrintStream out) {
        if (project.candidates().remote().isEmpty()) {
            return;
        }
        out.println();
        out.println("Elsewhere; whatever they are asked leaves this machine:");
        Table table = new Table("MODEL", "HOST", "API", "", "WHY");
        for (RemoteModel model : project.candidates().remote()) {
            Optional<RejectedModel> refused = rejected(model);
            table.row(
                    model.name(),
                    model.host(),
                    model.api().label(),
                    refused.isPresent() ? "out" : "in",
                    refused.map(RejectedModel::reason)
                            .orElse("goal.privacy is open, and " + model.keyVariable() + " is set"));
        }
        table.print(out);
    }

    private Optional<RejectedModel> rejected(RemoteModel model) {
        return new RemoteGate(project).reject(model, environment);
    }

    private void table(List<Candidate> candidates, PrintStream out) {
        Table table = new Table(
                "MODEL", "TYPE", ">SCORE", ">DISK", ">MEMORY", ">READS/S", ">WRITES/S", ">LATENCY", "SPEED", "LICENSE");
        for (Candidate candidate : candidates) {
            table.row(
                    candidate.model().name(),
                    candidate.type().label(),
                    String.format(Locale.ROOT, "%.2f", candidate.score().total()),
                    Units.bytes(candidate.diskBytes()),
                    Units.bytes(candidate.memory().bytes()),
                    String.format(Locale.ROOT, "%.0f", candidate.speed().promptPerSecond()),
                    String.format(Locale.ROOT, "%.1f", candidate.speed().writtenPerSecond()),
                    String.format(Locale.ROOT, "%.2f s", candidate.latency().toNanos() / 1e9)
                            + (candidate.meetsLatency() ? "" : " !"),
                    candidate.speed().basis().label(),
                    candidate.model().license().id());
        }
        table.print(out);
    }

    /// `0.71 = 0.50 × quality 0.87 + 0.35 × speed 0.60 + 0.15 × memory 0.44`
    private static String arithmetic(CandidateScore score) {
        return String.format(
                Locale.ROOT,
                "%.2f: %.2f × quality %.2f + %.2f × speed %.2f + %.2f × memory left %.2f",
                score.total(),
                score.weights().quality(),
                score.quality(),
                score.weights().speed(),
                score.speed(),
                score.weights().memory(),
                score.memory());
    }

    private void rejected(PrintStream out, boolean isWhole) {
        if (list.rejected().isEmpty()) {
            return;
        }
        out.println();
        if (isWhole) {
            Table table = new Table("OUT", "FILTER", "WHY");
            list.rejected().forEach(model -> table.row(model.name(), model.filter(), model.reason()));
            table.print(out);
            return;
        }
        Map<String, Integer> counts = new TreeMap<>();
        list.rejected().forEach(model -> counts.merge(model.filter(), 1, Integer::sum));
        StringBuilder words = new StringBuilder();
        counts.forEach((filter, count) -> words.append(words.isEmpty() ? "" : ", ")
                .append(filter)
                .append(' ')
                .append(count));
        out.println("Out: " + words + ". --all shows each with its reason.");
    }

    ObjectNode json() {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        Workload load = list.workload();
        node.put("project", project.name()).put("task", project.goal().task().label());
        node.putObject("workload")
                .put("context", load.context())
                .put("promptTokens", load.prompt())
                .put("answerTokens", load.answer())
                .put("promptTokensP95", load.promptLong())
                .put("answerTokensP95", load.answerLong())
                .put("origin", load.origin());
        node.put("memoryAllowed", list.memoryAllowed());
        candidates(node.putArray("chosen"), list.chosen());
        candidates(node.putArray("others"), list.others());
        ArrayNode rejected = node.putArray("rejected");
        for (RejectedModel model : list.rejected()) {
            rejected.addObject()
                    .put("name", model.name())
                    .put("filter", model.filter())
                    .put("reason", model.reason());
        }
        ArrayNode remote = node.putArray("remote");
        for (RemoteModel model : project.candidates().remote()) {
            Optional<RejectedModel> refused = rejected(model);
            ObjectNode entry = remote.addObject()
                    .put("name", model.name())
                    .put("api", model.api().label())
                    .put("model", model.model())
                    .put("host", model.host())
                    .put("key", model.keyVariable())
                    .put("in", refused.isEmpty());
            refused.ifPresent(found -> entry.put("filter", found.filter()).put("reason", found.reason()));
        }
        list.notes().forEach(node.putArray("notes")::add);
        return node;
    }

    private static void candidates(ArrayNode array, List<Candidate> candidates) {
        for (Candidate candidate : candidates) {
            ObjectNode node = array.addObject()
                    .put("model", candidate.model().name())
                    .put("hub", candidate.model().address())
                    .put("type", candidate.type().label())
                    .put("license", candidate.model().license().id())
                    .put("parameters", candidate.model().shape().parameters())
                    .put("diskBytes", candidate.diskBytes())
                    .put("memoryBytes", candidate.memory().bytes());
            node.putObject("memory")
                    .put("weights", candidate.memory().weightBytes())
                    .put("cache", candidate.memory().cacheBytes())
                    .put("work", candidate.memory().workBytes())
                    .put("program", candidate.memory().programBytes());
            node.putObject("speed")
                    .put("basis", candidate.speed().basis().label())
                    .put("promptTokensPerSecond", candidate.speed().promptPerSecond())
                    .put("writtenTokensPerSecond", candidate.speed().writtenPerSecond());
            node.put("latencySeconds", candidate.latency().toNanos() / 1e9)
                    .put("meetsLatency", candidate.meetsLatency());
            CandidateScore score = candidate.score();
            ObjectNode parts = node.putObject("score")
                    .put("total", score.total())
                    .put("quality", score.quality())
                    .put("speed", score.speed())
                    .put("memory", score.memory());
            parts.putObject("weights")
                    .put("quality", score.weights().quality())
                    .put("speed", score.weights().speed())
                    .put("memory", score.weights().memory());
            score.reasons().forEach(node.putArray("reasons")::add);
        }
    }
}
