package dev.lilla.hub;

import dev.lilla.store.ModelName;
import java.io.InputStream;
import java.net.http.HttpResponse;

/// What a hub's refusal means, in words.
final class Refusals {
    private Refusals() {}

    /// Whether asking again later may help.
    static boolean isTransient(int status) {
        return status == 408 || status == 429 || status >= 500;
    }

    static HubException of(HttpResponse<InputStream> response, ModelName repository, HubOptions options) {
        String page = options.endpoint() + "/" + repository.owner() + "/" + repository.name();
        String code = response.headers().firstValue("X-Error-Code").orElse("");
        int status = response.statusCode();
        if (code.equals("GatedRepo")) {
            return new HubException(repository + " is gated: its publisher wants you to agree to conditions first. "
                    + "Open " + page + ", ask for access with your account"
                    + (options.token() == null
                            ? ", then set HF_TOKEN to a token of that account"
                            : "; the account of your HF_TOKEN has none yet"));
        }
        return switch (status) {
            case 401 ->
                new HubException(
                        options.token() == null
                                ? repository + " does not exist, or needs an account: check the name, or set HF_TOKEN"
                                : options.endpoint().getHost() + " does not accept the HF_TOKEN you gave for "
                                        + repository);
            case 403 -> new HubException(repository + " is not open to you. See " + page);
            case 404 ->
                new HubException(
                        code.equals("RevisionNotFound")
                                ? repository + " has no such revision. See " + page
                                : "there is no " + repository + " at " + options.endpoint() + " (not found)");
            case 429 -> new HubException(options.endpoint().getHost() + " has had too many requests. Try again later");
            default ->
                new HubException(
                        options.endpoint().getHost() + " answered with status " + status + " for " + repository);
        };
    }
}
