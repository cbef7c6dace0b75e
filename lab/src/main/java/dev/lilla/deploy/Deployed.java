package dev.lilla.deploy;

import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.evaluate.report.ReportWords;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Protocol;
import dev.lilla.project.Project;
import dev.lilla.project.Tongue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What was deployed for a project, with the promise that was made.
///
/// @param model its files, which are those that were decided for
public record Deployed(DecisionRecord record, VariantRecord variant, ModelFiles model) {
    /// What has to be as it was: other questions make other scores.
    private static final List<String> FIXED = List.of(Protocol.TASK_FILE, Protocol.SHOTS);

    /// What differs where the data does.
    private static final List<String> OF_DATA = List.of("examples", "prompts and references");

    /// Opens a deployment.
    ///
    /// @throws IllegalArgumentException if there is none, it is that of another project, or it was changed
    public static Deployed open(Project project, Path folder) {
        DeploymentFolder.open(folder);
        ServerConfiguration server = ServerConfiguration.read(folder.resolve(ServerConfiguration.FILE_NAME));
        DecisionRecord record = DecisionRecord.read(folder.resolve(DecisionRecord.FILE_NAME));
        if (!record.project().equals(project.name())) {
            throw new IllegalArgumentException(folder + ": is a deployment of the project \"" + record.project()
                    + "\", and this is \"" + project.name() + "\". Give its own with --deployment.");
        }
        VariantRecord variant = record.variant(server.variant())
                .orElseThrow(() -> new IllegalArgumentException(folder + ": serves the variant \"" + server.variant()
                        + "\", of which its decision knows nothing. Deploy it again: \"lilla deploy --force\"."));
        return new Deployed(record, variant, ModelFiles.of(server));
    }

    /// What of the way of evaluating differs from that of the decision, in words.
    ///
    /// @throws IllegalArgumentException if scores cannot be compared
    public List<String> differences(Result result, Tongue tongue) {
        String metric = result.measured().getFirst().metric();
        if (!metric.equals(record.goal().metric())) {
            throw new IllegalArgumentException(
                    "the project is judged by " + metric + " now, and the decision was made by "
                            + record.goal().metric() + ". Decide again: \"lilla optimize\", \"lilla deploy --force\".");
        }
        Map<String, String> now = new TreeMap<>(result.protocol().facts());
        Map<String, String> then = record.protocol();
        for (String fact : FIXED) {
            if (then.containsKey(fact) && !then.get(fact).equals(now.get(fact))) {
                throw new IllegalArgumentException("the project asks in another way than when it was decided (" + fact
                        + "): its prompt, system text, task or shots have changed. Decide again: \"lilla optimize\","
                        + " \"lilla deploy --force\".");
            }
        }
        OF_DATA.forEach(now::remove);
        return now.entrySet().stream()
                .filter(entry -> then.containsKey(entry.getKey())
                        && !then.get(entry.getKey()).equals(entry.getValue()))
                .map(entry -> new ReportWords(tongue)
                        .say(
                                "%s is %s, and was %s",
                                "%s är %s, och var %s",
                                new ReportWords(tongue).stored(entry.getKey()),
                                entry.getValue(),
                                then.getOrDefault(entry.getKey(), "-")))
                .toList();
    }
}
