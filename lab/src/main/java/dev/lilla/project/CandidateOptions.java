package dev.lilla.project;

import dev.lilla.optimize.ConversionType;
import dev.lilla.remote.RemoteModel;
import java.util.List;
import java.util.OptionalInt;

/// Which models are compared.
///
/// @param models names of the catalog or paths; all of the catalog where it is empty
/// @param max how many are compared at most
/// @param load tokens of requests, as far as the file says
/// @param remote models elsewhere that are compared too, where the goal's privacy allows it
public record CandidateOptions(
        List<String> models,
        List<String> exclude,
        List<ConversionType> types,
        int max,
        Load load,
        List<RemoteModel> remote) {
    public CandidateOptions {
        models = List.copyOf(models);
        exclude = List.copyOf(exclude);
        types = List.copyOf(types);
        remote = List.copyOf(remote);
    }

    /// Tokens of requests.
    ///
    /// @param context of the longest with its answer
    /// @param prompt of a usual one
    /// @param answer of a usual one
    public record Load(OptionalInt context, OptionalInt prompt, OptionalInt answer) {}
}
