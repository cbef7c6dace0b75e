package dev.lilla.serve.host;

import dev.lilla.generate.SchedulerOptions;
import java.util.List;

/// How a model is hosted.
///
/// @param cacheTokens of all texts together
/// @param scheduler how texts share the model
/// @param adapters that texts can be written with; closed with the model
public record HostingOptions(long cacheTokens, SchedulerOptions scheduler, List<NamedAdapter> adapters) {
    public HostingOptions {
        adapters = List.copyOf(adapters);
    }
}
