package dev.lilla.hub;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which addresses are spoken to, and to which of them a token may go.
final class Addresses {
    private Addresses() {}

    /// The address itself, if it is https, or plain http to this machine.
    ///
    /// @throws HubException otherwise
    static URI check(URI address) {
        String scheme = address.getScheme();
        if (scheme == null || address.getHost() == null) {
            throw new HubException("\"" + address + "\" is no address of a hub, such as https://huggingface.co");
        }
        boolean allowed =
                scheme.equalsIgnoreCase("https") || (scheme.equalsIgnoreCase("http") && isLoopback(address.getHost()));
        if (!allowed) {
            throw new HubException("refused to speak to " + address + ": only https, or plain http to this machine");
        }
        return address;
    }

    /// Whether both are the same scheme, host and port.
    static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static boolean isLoopback(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.equals("[::1]") || name.matches("127(\\.\\d{1,3}){3}");
    }

    private static int port(URI address) {
        if (address.getPort() >= 0) {
            return address.getPort();
        }
        return address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
}
