package dev.lilla.hub;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How to reach a hub.
///
/// @param endpoint address of its root, without a slash at the end
/// @param token what proves who we are, from `HF_TOKEN`; `null` for nobody in particular
/// @param stall how long a transfer may bring nothing before it is tried again
/// @param attempts tries in a row without a single new byte before giving up
/// @param firstPause wait before the second try; it doubles with each further one
public record HubOptions(URI endpoint, @Nullable String token, Duration stall, int attempts, Duration firstPause) {
    private static final String DEFAULT_ENDPOINT = "https://huggingface.co";

    public HubOptions {
        endpoint = URI.create(endpoint.toString().replaceAll("/+$", ""));
        Addresses.check(endpoint);
    }

    /// As the environment says: `HF_ENDPOINT`, `HF_TOKEN`.
    public static HubOptions from(Map<String, String> environment) {
        String endpoint = environment.getOrDefault("HF_ENDPOINT", "");
        String token = environment.getOrDefault("HF_TOKEN", "").strip();
        return new HubOptions(
                URI.create(endpoint.isBlank() ? DEFAULT_ENDPOINT : endpoint.strip()),
                token.isEmpty() ? null : token,
                Duration.ofSeconds(60),
                6,
                Duration.ofSeconds(1));
    }

    /// Who we are is not for logs.
    @Override
    public String toString() {
        return "HubOptions[" + endpoint + (token == null ? "" : ", with a token") + "]";
    }
}
