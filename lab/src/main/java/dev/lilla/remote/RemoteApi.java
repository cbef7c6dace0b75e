package dev.lilla.remote;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// How a provider is spoken to.
public enum RemoteApi {
    /// `POST /chat/completions`, which most providers and servers have.
    OPENAI("https://api.openai.com/v1", "OPENAI_API_KEY"),
    /// `POST /v1/messages`.
    ANTHROPIC("https://api.anthropic.com", "ANTHROPIC_API_KEY");

    private final String usualAddress;
    private final String usualKey;

    RemoteApi(String usualAddress, String usualKey) {
        this.usualAddress = usualAddress;
        this.usualKey = usualKey;
    }

    /// As a project file has it.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static List<String> labels() {
        return Arrays.stream(values()).map(RemoteApi::label).toList();
    }

    /// @throws IllegalArgumentException if there is none of that name
    public static RemoteApi of(String label) {
        return Arrays.stream(values())
                .filter(api -> api.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"" + label + "\" is none of " + String.join(", ", labels()) + "."));
    }

    /// Where its inventor answers.
    public String usualAddress() {
        return usualAddress;
    }

    /// The environment variable that holds the key of its inventor.
    public String usualKey() {
        return usualKey;
    }

    WireFormat format() {
        return switch (this) {
            case OPENAI -> new OpenAiFormat();
            case ANTHROPIC -> new AnthropicFormat();
        };
    }
}
