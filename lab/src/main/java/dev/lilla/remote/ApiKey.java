package dev.lilla.remote;

import java.util.Map;

/// A secret that goes into a header and nowhere else.
final class ApiKey {
    private static final int CHARACTERS_MAX = 4096;

    private final String variable;
    private final String value;

    private ApiKey(String variable, String value) {
        this.variable = variable;
        this.value = value;
    }

    /// The key of a model.
    ///
    /// @throws RemoteException if there is none, or it cannot be one; the message does not repeat it
    static ApiKey of(RemoteModel model, Map<String, String> environment) {
        String value = environment.getOrDefault(model.keyVariable(), "").strip();
        if (value.isEmpty()) {
            throw new RemoteException(model.name() + " needs a key, and the environment variable " + model.keyVariable()
                    + " is not set. Set it to a key of " + model.host() + ".");
        }
        // What a header may hold (RFC 9110, 5.5); Java's client would repeat a wrong value in its message.
        boolean isPlain = value.chars().allMatch(c -> c > ' ' && c < 0x7F);
        if (!isPlain || value.length() > CHARACTERS_MAX) {
            throw new RemoteException("the environment variable " + model.keyVariable()
                    + " holds no key: expected at most " + CHARACTERS_MAX + " letters, digits and signs on one line.");
        }
        return new ApiKey(model.keyVariable(), value);
    }

    String secret() {
        return value;
    }

    @Override
    public String toString() {
        return "the key in " + variable;
    }
}
