package dev.lilla.remote;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/// Which addresses texts and keys may go to: https anywhere, plain http only on this machine.
final class RemoteAddress {
    private static final int CHARACTERS_MAX = 500;

    private RemoteAddress() {}

    /// The address without a slash at its end. What is wrong with it is said without repeating it, as it may hold
    /// a password.
    ///
    /// @throws IllegalArgumentException if it is none, or texts may not go there
    static URI of(String text) {
        URI address = parsed(text);
        if (address.getScheme() == null || address.getHost() == null) {
            throw new IllegalArgumentException("is no address, expected one such as https://api.example.com/v1");
        }
        if (address.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "holds a name or password before the @. Keys belong in the environment variable that \"key\" names");
        }
        if (address.getRawQuery() != null || address.getRawFragment() != null) {
            throw new IllegalArgumentException("has a part behind ? or #, expected scheme, host and path alone");
        }
        boolean isSafe = address.getScheme().equalsIgnoreCase("https")
                || (address.getScheme().equalsIgnoreCase("http") && isLoopback(address.getHost()));
        if (!isSafe) {
            throw new IllegalArgumentException("is " + address.getScheme() + " to " + address.getHost()
                    + ", and texts and keys go out over https only (plain http is for this machine itself)");
        }
        return URI.create(text.replaceAll("/+$", ""));
    }

    private static URI parsed(String text) {
        try {
            if (text.length() > CHARACTERS_MAX) {
                throw new IllegalArgumentException(
                        "has " + text.length() + " characters, expected at most " + CHARACTERS_MAX);
            }
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("is no address: " + e.getReason(), e);
        }
    }

    /// The host with its port, if it names one.
    static String host(URI address) {
        return address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
    }

    /// The host that an answer redirects to, if it says so.
    static Optional<String> redirectedTo(URI from, Optional<String> location) {
        try {
            return location.map(from::resolve).map(URI::getHost);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isLoopback(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.equals("[::1]") || name.matches("127(\\.\\d{1,3}){3}");
    }
}
