package dev.lilla.cli;

import dev.lilla.chat.ChatModel;
import dev.lilla.evaluate.run.ChatSubject;
import dev.lilla.evaluate.run.Elsewhere;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.project.Project;
import dev.lilla.project.RemoteGate;
import dev.lilla.remote.RemoteChatModel;
import dev.lilla.remote.RemoteModel;
import dev.lilla.remote.RemoteOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The models elsewhere that a project names. None is asked unless the project says that its texts may leave.
final class RemoteSubjects implements AutoCloseable {
    private final Console console;
    private final Optional<Project> project;
    private final List<RemoteChatModel> opened = new ArrayList<>();

    private RemoteSubjects(Console console, Optional<Project> project) {
        this.console = console;
        this.project = project;
    }

    static RemoteSubjects of(Console console, Project project) {
        return new RemoteSubjects(console, Optional.of(project));
    }

    /// Without a project there is nobody elsewhere.
    static RemoteSubjects none(Console console) {
        return new RemoteSubjects(console, Optional.empty());
    }

    /// Names of a command line without those of models elsewhere.
    static List<String> without(Project project, List<String> names) {
        return names.stream()
                .filter(name -> project.candidates().remote().stream()
                        .noneMatch(model -> model.name().equals(name)))
                .toList();
    }

    boolean has(String name) {
        return find(name).isPresent();
    }

    private Optional<RemoteModel> find(String name) {
        return project.flatMap(known -> known.candidates().remote().stream()
                .filter(model -> model.name().equals(name))
                .findFirst());
    }

    /// The model of a name.
    ///
    /// @throws IllegalArgumentException if the project does not let its texts leave
    private RemoteModel allowed(String name) {
        RemoteModel model =
                find(name).orElseThrow(() -> new IllegalArgumentException("there is no model elsewhere " + name));
        new RemoteGate(project.orElseThrow()).requireOpen(model);
        return model;
    }

    /// Says that a model will be asked, and who gets the examples.
    ///
    /// @throws IllegalArgumentException if it may not be asked, or nobody knows what it costs
    void require(String name, Prices prices) {
        Elsewhere place = place(allowed(name));
        console.warn(name + " answers at " + place.host() + " for "
                + prices.price(place).inputPrice() + " and "
                + prices.price(place).outputPrice() + " "
                + prices.currency()
                + " a million tokens: the examples that it has not answered yet will be sent there");
    }

    /// The model as a candidate; nothing is sent before it is asked.
    ///
    /// @throws IllegalArgumentException if it may not be asked, or nobody knows what it costs
    ChatSubject subject(String name, Prices prices) {
        RemoteModel model = allowed(name);
        prices.price(place(model));
        return new ChatSubject(chat(name), model.digest(), Optional.of(place(model)));
    }

    /// The candidates of a search: those that are named, or all where nobody is.
    ///
    /// @param named on the command line, models here among them
    /// @throws IllegalArgumentException if one may not be asked, or nobody knows what it costs
    List<ChatSubject> wanted(List<String> named, Prices prices) {
        Project known = project.orElseThrow();
        List<ChatSubject> subjects = new ArrayList<>();
        for (RemoteModel model : known.candidates().remote()) {
            boolean isWanted = named.isEmpty()
                    ? !known.candidates().exclude().contains(model.name())
                    : named.contains(model.name());
            if (isWanted) {
                require(model.name(), prices);
                subjects.add(subject(model.name(), prices));
            }
        }
        return subjects;
    }

    /// The model for conversations, such as a judge's.
    ///
    /// @throws IllegalArgumentException if it may not be asked
    ChatModel chat(String name) {
        RemoteChatModel chat = RemoteChatModel.open(allowed(name), console.environment(), RemoteOptions.DEFAULT);
        opened.add(chat);
        return chat;
    }

    /// Who gets what a judge is asked.
    ///
    /// @throws IllegalArgumentException if it may not be asked
    String judgeHost(String name) {
        return allowed(name).host();
    }

    private static Elsewhere place(RemoteModel model) {
        return new Elsewhere(model.name(), model.host());
    }

    @Override
    public void close() {
        opened.forEach(RemoteChatModel::close);
    }
}
