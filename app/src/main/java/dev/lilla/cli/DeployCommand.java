package dev.lilla.cli;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.deploy.Deployer;
import dev.lilla.deploy.DeploymentFolder;
import dev.lilla.deploy.Gate;
import dev.lilla.deploy.ModelFiles;
import dev.lilla.deploy.ProgramFiles;
import dev.lilla.project.Project;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla deploy`: a folder that serves what was decided for.
@Command(
        name = "deploy",
        sortOptions = false,
        description = {
            "Writes a folder that serves the variant that was decided for: the model, Lilla itself, the server's "
                    + "configuration, the decision, a systemd unit, a Dockerfile and Kubernetes manifests.",
            "",
            "A variant that missed the goal is refused, unless --variant and --despite name it and say why; the decision "
                    + "record in the folder keeps that.",
        },
        footer = {
            "",
            "For example:",
            "  lilla deploy",
            "  lilla deploy tickets/lilla.yaml --out /srv/tickets",
            "  lilla deploy --variant \"lilla-demo-s q4_0\" --despite \"a trial with ten users, until May\"",
            "  lilla serve lilla.yaml",
        })
final class DeployCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ProjectArgument argument = new ProjectArgument();

    @Option(
            names = "--decision",
            paramLabel = "DIR",
            description = "Where \"lilla optimize\" left the decision. Default: decision beside the project.")
    private @Nullable Path decision;

    @Option(names = "--out", paramLabel = "DIR", description = "The folder. Default: what deployment.folder says.")
    private @Nullable Path out;

    @Option(names = "--variant", paramLabel = "NAME", description = "The variant. Default: the recommended one.")
    private @Nullable String variant;

    @Option(
            names = "--despite",
            paramLabel = "REASON",
            description = "Why the variant of --variant is deployed although it missed the goal.")
    private @Nullable String reason;

    @Option(names = "--force", description = "Sets an older deployment in the same place aside, as DIR.previous.")
    private boolean force;

    @Option(
            names = "--program",
            paramLabel = "JAR",
            description = "The Lilla that the folder gets. Default: the one that runs.")
    private @Nullable Path program;

    DeployCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Project project = argument.read();
        Path folder = decision == null ? folderOf(project.file()).resolve("decision") : folderIn(decision);
        DecisionRecord record = DecisionRecord.read(folder.resolve(DecisionRecord.FILE_NAME));
        Gate.Admission admission =
                Gate.of(project, record).admit(Optional.ofNullable(variant), Optional.ofNullable(reason));
        ModelFiles model = ModelFiles.of(folder, admission.variant());
        Path report = folder.resolve(DecisionOutputs.REPORT);
        Deployer deployer = new Deployer(
                project,
                admission,
                model,
                ProgramFiles.of(program == null ? running() : program),
                Files.isRegularFile(report) ? Optional.of(report) : Optional.empty());
        DeploymentFolder written = deployer.write(
                out == null ? project.deployment().folder() : out,
                force ? DeploymentFolder.Replacing.SET_ASIDE : DeploymentFolder.Replacing.REFUSED);
        say(project, record, admission, written);
        return 0;
    }

    /// The record may be named too.
    private static Path folderIn(Path decision) {
        return Files.isRegularFile(decision) ? folderOf(decision) : decision;
    }

    private static Path folderOf(Path file) {
        return Optional.ofNullable(file.getParent()).orElse(Path.of(""));
    }

    /// The jar that this class is in, or the folder of classes.
    private static Path running() {
        try {
            return Path.of(DeployCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the program's own place is no path", e);
        }
    }

    private void say(Project project, DecisionRecord record, Gate.Admission admission, DeploymentFolder written) {
        String name = admission.variant().name();
        admission.missed().forEach(missed -> console.warn("deployed although it missed the goal: " + missed));
        List<Criterion.Kind> unsettled = admission.variant().criteria().stream()
                .filter(criterion -> criterion.verdict() == Criterion.Verdict.UNSETTLED)
                .map(DecisionRecord.CriterionRecord::kind)
                .toList();
        if (unsettled.contains(Criterion.Kind.QUALITY)) {
            console.warn("on other examples " + record.goal().metric()
                    + " may lie below what the goal asks for: its interval reaches there");
        }
        if (!name.equals(record.choice().variant())) {
            console.warn((record.choice().meetsGoal() ? "recommended is \"" : "nearest to the goal is \"")
                    + record.choice().variant() + "\"");
        }
        written.previous().ifPresent(previous -> console.warn("the former deployment is " + previous + " now"));
        console.out().println("\"" + name + "\" is in " + written.path() + ". Next:");
        console.out().println("  lilla serve " + argument.file() + (out == null ? "" : " # or: lilla serve " + out));
        console.out()
                .println("  lilla check " + project.file() + " --data FILE   # later: whether the promise still holds");
        console.out()
                .println(written.path().resolve("README.md")
                        + " has systemd, Docker and Kubernetes, one paragraph each.");
    }
}
