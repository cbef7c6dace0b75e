package dev.lilla.search;

import dev.lilla.evaluate.run.ChatSubject;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.project.Project;
import dev.lilla.project.Tongue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What to search among, and how.
///
/// @param models as they were found
/// @param folder for variants and data; what an earlier search left there is taken up
/// @param options how models are opened for evaluation
/// @param epochs of tuning, time allowing
/// @param parallel answers that are written side by side in evaluations
/// @param budget time for all of it
/// @param tongue in which variants, baselines and notes are described
/// @param probe measures the memory of finalists
/// @param elsewhere models that answer the test examples only, as nothing is made of them
public record SearchRequest(
        Project project,
        List<Recipe> models,
        Path folder,
        LocalModelOptions options,
        Prices prices,
        int epochs,
        int parallel,
        Duration budget,
        Tongue tongue,
        MemoryProbe probe,
        List<ChatSubject> elsewhere) {
    /// The same beside models elsewhere.
    public SearchRequest with(List<ChatSubject> others) {
        return new SearchRequest(
                project, models, folder, options, prices, epochs, parallel, budget, tongue, probe, others);
    }

    public SearchRequest {
        models = List.copyOf(models);
        elsewhere = List.copyOf(elsewhere);
        if (models.isEmpty()) {
            throw new IllegalArgumentException("there is no model to search among");
        }
    }
}
