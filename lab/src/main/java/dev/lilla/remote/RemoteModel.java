package dev.lilla.remote;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/// A model elsewhere. The key is not part of it: only the name of the environment variable that holds it.
///
/// @param name in tables and price files
/// @param model as the provider calls it
/// @param address before the path of the API, without a slash at its end
/// @param keyVariable name of the environment variable with the key
public record RemoteModel(String name, RemoteApi api, String model, URI address, String keyVariable) {
    private static final int DIGITS = 16;

    public RemoteModel {
        if (!isVariable(keyVariable)) {
            throw new IllegalArgumentException(
                    "is no name of an environment variable: expected capital letters, digits and _, as in "
                            + api.usualKey()
                            + ". The key itself never stands here; put it into the environment");
        }
    }

    /// Whether a text can be the name of an environment variable. Small letters are refused, since keys have some
    /// and such names have none.
    public static boolean isVariable(String text) {
        return text.matches("[A-Z_][A-Z0-9_]{0,99}");
    }

    /// The address of a text.
    ///
    /// @throws IllegalArgumentException if it is none, or texts may not go there: plain http leads to this
    ///     machine only
    public static URI address(String text) {
        return RemoteAddress.of(text);
    }

    /// Who gets the texts: `api.openai.com`.
    public String host() {
        return RemoteAddress.host(address);
    }

    /// Whether the environment holds a key.
    public boolean hasKey(Map<String, String> environment) {
        return !environment.getOrDefault(keyVariable, "").isBlank();
    }

    /// Tells it from others in evaluations. What a provider changes behind a name stays unseen.
    public String digest() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((api.label() + '\n' + address + '\n' + model).getBytes(StandardCharsets.UTF_8));
            return "remote-" + HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
