package dev.lilla.serve.host;

import dev.lilla.generate.SchedulerOptions;
import dev.lilla.model.ActiveAdapter;
import java.util.List;

/// How a model is hosted.
///
/// @param cacheTokens of all texts together
/// @param scheduler how texts share the model
/// @param adapters added to the weights for every text
public record HostingOptions(long cacheTokens, SchedulerOptions scheduler, List<ActiveAdapter> adapters) {
    public HostingOptions {
        adapters = List.copyOf(adapters);
    }
}
