package dev.lilla.serve.http;

import java.util.List;
import java.util.Optional;

/// The keys of several sources.
///
/// @param sources each leaves alone what another one found
record JoinedKeys(List<ApiKeys> sources) implements ApiKeys {
    JoinedKeys {
        sources = List.copyOf(sources);
    }

    @Override
    public boolean isRequired() {
        return true;
    }

    @Override
    public Optional<ApiKey> find(String presented) {
        Optional<ApiKey> found = Optional.empty();
        for (ApiKeys source : sources) {
            Optional<ApiKey> here = source.find(presented);
            found = found.isPresent() ? found : here;
        }
        return found;
    }

    @Override
    public void admit(ApiKey key) {
        sources.forEach(source -> source.admit(key));
    }

    @Override
    public void used(ApiKey key, AnswerUsage usage) {
        sources.forEach(source -> source.used(key, usage));
    }
}
