package dev.lilla.project;

import dev.lilla.remote.RemoteModel;
import java.util.Map;
import java.util.Optional;

/// Whether the texts of a project may go to a model elsewhere, and could.
public record RemoteGate(Project project) {
    /// Why the model is out, if it is.
    ///
    /// @param environment that holds keys
    public Optional<RejectedModel> reject(RemoteModel model, Map<String, String> environment) {
        if (project.candidates().exclude().contains(model.name())) {
            return Optional.of(new RejectedModel(model.name(), "excluded", "candidates.exclude names it"));
        }
        if (project.goal().terms().privacy() != Privacy.OPEN) {
            return Optional.of(new RejectedModel(model.name(), "privacy", privacy()));
        }
        if (!model.hasKey(environment)) {
            return Optional.of(new RejectedModel(
                    model.name(), "key", "the environment variable " + model.keyVariable() + " is not set"));
        }
        return Optional.empty();
    }

    /// Lets texts of the project go to the model.
    ///
    /// @throws IllegalArgumentException if the project does not say that they may leave
    public void requireOpen(RemoteModel model) {
        if (project.goal().terms().privacy() != Privacy.OPEN) {
            throw new IllegalArgumentException(project.file() + ": " + model.name() + " answers at " + model.host()
                    + ", so texts of this project would go there, and " + privacy() + ".");
        }
    }

    private String privacy() {
        String allow = "Write \"privacy: open\" under goal if they may leave as they are";
        return switch (project.goal().terms().privacy()) {
            case LOCAL -> "goal.privacy is local: its texts never leave this machine. " + allow;
            case REDACTED ->
                "goal.privacy is redacted: its texts may leave once personal data is taken out, and nothing takes it"
                        + " out yet. " + allow;
            case OPEN -> "goal.privacy is open";
        };
    }
}
