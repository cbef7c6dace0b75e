package dev.lilla.remote;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A reply that is no answer. Of what the provider says only names of errors are kept: its sentences may repeat
/// the request, or parts of the key.
///
/// @param names type and code of the error, as `invalid_request_error` and `model_not_found`
/// @param parameter that is wrong
/// @param pause that the provider asks for before the next request
/// @param redirectedTo the host that it points to
record Refusal(
        int status,
        List<String> names,
        Optional<String> parameter,
        Optional<Duration> pause,
        Optional<String> redirectedTo) {
    /// 529: Anthropic is overloaded.
    private static final Set<Integer> PASSING = Set.of(408, 409, 425, 429, 500, 502, 503, 504, 529);

    /// These too come as 429, and no waiting helps.
    private static final Set<String> LASTING =
            Set.of("insufficient_quota", "billing_hard_limit_reached", "billing_error", "account_deactivated");

    private static final long SECONDS_MAX = 365L * 24 * 3600;

    Refusal {
        names = List.copyOf(names);
    }

    /// @param body as far as it was read
    static Refusal of(int status, HttpHeaders headers, String body, Optional<String> redirectedTo) {
        JsonNode error = parsed(body);
        return new Refusal(
                status,
                Stream.of("type", "code")
                        .flatMap(field -> word(error.path(field).asString("")).stream())
                        .distinct()
                        .toList(),
                word(error.path("param").asString("")),
                headers.firstValue("Retry-After").flatMap(Refusal::duration),
                redirectedTo);
    }

    private static JsonNode parsed(String body) {
        try {
            return JsonMapper.shared().readTree(body).path("error");
        } catch (JacksonException e) {
            return JsonMapper.shared().createObjectNode();
        }
    }

    /// A text of the provider, if it is a name and no sentence.
    static Optional<String> word(String text) {
        return text.matches("[A-Za-z][A-Za-z0-9_.\\[\\]-]{0,63}") ? Optional.of(text) : Optional.empty();
    }

    /// Seconds, or a date (RFC 9110, 10.2.3).
    private static Optional<Duration> duration(String text) {
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Math.min(Long.parseLong(text), SECONDS_MAX)));
        }
        try {
            Instant then = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), then);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /// Whether the same request may come through later.
    boolean isPassing() {
        return PASSING.contains(status) && names.stream().noneMatch(LASTING::contains);
    }

    /// What went wrong, and what to do.
    ///
    /// @param path that was asked
    String message(RemoteModel model, String path) {
        String host = model.host();
        String facts = facts();
        if (redirectedTo.isPresent()) {
            return host + " redirects to " + redirectedTo.get() + " (" + status
                    + "), and texts and keys go nowhere but where the project says. Write that address as \"url\" if it"
                    + " is the right one.";
        }
        return switch (status) {
            case 401, 403 ->
                host + " refused the key of the environment variable " + model.keyVariable() + " " + facts
                        + ". Set it to a valid key that may use " + model.model() + ".";
            case 402 -> host + " wants to be paid first " + facts + ".";
            case 404 ->
                host + " has no model \"" + model.model() + "\" at " + path + " " + facts
                        + ". Check \"model\" and \"url\" of " + model.name() + ".";
            case 429 ->
                isPassing()
                        ? host + " takes no more requests now " + facts + "."
                        : host + " takes no more requests for this key " + facts + ": its quota is used up.";
            case 400, 413, 422 ->
                host + " cannot take the request to " + model.model() + " " + facts
                        + ". Its answers may not be as long, or not be drawn, as the evaluation asks for.";
            default ->
                status >= 500
                        ? host + " has a fault of its own " + facts + "."
                        : host + " did not answer the request " + facts + ".";
        };
    }

    private String facts() {
        return Stream.of(
                        Stream.of(Integer.toString(status)),
                        names.stream(),
                        parameter.map("parameter "::concat).stream())
                .flatMap(all -> all)
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
