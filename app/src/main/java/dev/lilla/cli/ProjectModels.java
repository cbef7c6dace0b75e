package dev.lilla.cli;

import dev.lilla.kernel.HostOptions;
import dev.lilla.project.Candidate;
import dev.lilla.project.CandidateSearch;
import dev.lilla.project.Project;
import dev.lilla.project.SpeedSource;
import dev.lilla.search.Recipe;
import dev.lilla.store.Catalog;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The models of a project that are on this machine.
final class ProjectModels {
    private final Console console;
    private final ModelStore store;

    ProjectModels(Console console) {
        this.console = console;
        this.store = ModelStore.open(console.environment());
    }

    /// Those that are named; else those that the project names; else its candidates of the catalog, best first.
    ///
    /// @param named on the command line, may be empty
    /// @throws IllegalArgumentException if none is here; the message says how to get one
    List<Recipe> recipes(Project project, List<String> named, HostOptions host) throws IOException {
        List<String> wanted = named.isEmpty() ? project.candidates().models() : named;
        if (!wanted.isEmpty()) {
            List<Recipe> recipes = new ArrayList<>();
            for (String name : wanted) {
                Path beside = project.file().resolveSibling(name);
                Path path = name.startsWith(".") ? beside : store.resolve(name);
                recipes.add(Recipe.of(ModelArgument.name(name), path));
            }
            return recipes;
        }
        SpeedSource speeds = SpeedSource.open(store.home(), host, SpeedSource.Mode.PREDICT, () -> false, _ -> {});
        List<Recipe> recipes = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Candidate candidate : CandidateSearch.search(project, Catalog.open(store.home()), speeds, Optional.empty())
                .chosen()) {
            try {
                recipes.add(Recipe.of(
                        candidate.model().name(),
                        store.resolve(candidate.model().address())));
            } catch (IllegalArgumentException e) {
                missing.add(candidate.model().address());
            }
        }
        missing.forEach(name -> console.warn(name + " is a candidate and not on this machine: lilla pull " + name));
        if (recipes.isEmpty()) {
            throw new IllegalArgumentException("none of the project's candidates is on this machine. Get one, for"
                    + " example with: lilla pull " + (missing.isEmpty() ? "NAME" : missing.getFirst())
                    + ", or name models under candidates.models or with --models. \"lilla candidates\" shows why each"
                    + " is one.");
        }
        return recipes;
    }
}
