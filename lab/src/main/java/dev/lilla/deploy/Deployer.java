package dev.lilla.deploy;

import dev.lilla.decision.CriterionWords;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.deploy.Gate.Admission;
import dev.lilla.project.Deployment;
import dev.lilla.project.Project;
import dev.lilla.project.Quantities;
import dev.lilla.project.Tongue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Fills a folder with all that it takes to serve a variant.
///
/// @param admission what the gate let through
/// @param model its files, with their digest checked
/// @param report the page of the decision, if there is one
public record Deployer(
        Project project, Admission admission, ModelFiles model, ProgramFiles program, Optional<Path> report) {
    /// Texts that are written side by side, as in evaluations.
    private static final int PARALLEL = 8;

    private static final int TAG_DIGITS = 8;
    private static final String LOOPBACK = "127.0.0.1";

    /// @throws IllegalArgumentException if the project wants what a deployment cannot do yet
    public Deployer {
        if (project.deployment().target() == Deployment.Target.HYBRID) {
            throw new IllegalArgumentException(
                    project.file() + ": deployment.target is hybrid, and a server that asks a"
                            + " cloud model too is not there yet. Write \"target: local\".");
        }
    }

    /// The configuration that its server will have.
    ///
    /// @param folder in which it will be
    public ServerConfiguration configuration(Path folder) {
        int asked = project.candidates().load().context().orElse(model.context());
        return new ServerConfiguration(
                name().model(),
                admission.variant().name(),
                folder.resolve(model.placed()),
                model.digest(),
                LOOPBACK,
                project.deployment().port(),
                Math.min(asked, model.context()),
                PARALLEL);
    }

    private ServiceName name() {
        return ServiceName.of(project.name());
    }

    /// Writes the folder, complete or not at all.
    ///
    /// @param replace whether an older deployment in its place is set aside
    /// @throws IllegalArgumentException if something else is in its place
    public DeploymentFolder write(Path target, DeploymentFolder.Replacing replace) {
        return DeploymentFolder.write(target, replace, folder -> fill(folder, target));
    }

    private void fill(Path folder, Path target) throws IOException {
        Map<String, String> values = values(target);
        String label = name().label();
        model.place(folder);
        program.place(folder);
        admission.record().write(folder.resolve(DecisionRecord.FILE_NAME));
        if (report.isPresent()) {
            Files.copy(report.get(), folder.resolve("report.html"));
        }
        Files.writeString(
                folder.resolve(ServerConfiguration.FILE_NAME),
                configuration(folder).yaml(model.placed()));
        Files.writeString(folder.resolve("example-request.json"), ExampleRequest.json(project, name().model()));
        for (String script : new String[] {"lilla", "make-runtime.sh", "healthcheck.sh"}) {
            Path file = Files.writeString(folder.resolve(script), FolderTemplate.fill(script, values));
            DeploymentFolder.makeExecutable(file);
        }
        text(folder, "Dockerfile", "Dockerfile", values);
        text(folder, ".dockerignore", "dockerignore", values);
        text(folder, "kubernetes.yaml", "kubernetes.yaml", values);
        text(folder, label + ".service", "unit.service", values);
        text(folder, label + "-check.service", "check.service", values);
        text(folder, label + "-check.timer", "check.timer", values);
        text(folder, "README.md", "README.md", values);
    }

    private static void text(Path folder, String name, String template, Map<String, String> values) throws IOException {
        Files.writeString(folder.resolve(name), FolderTemplate.fill(template, values));
    }

    private Map<String, String> values(Path target) {
        VariantRecord variant = admission.variant();
        DecisionRecord record = admission.record();
        MemoryNeed memory = MemoryNeed.of(variant);
        CriterionWords text = CriterionWords.of(record, Tongue.ENGLISH);
        Path home = target.toAbsolutePath().normalize();
        Path file = project.file().toAbsolutePath().normalize();
        Map<String, String> values = new HashMap<>();
        values.put("label", name().label());
        values.put("title", line(project.name()));
        values.put("unittitle", line(project.name()).replace("%", "%%"));
        values.put("model", name().model());
        values.put("variant", line(variant.name()));
        values.put(
                "tag",
                model.digest().substring(0, Math.min(TAG_DIGITS, model.digest().length())));
        values.put("port", Integer.toString(project.deployment().port()));
        values.put("modules", String.join(",", ProgramFiles.MODULES));
        values.put("memoryrequest", Long.toString(memory.requestMiB()));
        values.put("memorylimit", Long.toString(memory.limitMiB()));
        values.put("memorywhy", memory.why());
        values.put("cores", Integer.toString(Math.max(1, record.machine().cores())));
        values.put("processor", line(record.machine().processor()));
        values.put("decided", line(record.created()));
        values.put("reporthint", report.isPresent() ? ", `report.html`" : "");
        values.put("verdict", line(record.choice().verdict()));
        values.put("metric", line(record.goal().metric()));
        values.put(
                "quality",
                text.quality(variant.quality().value()) + " (95 %: "
                        + text.quality(variant.quality().low()) + " to "
                        + text.quality(variant.quality().high()) + ")");
        values.put("p50", millis(variant.answerMillisP50()));
        values.put("p95", millis(variant.answerMillisP95()));
        values.put(
                "memory",
                variant.memoryBytes().isPresent()
                        ? Quantities.text(variant.memoryBytes().getAsLong())
                        : "not measured");
        values.put("overruled", overruled());
        int shots = project.evaluation().shots();
        values.put("shots", shots == 0 ? "" : " (the evaluation showed " + shots + " solved examples before it)");
        values.put(
                "shellcheck",
                ShellText.quoted(home.resolve("lilla").toString()) + " check " + ShellText.quoted(file.toString()));
        values.put(
                "checkcommand",
                ShellText.unit(home.resolve("lilla").toString()) + " check " + ShellText.unit(file.toString()));
        return values;
    }

    /// What stands in the way of the promise, for whoever reads the folder.
    private String overruled() {
        if (admission.missed().isEmpty()) {
            return "";
        }
        return "\n**It missed the goal** (" + line(String.join("; ", admission.missed()))
                + ") and was deployed all the same: "
                + line(admission.record().overrulings().getLast().reason()) + "\n";
    }

    private static String millis(double value) {
        return Quantities.text(Duration.ofNanos(Math.round(value * 1e6)));
    }

    /// A text of others on one line, and without what has a meaning in units, tables and pages.
    private static String line(String text) {
        return text.replaceAll("[|`<>\\\\]", "")
                .replaceAll("[\\p{Cntrl}\\s]+", " ")
                .strip();
    }
}
